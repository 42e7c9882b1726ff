"""Machine types on a cluster: larger ones after memory ran out, tries after a cluster node was lost, /dev/shm."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from kubernetes import client
from projects import ONE_NODE, Place
from support import eventually

pytestmark = pytest.mark.cluster

ARGO = """
namespace: {namespace}
deployment: {{image: local/busybox, tag: "1", build: false, pull_policy: Never}}
default_machine_type: first
machine_types: {machines}
template:
  default_template: own
  templates: [{{name: own, container: {{image: local/busybox:1, command: [sh, -c], args: [{script!r}]}}}}]
tasks: {rules}
"""
LARGER = """
  first: {cpu: 10m, mem: 40Mi, emph_storage: 0, shared_memory: 10Mi, larger: second}
  second: {cpu: 20m, mem: 60Mi, emph_storage: 0, larger: third, node_selector: {kubernetes.io/hostname: bed}}
  third:
    cpu: 30m
    mem: 300Mi
    emph_storage: 0
    shared_memory: 20Mi
    node_selector: {kubernetes.io/hostname: bed, kubernetes.io/arch: amd64}
    tolerations: [{key: expensive, operator: Exists, effect: NoSchedule}]
    priority_class: system-cluster-critical
"""
NEEDY = "df /dev/shm | tail -1; echo with $MEM_LIMIT_GB; dd if=/dev/zero of=/dev/null bs=120M count=1"
SPOT = "{first: {cpu: 10m, mem: 40Mi, emph_storage: 0, spot: 1}}"


def pods(bed, namespace):
    with bed.api() as api:
        found = client.CoreV1Api(api).list_namespaced_pod(namespace, label_selector="app=argo-kedro").items
        return sorted(found, key=lambda pod: pod.metadata.creation_timestamp)


def settled(bed, namespace):
    """The pods that have run for so long that the controller does not just make a lost one again, under its name."""
    long_ago = datetime.now(timezone.utc) - timedelta(seconds=12)  # 10 are RECENTLY_STARTED_POD_DURATION of Argo
    begun = [pod for pod in pods(bed, namespace) if pod.status.start_time]  # which the kubelet writes
    return [pod for pod in begun if pod.status.start_time < long_ago and main_runs(pod)]


def main_runs(pod) -> bool:
    return any(each.name == "main" and each.state.running for each in pod.status.container_statuses or ())


def place(project, bed, namespace, machines, rules, script) -> Place:
    argo = ARGO.format(namespace=namespace, machines=machines, rules=rules, script=script)
    folder = project(ONE_NODE, "", argo, files={"conf/base/parameters.yml": "a: 1\n"})
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)


def test_a_task_that_ran_out_of_memory_goes_on_on_larger_machine_types(project, bed, namespace):
    rules = "[{nodes: '*', retries: {limit: 3, on_oom: true}}]"
    there = place(project, bed, namespace, LARGER, rules, NEEDY)

    there.argo("submit", "--wait")

    tried = pods(bed, namespace)
    specs = [pod.spec for pod in tried]
    mains = [next(each for each in spec.containers if each.name == "main") for spec in specs]
    assert [main.resources.limits["memory"] for main in mains] == ["40Mi", "60Mi", "300Mi"]
    assert [main.resources.requests["cpu"] for main in mains] == ["10m", "20m", "30m"]
    memory = [{each.name: each.value for each in main.env}["MEM_LIMIT_GB"] for main in mains]
    assert memory == ["0.039", "0.059", "0.293"]
    assert [spec.node_selector for spec in specs] == [
        {"kubernetes.io/os": "linux"},
        {"kubernetes.io/hostname": "bed", "kubernetes.io/os": "linux"},
        {"kubernetes.io/hostname": "bed", "kubernetes.io/arch": "amd64"},
    ]
    tolerated = [{each.key for each in spec.tolerations} for spec in specs]
    assert ["expensive" in keys for keys in tolerated] == [False, False, True]
    assert [spec.priority_class_name for spec in specs] == [None, None, "system-cluster-critical"]
    assert there.argo("logs").stdout.count("20480") >= 1  # KiB of /dev/shm, in the last of them


def test_a_task_that_ended_with_its_cluster_node_is_tried_again_and_one_that_failed_is_not(project, bed, namespace):
    # Long enough for a busy machine to take the first one away before it ends by itself.
    there = place(project, bed, namespace, SPOT, "[]", "trap 'exit 143' TERM; sleep 60 & wait; exit 7")
    going = there.started("submit", "--wait")
    try:
        (first,) = eventually(lambda: settled(bed, namespace))
        with bed.api() as api:
            client.CoreV1Api(api).delete_namespaced_pod(first.metadata.name, namespace)
        stdout, stderr = going.communicate(timeout=300)
    finally:
        going.kill()

    assert going.returncode == 6, stdout + stderr
    (second,) = pods(bed, namespace)
    assert second.metadata.name != first.metadata.name
    assert "exit code 7" in stdout + stderr
