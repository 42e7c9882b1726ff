"""Namespaces that admit only restricted pods (Pod Security): what runs there, what is refused, and in which words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from kubernetes import client
from projects import FLIGHTS, ONE_NODE, Place, granted
from support import IMAGE, Namespace, eventually

pytestmark = pytest.mark.cluster

BUCKET = "flights-demo"  # that conf/cloud/globals.yml of the example names
ACCOUNT = {"service_account": "pipelines", "security": "restricted"}
MACHINE = {"cpu": 0.1, "mem": "100Mi", "emph_storage": 0}


def pods(own: Namespace) -> list[Any]:
    return client.CoreV1Api(own.api).list_namespaced_pod(own.cluster.namespace).items


@pytest.fixture
def in_project(project, bed):
    """Makes a project of one node, whose template is `busybox` with these fields, and with this argo.yml."""

    def make(own: Namespace, busybox: Mapping[str, Any], **config: Any) -> Place:
        template = config.pop("template", {})
        own_template = {"name": "own", **busybox, "container": {"image": IMAGE, **busybox["container"]}}
        templates = [own_template, *template.pop("templates", ())]
        argo = {
            "namespace": own.cluster.namespace,
            "deployment": {"image": "local/busybox", "tag": "1", "build": False},
            "machine_types": {"default": MACHINE},
            "template": {"default_template": "own", "templates": templates, **template},
            **config,
        }
        files = {"conf/base/parameters.yml": "a: 1\n"}
        folder = project(ONE_NODE, "", yaml.safe_dump(argo), files=files)
        return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=own.cluster.namespace)

    return make


def test_the_example_runs_from_submit_to_the_answer_without_a_token(strict: Namespace, bed, flights_image, tmp_path):
    folder = tmp_path / "flights"
    shutil.copytree(flights_image.folder, folder)
    shutil.copy(FLIGHTS / "conf/base/argo.yml", folder / "conf/base/argo.yml")  # `init --force` has put its own there
    keys = {name: value for name, value in bed.s3_env.items() if "KEY" in name}
    environment = [{"name": name, "secret_ref": {"name": "storage", "key": name}} for name in keys]
    environment += [{"name": name, "value": value} for name, value in bed.s3_env.items() if name not in keys]
    argo = {
        "namespace": strict.cluster.namespace,
        "deployment": {"image": "local/flights", "tag": "tests", "build": False},
        "template": {"environment": [*environment, {"name": "OMP_NUM_THREADS", "value": "1"}]},
        **ACCOUNT,
    }
    (folder / "conf/cloud/argo.yml").write_text(yaml.safe_dump(argo), encoding="utf-8")
    place = Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=strict.cluster.namespace)
    granted(place, strict)
    strict.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "storage"}, "stringData": keys})
    command = [sys.executable, "-m", "flights.get_data", "--to", f"s3://{BUCKET}/01_raw"]
    env = {**os.environ, **bed.s3_env}
    subprocess.run(command, cwd=FLIGHTS, env=env, check=True, capture_output=True, timeout=120)

    name = place.argo("submit", "--wait", seconds=1200).last

    answer = bed.files().cat_file(f"{BUCKET}/runs/{name}/08_reporting/answer.md")
    assert b"Can one tell the day before?" in answer
    mains = [each for pod in pods(strict) for each in pod.spec.containers if each.name == "main"]
    assert mains
    assert all(main.security_context.read_only_root_filesystem for main in mains)
    assert not [mount for main in mains for mount in main.volume_mounts if "serviceaccount" in mount.mount_path]


def test_a_pod_that_is_not_restricted_is_refused_and_submit_says_what_to_do(strict: Namespace, in_project) -> None:
    place = in_project(strict, {"container": {"command": ["true"]}})

    refused = place.argo("submit", "--wait", code=6)

    assert "the namespace takes only pods of the Pod Security level restricted" in refused.stderr
    assert "`security: restricted` in argo.yml" in refused.stderr
    assert not pods(strict)


def test_init_templates_sidecars_outputs_and_failures_are_as_they_are_elsewhere(strict: Namespace, in_project) -> None:
    """All that a pod of ours may have, in one namespace that admits restricted pods only."""
    script = """
        echo "secret of $GREETING" > /tmp/mine; ls /tmp; id -u; echo "home $HOME"
        touch /of-root 2>/dev/null && echo "the root is writable"
        test -e /var/run/secrets/kubernetes.io && echo "a token is there"
        echo "too bad" > /dev/termination-log; exit 7
    """
    greet = {
        "name": "greet",
        "container": {"image": IMAGE, "command": ["sh", "-c"], "args": ["echo hello > /tmp/greeting"]},
        "outputs": {"parameters": [{"name": "greeting", "path": "/tmp/greeting"}]},
    }
    sidecar = {"image": IMAGE, "command": ["sh", "-c"], "args": ["touch /tmp/theirs; sleep 600"]}
    beside = [{"name": "beside", **sidecar}, {"name": "native", "native": True, **sidecar}]
    container = {"command": ["sh", "-c"], "args": [script]}
    template = {"templates": [greet], "init_templates": ["greet"]}
    place = in_project(strict, {"container": container, "sidecars": beside}, template=template, **ACCOUNT)
    granted(place, strict)

    failed = place.argo("submit", "--wait", code=6)

    assert "too bad" in failed.stderr
    said = place.argo("logs", "--task", "say_a").stdout
    assert [line.removeprefix("say_a: ") for line in said.splitlines() if line.startswith("say_a: ")] == [
        "mine",
        "10001",
        "home /tmp",
    ]


def test_a_patch_of_ones_own_goes_over_it(strict: Namespace, in_project) -> None:
    patch = {"securityContext": {"runAsUser": 4711}, "automountServiceAccountToken": True}
    script = "id -u; ls /var/run/secrets/kubernetes.io/serviceaccount"
    place = in_project(strict, {"container": {"command": ["sh", "-c", script]}, "pod_spec_patch": patch}, **ACCOUNT)
    granted(place, strict)

    place.argo("submit", "--wait")

    said = place.argo("logs").stdout
    assert "say_a: 4711" in said
    assert "say_a: token" in said


def test_a_token_that_is_missing_is_said_and_once_it_is_there_the_pod_goes_on(strict: Namespace, in_project) -> None:
    place = in_project(strict, {"container": {"command": ["true"]}}, **ACCOUNT)
    granted(place, strict)
    core, namespace = client.CoreV1Api(strict.api), strict.cluster.namespace
    core.delete_namespaced_secret("pipelines.service-account-token", namespace)

    place.argo("submit")

    said = eventually(lambda: re.search("the Secret pipelines.service-account-token.*", place.argo("status").stdout))
    assert "the token of its service account, is not there" in said[0]
    for document in yaml.safe_load_all((place.folder / "argo-rbac.yaml").read_text(encoding="utf-8")):
        if document and document["kind"] == "Secret":
            strict.create(document)
    place.argo("status", "--wait", seconds=400)  # the kubelet tries again after up to two minutes


@pytest.fixture
def disk(own: Namespace) -> Iterator[None]:
    """A disk as a storage class makes it, which belongs to root: the bed has no class."""
    name = f"disk-{uuid.uuid4().hex[:8]}"
    core = client.CoreV1Api(own.api)
    mount = {"name": "disk", "mountPath": "/disk"}
    root = {"name": "make", "image": IMAGE, "command": ["chmod", "755", "/disk"], "volumeMounts": [mount]}
    volumes = [{"name": "disk", "hostPath": {"path": f"/tmp/{name}", "type": "DirectoryOrCreate"}}]
    pod = {"restartPolicy": "Never", "containers": [root], "volumes": volumes}
    own.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "make"}, "spec": pod})
    namespace = own.cluster.namespace
    eventually(lambda: core.read_namespaced_pod("make", namespace).status.phase == "Succeeded")
    fields = [{"key": "metadata.name", "operator": "In", "values": [core.list_node().items[0].metadata.name]}]
    volume = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "local": {"path": f"/tmp/{name}"},
        "persistentVolumeReclaimPolicy": "Retain",
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchFields": fields}]}},
    }
    core.create_persistent_volume({"metadata": {"name": name}, "spec": volume})
    yield
    core.delete_persistent_volume(name)


@pytest.mark.parametrize("security", ["", "restricted"])
def test_a_scratch_disk_can_be_written_to_by_who_is_not_root(own: Namespace, disk, in_project, security: str) -> None:
    container = {"command": ["sh", "-c", "touch /data/x && ls /data"]}
    scratch = {"machine_types": {"default": {**MACHINE, "emph_storage": "1Gi"}}}
    patch = {"securityContext": {"runAsUser": 10001}}  # as our image has it
    config = {"service_account": "pipelines", "security": security}
    place = in_project(own, {"container": container, "pod_spec_patch": patch}, **scratch, **config)
    granted(place, own)

    place.argo("submit", "--wait")

    assert "say_a: x" in place.argo("logs").stdout
