"""`--profile` with the real client, on an API server in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from api_server import ApiServer
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from workflow_states import BEGAN, node

from argo_kedro.cli.explain import explain
from argo_kedro.cli.schedule import schedule
from argo_kedro.cli.submit import submit

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    nodes = [node(f, ["raw", "params:alpha"], "made", name="make"), node(f, "made", "out", name="use")]
    return {"__default__": Pipeline(nodes), "other": Pipeline([node(f, "raw", "else", name="other")])}
"""
CATALOG = """
raw: {type: pkg.datasets.TextDataset, filepath: s3://bucket/raw}
"{any}": {type: pkg.datasets.TextDataset, filepath: "s3://bucket/${runtime_params:alpha,none}/{any}"}
"""
ARGO = """
deployment: {image: registry.example.com/x, build: false}
schedule: {schedules: "@daily"}
profiles:
  nightly:
    run: {params: {alpha: 2}, nodes: [make, use]}
    machine_types: {default: {cpu: 1, mem: 16}}
    service_account: nights
  weekly: {service_account: weeks}
"""
Call = Callable[..., Result]


@pytest.fixture
def call(api: ApiServer, project: Any, in_process: None, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A verb, called in a project."""
    path = project(REGISTRY, CATALOG, ARGO, files={"conf/base/parameters.yml": "alpha: 1\n"})
    monkeypatch.chdir(path)
    metadata = bootstrap_project(path)

    def called(verb: click.Command, *words: str) -> Result:
        done = CliRunner().invoke(verb, words, obj=metadata)
        assert done.exit_code == 0, (done.output, done.exception)
        return done

    return called


def submitted(api: ApiServer, call: Call, *words: str) -> dict[str, Any]:
    """The workflow that a submission has made."""
    call(submit, *words)
    return api.objects["workflows", api.created[-1]]


def fails(api: ApiServer, workflow: dict[str, Any]) -> str:
    """Let its second node fail; its name."""
    name = workflow["metadata"]["name"]
    found = [node("make", "Succeeded"), node("use", "Failed")]
    nodes = {each["id"].replace("demo-x", name): {**each, "name": f"{name}.{each['displayName']}"} for each in found}
    nodes = {key: {**each, "id": key} for key, each in nodes.items()}
    status = {"phase": "Failed", "startedAt": BEGAN, "finishedAt": BEGAN, "nodes": nodes}
    metadata = {**workflow["metadata"], "creationTimestamp": BEGAN, "uid": f"uid-{name}"}
    api.put("workflows", {**workflow, "metadata": metadata, "status": status})
    return str(name)


def told(workflow: dict[str, Any]) -> tuple[str, str, Any]:
    """Its profile, its service account, its parameters."""
    spec = workflow["spec"]
    (parameter,) = spec["arguments"]["parameters"]
    return (
        workflow["metadata"]["labels"]["argo-kedro/profile"],
        spec["serviceAccountName"],
        json.loads(parameter["value"]),
    )


def test_a_workflow_that_goes_on_has_the_profile_of_the_old_one_and_its_parameters(api: ApiServer, call: Call) -> None:
    first = submitted(api, call, "--profile", "nightly", "--params", "beta=3")
    name = fails(api, first)
    second = submitted(api, call, "--from-failed", name)
    third = submitted(api, call, "--from-failed", fails(api, second), "--profile", "weekly")
    shown = call(explain, "--from-failed", name)

    assert name.startswith("pkg-nightly-")
    assert told(first) == told(second) == ("nightly", "nights", {"alpha": 2, "beta": 3})
    assert [task["name"] for task in second["spec"]["templates"][0]["dag"]["tasks"]] == ["use"]
    assert told(third) == ("weekly", "weeks", {"alpha": 2, "beta": 3})
    assert "Profile nightly. Changed in argo.yml: machine_types, service_account." in shown.output
    assert f"Next: kedro argo run --from-failed {name}" in shown.output


def test_each_profile_has_a_schedule_of_its_own_that_can_be_removed_alone(api: ApiServer, call: Call) -> None:
    for words in ((), ("--profile", "nightly"), ("--profile", "weekly")):
        call(schedule, *words)
    found = {name: each for (kind, name), each in api.objects.items() if kind == "cronworkflows"}
    assert sorted(found) == ["pkg", "pkg-nightly", "pkg-weekly"]
    passed_on = found["pkg-nightly"]["spec"]["workflowMetadata"]["labels"]
    assert passed_on["argo-kedro/profile"] == "nightly"

    call(schedule, "--profile", "nightly", "--remove")
    assert sorted(name for kind, name in api.objects if kind == "cronworkflows") == ["pkg", "pkg-weekly"]
