"""`kedro argo submit | status | list | stop | retry | delete` as a user types them, on the real cluster."""

from __future__ import annotations

import signal

import pytest
import yaml
from projects import Place
from support import busybox, eventually, workflow

from argo_kedro.cluster.protocol import Cluster
from argo_kedro.workflows.state import run_state

pytestmark = pytest.mark.cluster

REGISTRY = """
from kedro.pipeline import Pipeline, node


def make(a):
    return str(a)


def show(b):
    print(b)


def register_pipelines():
    return {"__default__": Pipeline([node(make, "params:a", "b", name="make_b"), node(show, "b", None, name="show_b")])}
"""
CATALOG = "b: {type: pkg.datasets.TextDataset, filepath: s3://bucket/b}\n"


@pytest.fixture
def place(project, bed, namespace) -> Place:
    argo = f"namespace: {namespace}\ndeployment: {{image: local/nosuch, build: false}}\nui: http://argo.example.com\n"
    files = {"conf/base/parameters.yml": "a: 1\n"}
    return Place(folder=project(REGISTRY, CATALOG, argo, files=files), kubeconfig=bed.kubeconfig, namespace=namespace)


def is_running(cluster: Cluster, name: str) -> bool:
    return any(task.phase == "Running" for task in run_state(cluster.get("workflows", name)).tasks)


def test_a_workflow_that_succeeds_and_all_that_is_said(place):
    file = place.manifest(
        "good.yaml", workflow("good", busybox("one", "echo hello"), busybox("two"), needs={"two": ["one"]})
    )

    submitted = place.argo("submit", file, "--wait")

    name = submitted.last
    assert name.startswith("good-")
    assert f"Submitted {name}: http://argo.example.com/workflows/{place.namespace}/{name}" in submitted.stderr
    assert "one succeeded in" in submitted.stderr
    assert f"{name} succeeded after" in submitted.stderr
    assert f"namespace {place.namespace}" in submitted.stderr
    status = place.argo("status")
    assert "the last one submitted from here" in status.stderr
    assert f"{name}: Succeeded, 2/2 tasks succeeded" in status.stdout
    found = place.argo("status", name, "--json").document
    assert [(task["name"], task["phase"]) for task in found["tasks"]] == [("one", "Succeeded"), ("two", "Succeeded")]
    assert name in place.argo("list", "--all").stdout
    place.argo("delete", name)
    assert "not found" in place.argo("status", name, code=5).stderr


def test_a_failure_ends_with_6_and_the_words_of_kedro_and_a_retry_runs_the_rest(place, cluster):
    fails = "test -f /nosuch || { echo 'node split: ValueError: too few rows' >/dev/termination-log; exit 1; }"
    templates = [busybox("load"), busybox("split", fails), busybox("train")]
    file = place.manifest("bad.yaml", workflow("bad", *templates, needs={"split": ["load"], "train": ["split"]}))

    failed = place.argo("submit", file, "--wait", code=6)

    name = failed.last
    assert "Task split failed: node split: ValueError: too few rows (exit code 1)" in failed.stderr
    assert f"kedro argo retry {name}" in failed.stderr
    before = {task.path: task for task in run_state(cluster.get("workflows", name)).tasks}
    again = place.argo("retry", "--wait", code=6)
    assert "Kept: 1 task" in again.stderr
    after = {task.path: task for task in run_state(cluster.get("workflows", name)).tasks}
    assert after["load"] == before["load"]
    assert after["split"].began > before["split"].ended


def test_stop_ends_what_runs_and_retry_goes_on(place, cluster):
    file = place.manifest("long.yaml", workflow("long", busybox("one", "test -f /tmp/x; sleep 300")))
    name = place.argo("submit", file).last
    eventually(lambda: is_running(cluster, name))

    place.argo("stop", name)
    stopped = place.argo("status", name, "--wait", code=6)

    assert "stopped" in stopped.stderr.lower()
    assert f"{name} is over" in place.argo("stop", name, code=5).stderr
    place.argo("retry", name)
    eventually(lambda: is_running(cluster, name))
    place.argo("delete", name)


def test_ctrl_c_leaves_the_workflow_running_and_says_so(place, cluster):
    file = place.manifest("long.yaml", workflow("long", busybox("one", "sleep 300")))
    waiting = place.started("submit", file, "--wait")
    eventually(lambda: bool(cluster.listing("workflows").items))
    name = cluster.listing("workflows").items[0]["metadata"]["name"]
    eventually(lambda: is_running(cluster, name))

    waiting.send_signal(signal.SIGINT)
    _, stderr = waiting.communicate(timeout=30)

    assert waiting.returncode == 130
    assert f"Stopped waiting; {name} goes on." in stderr
    assert f"Next: kedro argo status {name} --wait" in stderr
    assert run_state(cluster.get("workflows", name)).phase == "Running"
    place.argo("delete", name)


def test_a_dry_run_writes_the_manifest_asks_the_server_and_creates_nothing(place, cluster):
    answer = place.argo("submit", "--dry-run")

    assert answer.last == "argo/__default__.yaml"
    assert "The server would take it" in answer.stderr
    assert (place.folder / "argo/__default__.yaml").is_file()
    assert cluster.listing("workflows").items == ()


def test_what_the_server_refuses_is_not_created(place, cluster):
    file = place.manifest("good.yaml", workflow("good", busybox("one")))

    answer = place.argo("submit", file, "--namespace", "nosuch", code=5)

    assert 'namespaces "nosuch" not found' in answer.stderr
    assert "kubectl create namespace nosuch" in answer.stderr
    assert cluster.listing("workflows").items == ()


def test_a_user_without_rights_gets_the_command_that_grants_them(place):
    file = place.manifest("good.yaml", workflow("good", busybox("one")))

    answer = place.argo("submit", file, "--context", "submitter", code=5)

    assert 'User "submitter" cannot create resource "workflows"' in answer.stderr
    assert f"kubectl --namespace {place.namespace} create role" in answer.stderr
    assert "--verb=create --resource=workflows.argoproj.io" in answer.stderr
    assert "--user=submitter" in answer.stderr


def test_a_template_on_the_cluster_is_submitted_with_parameters(place, cluster):
    place.argo("compile", "--kind", "template")
    template = (place.folder / "argo/__default__-template.yaml").read_text()
    cluster.create("workflowtemplates", yaml.safe_load(template))

    name = place.argo("submit", "--from", "pkg", "--params", "a=2").last

    made = cluster.get("workflows", name)
    assert made["spec"]["workflowTemplateRef"] == {"name": "pkg"}
    assert made["spec"]["arguments"]["parameters"] == [{"name": "params", "value": '{"a": 2}'}]
    assert name in place.argo("list").stdout
    place.argo("delete", name)
    assert "takes no" not in place.argo("submit", "--from", "nosuch", code=5).stderr
