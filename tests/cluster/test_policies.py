"""What argo.yml says of whole workflows, on the real cluster: queues, ends, what is left, and who is told."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from typing import Any

import pytest
from kubernetes import client
from projects import ONE_NODE, Place
from support import eventually

from argo_kedro.cluster.protocol import Cluster
from argo_kedro.names import stems

pytestmark = pytest.mark.cluster

ARGO = """
namespace: {namespace}
deployment: {{image: local/busybox, tag: "1", build: false}}
machine_types: {{default: {{cpu: 10m, mem: 32Mi, emph_storage: 0, limits: {{cpu: null}}}}}}
template:
  default_template: own
  templates:
    - name: own
      container: {{image: local/busybox:1, command: [sh, -c], args: ['{script}']}}
    - name: tell
      container:
        image: local/busybox:1
        command: [sh, -c]
        args: ['echo "status=$WORKFLOW_STATUS"; echo "failures=$(echo "$WORKFLOW_FAILURES" | tr -d "\\n")"']
{policies}
"""
FAILS = r'printf "ValueError: \173\173=1 +\175\175 and \173\173 \042quoted\042" > /dev/termination-log; exit 1'
MANY = """
from kedro.pipeline import Pipeline, node


def say(a):
    print(a)


def register_pipelines():
    return {"__default__": Pipeline([node(say, "params:a", None, name=f"say_{n}") for n in range(3)])}
"""


@pytest.fixture
def place(project, bed, namespace):
    def make(policies: str, script: str = "sleep 1", registry: str = ONE_NODE) -> Place:
        argo = ARGO.format(namespace=namespace, script=script, policies=policies)
        folder = project(registry, "", argo, files={"conf/base/parameters.yml": "a: 1\n"})
        return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)

    return make


def status(cluster: Cluster, name: str) -> Any:
    return cluster.get("workflows", name).get("status") or {}


def phases(cluster: Cluster, name: str) -> dict[str, str]:
    """The phase of each node of a workflow, by the readable part of its name."""
    found = {node["displayName"]: node["phase"] for node in status(cluster, name)["nodes"].values()}
    return {stem: found[full] for full, stem in stems(found).items()}


def test_a_failure_is_told_with_its_message_whatever_that_holds(place):
    here = place("policies: {on_exit: {template: tell, when: failure}}", FAILS)

    here.argo("submit", "--wait", code=6)

    said = dict(
        line.partition(": ")[2].partition("=")[::2] for line in here.argo("logs", "--task", "tell").stdout.splitlines()
    )
    assert said["status"] == "Failed"
    (failed,) = [each for each in json.loads(said["failures"]) if each["displayName"].startswith("say-a-")]
    assert failed["phase"] == "Failed"
    assert failed["message"].endswith('ValueError: {{=1 +}} and {{ "quoted"')


def test_no_failure_is_an_empty_list_and_a_handler_for_failures_has_no_pod(place, cluster):
    here = place("policies: {on_exit: {template: tell}}")
    here.argo("submit", "--wait")
    assert here.argo("logs", "--task", "tell").stdout.splitlines()[-1].endswith("tell: failures=[]")
    (here.folder / "conf/base/argo.yml").write_text(
        (here.folder / "conf/base/argo.yml").read_text().replace("tell}", "tell, when: failure}")
    )
    name = here.argo("submit", "--wait").last
    assert phases(cluster, name)["tell"] == "Skipped"


def test_a_handler_that_fails_makes_a_workflow_fail_that_had_succeeded(place, cluster):
    here = place("policies: {on_exit: {template: own}}", 'test -z "$WORKFLOW_STATUS"')
    failed = here.argo("submit", "--wait", code=6)
    found = phases(cluster, failed.last)
    assert (found["say-a"], found["own"]) == ("Succeeded", "Failed")


def test_of_two_with_one_mutex_the_second_waits(place, cluster):
    here = place("policies: {mutexes: [one at a time]}", "sleep 20")
    first, second = here.argo("submit").last, here.argo("submit").last
    waiting = eventually(lambda: status(cluster, second).get("message"))
    assert waiting.startswith(f"Waiting for {here.namespace}/Mutex/one at a time lock")
    assert "Lock status: 0/1" in here.argo("status", second).stdout
    assert "say_a succeeded" in here.argo("status", second, "--wait").stderr
    ended, began = status(cluster, first)["finishedAt"], status(cluster, second)["startedAt"]
    assert ended <= began


def test_a_semaphore_lets_as_many_run_as_its_config_map_says(place, cluster, bed):
    with bed.api() as api:
        limits = {"metadata": {"name": "limits"}, "data": {"runs": "2"}}
        client.CoreV1Api(api).create_namespaced_config_map(cluster.namespace, limits)
    here = place("policies: {semaphores: [{config_map: limits, key: runs}]}", "sleep 25")
    names = [here.argo("submit").last for _ in range(3)]
    phases = eventually(
        lambda: (found := [status(cluster, name).get("phase") for name in names]) and all(found) and found
    )
    assert sorted(phases) == ["Pending", "Running", "Running"]


def test_parallelism_keeps_pods_apart(place, cluster):
    here = place("policies: {parallelism: 1}", "sleep 3", MANY)
    name = here.argo("submit", "--wait").last
    pods = [node for node in status(cluster, name)["nodes"].values() if node["type"] == "Pod"]
    times = sorted((node["startedAt"], node["finishedAt"]) for node in pods)
    assert len(times) == 3
    assert all(before[1] <= after[0] for before, after in pairwise(times))


def test_what_is_over_is_cleaned_up(place, cluster, bed):
    here = place("policies: {ttl: 15s, pod_gc: {strategy: OnPodSuccess, delay: 2s}}")
    name = here.argo("submit", "--wait").last
    with bed.api() as api:
        core = client.CoreV1Api(api)
        eventually(lambda: not core.list_namespaced_pod(here.namespace).items)
    assert name in {each["metadata"]["name"] for each in cluster.listing("workflows").items}  # its pods went before it
    eventually(lambda: not cluster.listing("workflows").items)


def test_a_timeout_and_no_fail_fast(place, cluster):
    here = place("policies: {timeout: 6s}", "sleep 60")
    here.argo("submit", "--wait", code=6)  # its words depend on whether the pod runs already
    here = place("policies: {fail_fast: false, parallelism: 1}", "exit 1", MANY)
    name = here.argo("submit", "--wait", code=6).last
    found = [node["phase"] for node in status(cluster, name)["nodes"].values() if node["type"] == "Pod"]
    assert found == ["Failed"] * 3


def test_a_disruption_budget_and_labels_are_there_while_it_runs(place, cluster, bed):
    here = place(
        "policies: {pod_disruption_budget: {min_available: 1}, labels: {team: a}, annotations: {example.com/note: b},"
        " pod_labels: {cost: c}, priority: 3}",
        "sleep 15",
    )
    name = here.argo("submit").last
    with bed.api() as api:
        pods = client.CoreV1Api(api).list_namespaced_pod
        pod = eventually(lambda: pods(here.namespace, label_selector="cost=c").items)[0]
        budget = eventually(lambda: client.PolicyV1Api(api).list_namespaced_pod_disruption_budget(here.namespace).items)
    assert budget[0].spec.min_available == 1
    assert pod.metadata.labels["app"] == "argo-kedro"
    metadata = cluster.get("workflows", name)["metadata"]
    assert metadata["labels"]["team"] == "a"
    assert metadata["labels"]["argo-kedro/user"]
    assert metadata["annotations"]["example.com/note"] == "b"


def test_raw_fields_of_the_spec_are_what_runs(place, cluster):
    raw = """
