"""Templates of the user's own and of the platform's, with all that argo.yml can give their pods."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from kubernetes import client
from projects import Place
from support import IMAGE, Namespace, eventually

pytestmark = pytest.mark.cluster

PIPELINE = """
from kedro.pipeline import Pipeline, node


def same(a):
    return a


def register_pipelines():
    names = ("first", "second", "third")
    return {"__default__": Pipeline([node(same, f"d{n}", f"d{n + 1}", name=name) for n, name in enumerate(names)])}
"""
TASKS = ("opens", "gives", "first", "second", "third")
CATALOG = "\n".join(f"d{place}: {{type: text.TextDataset, filepath: s3://nowhere/{place}}}" for place in range(4))
ARGO = """
namespace: {namespace}
deployment: {{image: local/busybox, tag: "1", build: false, pull_policy: Never}}
machine_types: {{default: {{cpu: 0.1, mem: 64Mi, emph_storage: 0}}}}
template:
  default_template: own
  environment:
    - {{name: MODE, config_map_ref: {{name: settings, key: mode}}}}
    - {{name: ACCOUNT, field_ref: spec.serviceAccountName}}
    - {{name: LEVEL, value: info}}
  env_from: [{{secret: token, prefix: T_}}]
  files:
    - {{path: /bin/credentials.yml, secret_ref: {{name: token, key: file}}}}
    - {{path: /settings, config_map: settings}}
  volumes: [{{name: data, claim: data, mount_path: /mnt}}]
  pod_spec_patch: {{containers: [{{name: main, env: [{{name: PATCHED, value: patched}}]}}]}}
  init_templates: [opens, gives]
  templates:
    - name: opens
      container: {{command: [sh, -c], args: ['echo "run $T_value" >/tmp/run; echo u >/tmp/url']}}
      outputs:
        parameters:
          - {{name: run, path: /tmp/run}}
          - {{name: url, path: /tmp/url, env: THE_URL}}
          - {{name: none, path: /tmp/none, default: nothing}}
    - {{name: gives, template_ref: {{name: platform, template: gives}}, outputs: {{parameters: [{{name: theirs}}]}}}}
    - {{name: job, template_ref: {{name: platform, template: job}}}}
    - name: own
      container:
        command: [sh, -c]
        args:
          - |
            wget -q -O - http://127.0.0.1:8080/page
            echo $MODE $ACCOUNT $LEVEL $T_value $PATCHED, $RUN, $THE_URL, $NONE, $THEIRS
            cat /bin/credentials.yml /settings/mode; echo; cat /mnt/log
            echo {{{{inputs.parameters.kedro_nodes}}}} >>/mnt/log
      sidecars:
        - name: server
          image: local/busybox:1
          native: true
          ready: {{tcpSocket: {{port: 8080}}, periodSeconds: 1, failureThreshold: 30}}
          command: [sh, -c]
          args:
            - trap "exit 0" TERM; sleep 3; echo "$PAGE" >/www/page; httpd -p 8080 -h /www; while true; do sleep 1; done
          env: [{{name: PAGE, value: served}}]
          resources: {{cpu: 10m, memory: 16Mi}}
          volume_mounts: [{{name: www, mount_path: /www, read_only: false}}]
      volumes: [{{name: www, empty_dir: {{size: 16Mi}}}}]
tasks:
  - {{nodes: second, service_account: special, environment: [{{name: LEVEL, value: debug}}]}}
  - {{nodes: third, template: job}}
