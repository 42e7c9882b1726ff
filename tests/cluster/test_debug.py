"""`kedro argo debug` on the real cluster: a node that raised, memory that ran out, a Secret that is not there."""

from __future__ import annotations

import pytest
from projects import ONE_NODE, Place
from support import busybox, eventually, workflow

from argo_kedro.workflows.state import run_state

pytestmark = pytest.mark.cluster

RAISES = """
echo 'Traceback (most recent call last):' >&2
echo '  File "/home/kedro/project/src/pkg/pipeline_registry.py", line 6, in say' >&2
echo '    print(a)' >&2
printf 'node split, loading rows: ValueError: too few rows' > /dev/termination-log
exit 7
"""
EATS = "printf 'memory 31.9 MiB of 32.0 MiB, node train' > /dev/termination-log; tail /dev/zero"


@pytest.fixture
def place(project, bed, namespace) -> Place:
    argo = f"namespace: {namespace}\ndeployment: {{image: local/nosuch, build: false}}\n"
    argo += "machine_types: {train: {cpu: 1, mem: 1}}\ndefault_machine_type: train\n"
    folder = project(ONE_NODE, "", argo, files={"conf/base/parameters.yml": "a: 1\n"})
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)


def test_why_each_task_failed_or_waits_is_found_while_its_pod_is_there_and_after(place: Place, cluster) -> None:
    split = busybox("split", RAISES)
    train = busybox("train", EATS, container={"resources": {"limits": {"memory": "32Mi"}}})
    variable = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "nosuch", "key": "token"}}}
    needy = busybox("needy", container={"env": [variable]})
    documents = {
        "fails": workflow("fails", split, train),
        "gone": workflow("gone", split, podGC={"strategy": "OnPodCompletion"}),
        "waits": workflow("waits", needy),
    }
    documents["fails"]["spec"]["templates"][0]["dag"]["failFast"] = False
    names = {
        key: place.argo("submit", place.manifest(f"{key}.yaml", document)).last for key, document in documents.items()
    }
    for key in ("fails", "gone"):
        place.argo("status", names[key], "--wait", code=6)

    found = place.argo("debug", names["fails"], "--json", code=6).document

    tasks = {task["name"]: task for task in found["tasks"]}
    assert tasks["split"]["error"] == {
        **{"type": "ValueError", "message": "too few rows", "node": "split"},
        **{"while": "loading", "dataset": "rows"},
    }
    assert [(each["file"], each["line"]) for each in tasks["split"]["frames"]] == [("src/pkg/pipeline_registry.py", 6)]
    assert tasks["split"]["log"]["lines"][-1] == "    print(a)"  # and nothing of Argo's
    assert tasks["train"]["reason"] == "out of memory at 31.9 of 32.0 MiB, in node train (exit code 137)"
    shown = place.argo("debug", names["fails"], "train", code=6)
    assert "`machine_types.train` in argo.yml" in shown.stdout
    assert shown.stderr.splitlines()[-1] == f"Next: kedro argo retry {names['fails']}"

    eventually(lambda: not cluster.listing("pods", labels=f"workflows.argoproj.io/workflow={names['gone']}").items)
    gone = place.argo("debug", names["gone"], code=6).stdout
    assert "No log: its pod is not there" in gone
    assert "ValueError: too few rows\n" in gone

    eventually(lambda: any(task.message for task in run_state(cluster.get("workflows", names["waits"])).tasks))
    waits = place.argo("debug", names["waits"])
    assert "Task needy waits" in waits.stdout
    assert "the Secret nosuch is not there" in waits.stdout
    assert waits.stderr.splitlines()[-1] == f"Next: kedro argo status {names['waits']} --wait"
    place.argo("delete", names["waits"])
