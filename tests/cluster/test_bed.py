"""The test bed is what it says: real pods, real limits, real rights, and no way out."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client
from kubernetes.client import ApiClient, ApiException
from support import eventually

HERE = Path(__file__).parent
ENDED = ("Succeeded", "Failed", "Error")
ARGO = ("argoproj.io", "v1alpha1")


@pytest.fixture
def api(bed: Any) -> Iterator[ApiClient]:
    with bed.api() as made:
        yield made


def pod(api: ApiClient, namespace: str, script: str, **container: Any) -> tuple[str, str]:
    """Run a script in a pod: how that ended, and what it printed."""
    core = client.CoreV1Api(api)
    made = {"name": "main", "image": "local/busybox:1", "command": ["sh", "-c", script], **container}
    name = f"pod-{time.monotonic_ns()}"
    body = {"metadata": {"name": name}, "spec": {"restartPolicy": "Never", "containers": [made]}}
    core.create_namespaced_pod(namespace, body)

    def ended() -> Any:
        status = core.read_namespaced_pod(name, namespace).status
        return status if status.phase in ENDED else None

    reason = eventually(ended, seconds=180).container_statuses[0].state.terminated.reason
    # Not as text: that is Python's b'...' in client 36.
    raw = core.read_namespaced_pod_log(name, namespace, _preload_content=False)
    return reason, raw.data.decode()


def workflow(api: ApiClient, namespace: str, scripts: dict[str, str]) -> Any:
    """Run scripts one after the other, a task each: the workflow's status."""
    custom = client.CustomObjectsApi(api)
    names = list(scripts)
    tasks = [{"name": name, "template": name, "dependencies": names[max(0, n - 1) : n]} for n, name in enumerate(names)]
    templates = [
        {
            "name": name,
            "container": {
                "image": "local/busybox:1",
                "command": ["sh", "-c", script],
                "resources": {"limits": {"memory": "32Mi", "cpu": "500m"}},
            },
        }
        for name, script in scripts.items()
    ]
    body = {
        "apiVersion": "/".join(ARGO),
        "kind": "Workflow",
        "metadata": {"generateName": "dag-"},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "dag": {"tasks": tasks}}, *templates]},
    }
    made = custom.create_namespaced_custom_object(*ARGO, namespace, "workflows", body)["metadata"]["name"]

    def ended() -> Any:
        found = custom.get_namespaced_custom_object(*ARGO, namespace, "workflows", made).get("status", {})
        return found if found.get("phase") in ENDED else None

    return eventually(ended, seconds=180)


def test_three_tasks_run_one_after_the_other_in_pods_of_their_own(api: ApiClient, namespace: str) -> None:
    status = workflow(api, namespace, {"a": "echo a", "b": "echo b", "c": "echo c"})
    assert status["phase"] == "Succeeded"
    steps = sorted((node for node in status["nodes"].values() if node["type"] == "Pod"), key=lambda n: n["displayName"])
    assert [node["displayName"] for node in steps] == ["a", "b", "c"]
    assert steps[0]["finishedAt"] <= steps[1]["startedAt"]
    assert steps[1]["finishedAt"] <= steps[2]["startedAt"]
    assert len(client.CoreV1Api(api).list_namespaced_pod(namespace).items) == 3


def test_a_task_that_takes_more_memory_than_its_limit_is_killed(api: ApiClient, namespace: str) -> None:
    status = workflow(api, namespace, {"greedy": "dd if=/dev/zero of=/dev/null bs=200M count=1", "after": "true"})
    assert status["phase"] == "Failed"
    messages = {node["displayName"]: node.get("message", "") for node in status["nodes"].values()}
    assert "OOMKilled" in messages["greedy"]


def test_pods_reach_neither_the_world_nor_this_machine(api: ApiClient, namespace: str, bed: Any) -> None:
    with socket.create_server((bed.host, 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection((bed.host, port), timeout=5).close()
        world = "198.51.100.1 80"  # an address that documents use
        reason, log = pod(api, namespace, f"nc -w 5 {world} </dev/null; nc -w 5 {bed.host} {port} </dev/null")
    assert reason == "Error"
    assert len([line for line in log.splitlines() if line.startswith("nc: can't connect")]) == 2


def test_pods_reach_the_object_stores_and_the_api_server(api: ApiClient, namespace: str, bed: Any) -> None:
    reason, log = pod(
        api,
        namespace,
        f"wget -qO- {bed.gcs['endpoint']}/storage/v1/b && "
        f"wget -O- {bed.s3['endpoint']}/{bed.s3['bucket']} 2>&1; "
        "nc -w 5 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null && echo the API server is there",
    )
    assert reason == "Completed"
    assert bed.gcs["bucket"] in log
    assert "403 Forbidden" in log  # it is there, and wants a signature
    assert "the API server is there" in log


def test_the_way_to_the_api_server_stays_whichever_pods_come_and_go(api: ApiClient, namespace: str) -> None:
    script = "nc -w 5 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null; cat /proc/net/arp"
    logs = [pod(api, namespace, script)[1] for _ in range(3)]
    addresses = {line.split()[3] for log in logs for line in log.splitlines()[1:]}
    assert len(addresses) == 1, logs


def test_what_the_host_writes_to_the_bucket_is_there(s3: Any) -> None:
    s3.files.pipe(f"{s3.name}/folder/file", b"text")
    assert s3.files.find(s3.name) == [f"{s3.name}/folder/file"]
    assert s3.files.cat(f"{s3.name}/folder/file") == b"text"


def test_a_user_without_rights_is_refused(bed: Any, namespace: str) -> None:
    with bed.api("submitter") as api, pytest.raises(ApiException) as refused:
        client.CustomObjectsApi(api).list_namespaced_custom_object(*ARGO, namespace, "workflows")
    assert refused.value.status == 403


def test_the_example_s_image_runs_as_its_own_user(api: ApiClient, namespace: str, flights_image: Any) -> None:
    script = "id -u && kedro argo explain --pipelines reporting"
    reason, log = pod(api, namespace, script, image=flights_image.name)
    assert reason == "Completed", log
    assert log.startswith("10001\n")
    assert "MACHINE TYPE" in log


def test_the_api_server_comes_back_with_all_it_knew(bed: Any, namespace: str) -> None:
    for verb in ("stop", "start"):
        subprocess.run([HERE / "bed" / "apiserver.sh", verb], check=True, timeout=120, stdin=subprocess.DEVNULL)
    with bed.api() as api:
        assert client.CoreV1Api(api).read_namespace(namespace).status.phase == "Active"