"""


@pytest.fixture
def place(bed, own: Namespace, project) -> Iterator[Place]:
    """The project, and all that its argo.yml says the cluster has."""
    name, namespace = f"templates-{uuid.uuid4().hex[:8]}", own.cluster.namespace
    core = client.CoreV1Api(own.api)
    config_map = {"metadata": {"name": "settings"}, "data": {"mode": "fast", "mended": "no"}}
    core.create_namespaced_config_map(namespace, config_map)
    secret = {"metadata": {"name": "token"}, "stringData": {"value": "42", "file": "key: in a file\n"}}
    core.create_namespaced_secret(namespace, secret)
    spec = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    path = {"path": f"/tmp/{name}", "type": "DirectoryOrCreate"}
    core.create_persistent_volume(
        {"metadata": {"name": name}, "spec": {**spec, "capacity": {"storage": "1Gi"}, "hostPath": path}}
    )
    asked = {**spec, "volumeName": name, "resources": {"requests": {"storage": "1Gi"}}}
    core.create_namespaced_persistent_volume_claim(namespace, {"metadata": {"name": "data"}, "spec": asked})
    own.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "special"}})
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "special"}}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "executor"}
    subjects = [{"kind": "ServiceAccount", "name": "special", "namespace": namespace}]
    own.create({**binding, "roleRef": role, "subjects": subjects})
    _platform(own, namespace)
    folder = project(PIPELINE, CATALOG, ARGO.format(namespace=namespace))
    yield Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)
    core.delete_persistent_volume(name)


def _platform(own: Namespace, namespace: str) -> None:
    """A WorkflowTemplate of others: one template takes some of what it is told, the other gives an output.

    The first fails until somebody mends it.
    """
    shell = {"image": IMAGE, "imagePullPolicy": "Never", "command": ["sh", "-c"]}
    say = "echo job for {{inputs.parameters.kedro_nodes}} in {{inputs.parameters.environment}}; test $MENDED = yes"
    mended = {"name": "MENDED", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mended"}}}
    inputs = {"parameters": [{"name": "kedro_nodes"}, {"name": "environment"}]}
    outputs = {"parameters": [{"name": "theirs", "valueFrom": {"path": "/tmp/o"}}]}
    templates = [
        {"name": "job", "inputs": inputs, "container": {**shell, "args": [say], "env": [mended]}},
        {"name": "gives", "container": {**shell, "args": ["echo given >/tmp/o"]}, "outputs": outputs},
    ]
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": {"name": "platform"}}
    document = {**kind, "spec": {"templates": templates}}
    api = client.CustomObjectsApi(own.api)
    api.create_namespaced_custom_object("argoproj.io", "v1alpha1", namespace, "workflowtemplates", document)


def test_pods_get_what_argo_yml_says_of_them(place: Place, own: Namespace) -> None:
    """A run that fails in a template of the platform's at first, and is retried there."""
    failed = place.argo("submit", "--wait", code=6, seconds=600)

    assert lines(place, "first") == [
        "served",
        "fast default info 42 patched, run 42, u, nothing, given",
        "key: in a file",
        "fast",
    ]
    assert lines(place, "second") == [
        "served",
        "fast special debug 42 patched, run 42, u, nothing, given",
        "key: in a file",
        "fast",
        "first",
    ]
    assert lines(place, "third")[0] == "job for third in local"
    assert phases(place, failed.last, code=6) == {**dict.fromkeys(TASKS, "Succeeded"), "third": "Failed"}
    place.argo("compile")
    manifest = (place.folder / "argo/__default__.yaml").read_text(encoding="utf-8")
    assert "in a file" not in manifest

    mended = {"data": {"mended": "yes"}}
    client.CoreV1Api(own.api).patch_namespaced_config_map("settings", place.namespace, mended)
    place.argo("retry", failed.last, "--wait", seconds=600)

    assert phases(place, failed.last) == dict.fromkeys(TASKS, "Succeeded")
    assert lines(place, "third") == ["job for third in local"]
    assert lines(place, "second")[-1] == "first"  # it did not run again


def phases(place: Place, workflow: str, code: int = 0) -> dict[str, str]:
    """How each task ended."""
    found = place.argo("status", workflow, "--json", code=code)
    return {task["name"]: task["phase"] for task in found.document["tasks"]}


def lines(place: Place, task: str) -> list[str]:
    """What a task said; the file on the volume is not there before the first one."""
    said = eventually(lambda: place.argo("logs", "--task", task).stdout.splitlines())
    found = [line.removeprefix(f"{task}: ") for line in said if line.startswith(f"{task}: ")]
    return [line for line in found if line and "No such file" not in line]
