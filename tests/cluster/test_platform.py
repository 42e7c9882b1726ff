"""What a platform team sets once, in a namespace of restricted pods: credentials and environment from Secrets."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client
from projects import Place, granted, packed
from support import Namespace

pytestmark = pytest.mark.cluster

REGISTRY = '''"""Reads a dataset by credentials, and tells what it was given."""

import os
from pathlib import Path

from kedro.pipeline import Pipeline, node

CREDENTIALS = Path("conf/cloud/credentials.yml")


def read(numbers, wrong):
    """The pod's log says what has arrived, and of secrets only how long they are."""
    given = {name: os.environ[name] for name in ("SIZE", "TEAM_REGION", "NODE", "POD")}
    print(f"given {given} token {len(os.environ['TOKEN'])} sum {sum(numbers)} files {sorted(os.listdir('conf/cloud'))}")
    print(f"credentials readable {os.access(CREDENTIALS, os.R_OK)} writable {os.access(CREDENTIALS, os.W_OK)}")
    if wrong:
        raise ValueError("this went wrong")
    return sum(numbers)


def register_pipelines():
    """One node, which is the whole of it."""
    nodes = [node(read, ["numbers", "params:wrong"], "total", name="read")]
    return {"__default__": Pipeline(nodes)}
'''
TOKEN = "a-token-nobody-may-see"


@pytest.fixture(scope="session")
def image(build_image, tmp_path_factory: pytest.TempPathFactory):
    """A project in the example's package, whose dependencies are at hand; nothing in it tells the bucket's keys."""
    catalog = {
        name: {"type": "json.JSONDataset", "filepath": f"${{globals:bucket}}/{name}.json", "credentials": "store"}
        for name in ("numbers", "total")
    }
    bucket = {"bucket": "s3://${oc.env:BUCKET,none}"}
    files = {"cloud/catalog": catalog, "base/globals": bucket, "base/parameters": {"wrong": False}}
    folder = packed(tmp_path_factory.mktemp("image") / "platform", REGISTRY, files)
    return build_image(folder, "local/platform:tests")


@pytest.fixture
def place(bed, strict: Namespace, s3, image, tmp_path: Path) -> Place:
    """The project, whose credentials.yml is a key of a Secret in the cluster, and nowhere else."""
    folder = tmp_path / "platform"
    shutil.copytree(image.folder, folder)
    argo = configuration(strict.cluster.namespace, s3.name)
    (folder / "conf/base/argo.yml").write_text(yaml.safe_dump(argo), encoding="utf-8")
    for kind, name, data in (
        ("Secret", "kedro", {"credentials.yml": yaml.safe_dump(credentials(bed.s3))}),
        ("Secret", "tokens", {"TOKEN": TOKEN}),
        ("ConfigMap", "sizes", {"small": "7"}),
        ("ConfigMap", "settings", {"REGION": "north"}),
    ):
        key = "stringData" if kind == "Secret" else "data"
        strict.create({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, key: data})
    s3.files.pipe_file(f"{s3.name}/numbers.json", b"[1, 2, 39]")
    found = Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=strict.cluster.namespace)
    granted(found, strict)
    return found


def configuration(namespace: str, bucket: str) -> dict[str, Any]:
    """The project's argo.yml: variables and a file from everywhere they may come from."""
    credentials_yml = {"name": "kedro", "key": "credentials.yml"}
    return {
        "namespace": namespace,
        "service_account": "pipelines",
        "security": "restricted",
        "deployment": {"image": "local/platform", "tag": "tests", "build": False},
        "machine_types": {"default": {"cpu": 0.1, "mem": "300Mi", "emph_storage": 0, "limits": {"memory": "1Gi"}}},
        "template": {
            "environment": [
                {"name": "BUCKET", "value": bucket},
                {"name": "SIZE", "config_map_ref": {"name": "sizes", "key": "small"}},
                {"name": "NODE", "field_ref": "spec.nodeName"},
                {"name": "POD", "field_ref": "metadata.name"},
            ],
            "env_from": [{"secret": "tokens"}, {"config_map": "settings", "prefix": "TEAM_"}],
            "files": [{"path": "/home/kedro/project/conf/cloud/credentials.yml", "secret_ref": credentials_yml}],
        },
    }


def credentials(store: Mapping[str, str]) -> dict[str, Any]:
    """The credentials.yml of the project, in Kedro's words."""
    options = {"endpoint_url": store["endpoint"], "region_name": "us-east-1"}
    return {"store": {"key": store["key"], "secret": store["secret"], "client_kwargs": options}}


def all_that_tells_of(place: Place, strict: Namespace, *names: str) -> str:
    """The manifest, and of these runs the records, what the verbs say, the pods, events and logs; Secrets apart."""
    core, namespace = client.CoreV1Api(strict.api), strict.cluster.namespace
    objects = [core.list_namespaced_pod(namespace), core.list_namespaced_event(namespace)]
    texts = [json.dumps(strict.api.sanitize_for_serialization(each)) for each in objects]
    for name in names:
        texts.append(json.dumps(strict.cluster.get("workflows", name)))
        verbs = [place.started(*words) for words in (("status", name), ("status", name, "--json"), ("logs", name))]
        texts += [said for verb in verbs for said in verb.communicate(timeout=300)]  # of a failed run, code 6
    return "\n".join([*texts, *(path.read_text(encoding="utf-8") for path in place.folder.rglob("*.y*ml"))])


def test_credentials_and_environment_come_from_secrets_and_their_values_are_written_nowhere(
    place: Place, strict: Namespace, s3, bed
) -> None:
    place.argo("compile", "--env", "cloud")
    good = place.argo("submit", "--wait")
    bad = place.argo("submit", "--params", "wrong=true", "--wait", code=6)

    assert json.loads(s3.files.cat_file(f"{s3.name}/total.json")) == 42
    said = place.argo("logs", good.last).stdout
    assert "'SIZE': '7', 'TEAM_REGION': 'north', 'NODE': 'bed', 'POD': " in said
    assert f"token {len(TOKEN)} sum 42 files ['catalog.yml', 'credentials.yml']" in said
    assert "credentials readable True writable False" in said
    assert "this went wrong" in bad.stderr
    texts = "\n".join([all_that_tells_of(place, strict, good.last, bad.last), good.stderr, bad.stderr])
    assert "/home/kedro/project/conf/cloud/credentials.yml" in texts
    for secret in (TOKEN, bed.s3["secret"]):
        assert secret not in texts