workflow:
  entrypoint: before
  templates:
    - {name: hello, container: {image: local/busybox:1, command: [echo, "{{workflow.parameters.who}}"]}}
    - name: before
      dag: {tasks: [{name: hello, template: hello}, {name: all, template: pipeline, depends: hello}]}
    - {name: own-default, container: {env: [{name: ADDED, value: here}]}}
  arguments: {parameters: [{name: who, value: world}]}
"""
    here = place(raw, 'echo "$ADDED"')
    here.argo("submit", "--wait")
    assert here.argo("logs").stdout.splitlines()[-2:] == ["hello: world", "say_a: here"]


REGISTRY = '''"""A node that fails, and nodes that are told of it."""

import json
import shutil
import os

from kedro.pipeline import Pipeline, node


def work(parameters):
    raise ValueError("too few {{rows}}")


def words(parameters):
    failures = json.loads(os.environ["WORKFLOW_FAILURES"])
    return [each["message"] for each in failures if each["displayName"] == "work"]


def send(text):
    print("told:", os.environ["WORKFLOW_STATUS"], text)


def register_pipelines():
    notify = [node(words, "parameters", "text", name="words"), node(send, "text", None, name="send")]
    return {"__default__": Pipeline([node(work, "parameters", None, name="work")]), "notify": Pipeline(notify)}
'''
KEDRO = """
namespace: {namespace}
deployment: {{image: local/flights, tag: tests, build: false}}
machine_types: {{default: {{cpu: 0.1, mem: 300Mi, emph_storage: 0, limits: {{memory: 1Gi, cpu: null}}}}}}
policies: {{on_exit: {{pipeline: notify}}}}
template:
  files:
    - {{path: /home/kedro/project/src/flights/pipeline_registry.py, config_map_ref: {{name: code, key: registry}}}}
"""


def test_a_kedro_pipeline_is_told_of_a_failure(flights_image, bed, namespace, tmp_path):
    folder = tmp_path / "flights"
    shutil.copytree(flights_image.folder, folder)
    (folder / "src/flights/pipeline_registry.py").write_text(REGISTRY, encoding="utf-8")
    (folder / "conf/base/argo.yml").write_text(KEDRO.format(namespace=namespace), encoding="utf-8")
    with bed.api() as api:
        code = {"metadata": {"name": "code"}, "data": {"registry": REGISTRY}}
        client.CoreV1Api(api).create_namespaced_config_map(namespace, code)
    here = Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)

    here.argo("submit", "--wait", code=6)

    told = [line for line in here.argo("logs", "--task", "notify").stdout.splitlines() if "told:" in line]
    assert len(told) == 1
    assert "told: Failed ['main: Error (exit code 1): node work: ValueError: too few {{rows}}']" in told[0]
