"""`--from-failed`, secrets and `status` with the real client, on an API server in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from api_server import ApiServer
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from local_runs import sh
from local_runs import workflow as local_workflow
from workflow_states import BEGAN, node

from argo_kedro.cli.check import check_
from argo_kedro.cli.compile import compile_
from argo_kedro.cli.explain import explain
from argo_kedro.cli.list import list_
from argo_kedro.cli.run import run_
from argo_kedro.cli.schedule import schedule
from argo_kedro.cli.status import status
from argo_kedro.cli.submit import submit
from argo_kedro.local import run
from argo_kedro.names import k8s_name

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    nodes = [
        node(f, ["raw", "params:alpha"], "made", name="make"),
        node(f, "made", "kept", name="keep"),
        node(f, ["kept", "made"], "out", name="use"),
    ]
    return {"__default__": Pipeline(nodes), "other": Pipeline([node(f, "raw", "else", name="other")])}
"""
CATALOG = """
raw: {type: pkg.datasets.TextDataset, filepath: s3://bucket/raw}
made: {type: pandas.CSVDataset, filepath: s3://bucket/made.csv, versioned: true}
out: {type: pkg.datasets.TextDataset, filepath: s3://bucket/out}
else: {type: pkg.datasets.TextDataset, filepath: s3://bucket/else}
"""
ARGO = """
deployment: {image: registry.example.com/x, build: false}
runner: {memory_datasets: spill}
storage: {root: "s3://bucket/runs"}
secret_params: {db.password: {name: db, key: password}}
"""
VERSION = "2026-11-21T08.00.00.000Z-uid-{name}"
Call = Callable[..., Result]


@pytest.fixture
def call(api: ApiServer, project: Any, in_process: None, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A verb, called in a project."""
    files = {"conf/base/parameters.yml": "alpha: 1\ndb: {password: none}\n"}
    path = project(REGISTRY, CATALOG, ARGO, files=files)
    monkeypatch.chdir(path)
    metadata = bootstrap_project(path)

    def called(verb: click.Command, *words: str) -> Result:
        return CliRunner().invoke(verb, words, obj=metadata)

    return called


def submitted(api: ApiServer, call: Call, *words: str) -> dict[str, Any]:
    """The workflow that a submission has made."""
    done = call(submit, *words)
    assert done.exit_code == 0, (done.output, done.exception)
    return api.objects["workflows", api.created[-1]]


def ends(api: ApiServer, workflow: dict[str, Any], phase: str, **phases: str) -> str:
    """Let it be over, with these phases of its nodes; its name."""
    name = workflow["metadata"]["name"]
    found = []
    for task, state in phases.items():
        made = node(k8s_name(task), state)
        found.append({**made, "name": made["name"].replace("demo-x", name), "id": made["id"].replace("demo-x", name)})
    status = {"phase": phase, "startedAt": BEGAN, "finishedAt": BEGAN, "nodes": {each["id"]: each for each in found}}
    metadata = {**workflow["metadata"], "creationTimestamp": BEGAN, "uid": f"uid-{name}"}
    api.put("workflows", {**workflow, "metadata": metadata, "status": status})
    return str(name)


def run_nodes(workflow: dict[str, Any]) -> list[str]:
    return sorted(task["name"] for task in workflow["spec"]["templates"][0]["dag"]["tasks"])


def option(workflow: dict[str, Any], name: str) -> list[str]:
    arguments = next(each for each in workflow["spec"]["templates"] if "container" in each)["container"]["args"]
    return [each.partition("=")[2] for each in arguments if each.startswith(f"{name}=")]


def test_a_new_workflow_runs_what_failed_on_the_data_of_the_old_one(api: ApiServer, call: Call) -> None:
    first = submitted(api, call, "--params", "alpha=7,beta=2")
    name = ends(api, first, "Failed", make="Succeeded", keep="Succeeded", use="Failed")

    done = call(explain, "--from-failed", name)
    second = submitted(api, call, "--from-failed", name, "--params", '{"beta": "x,y"}')

    assert done.exit_code == 0, done.output
    assert f"From {name}, with its parameters: 1 of 3 nodes run." in done.output
    assert f"Next: kedro argo run --from-failed {name}" in done.output
    version = VERSION.format(name=name)
    assert run_nodes(second) == ["use"]
    assert option(second, "--load-versions") == [f"kept:{version},made:{version}"]
    assert json.loads(second["spec"]["arguments"]["parameters"][0]["value"]) == {"alpha": 7, "beta": "x,y"}


def test_versions_that_are_named_count_before_those_of_the_old_run(api: ApiServer, call: Call) -> None:
    alone = submitted(api, call, "--nodes", "use,keep", "--load-versions", "made:v9")
    assert option(alone, "--load-versions") == ["made:v9"]
    name = ends(api, submitted(api, call), "Failed", make="Succeeded", keep="Succeeded", use="Failed")
    second = submitted(api, call, "--from-failed", name, "-lv", "made:v9")
    assert option(second, "--load-versions") == [f"kept:{VERSION.format(name=name)},made:v9"]


def test_a_row_of_new_workflows_goes_on_to_find_all_data(api: ApiServer, call: Call) -> None:
    name = ends(api, submitted(api, call), "Failed", make="Succeeded", keep="Failed")
    second = submitted(api, call, "--from-failed", name)
    assert run_nodes(second) == ["keep", "use"]
    again = ends(api, second, "Failed", keep="Succeeded", use="Failed")
    third = submitted(api, call, "--from-failed", again)
    assert run_nodes(third) == ["use"]
    assert option(third, "--load-versions") == [f"kept:{VERSION.format(name=again)},made:{VERSION.format(name=name)}"]


def test_what_the_old_run_selected_and_how_goes_on_to_count(api: ApiServer, call: Call) -> None:
    first = submitted(api, call, "--to-outputs", "kept")
    assert run_nodes(first) == ["keep", "make"]
    name = ends(api, first, "Failed", make="Succeeded", keep="Failed")
    second = submitted(api, call, "--from-failed", name)
    assert run_nodes(second) == ["keep"]  # not `use`, which was never wanted
    memo = json.loads(second["metadata"]["annotations"]["argo-kedro/selection"])
    assert memo["selection"] == {"pipelines": ["__default__"], "to_outputs": ["kept"]}


def test_what_it_selected_may_be_gone(api: ApiServer, call: Call) -> None:
    name = ends(api, submitted(api, call, "--nodes", "make,keep"), "Failed", make="Failed")
    found = api.objects["workflows", name]["metadata"]["annotations"]
    found["argo-kedro/selection"] = found["argo-kedro/selection"].replace("keep", "gone")
    done = call(explain, "--from-failed", name)
    assert done.exit_code == 4
    assert f"What {name} selected is not there today: pipeline __default__: " in done.output
    assert "['gone']" in done.output


def test_nothing_is_left_of_what_succeeded(api: ApiServer, call: Call) -> None:
    first = submitted(api, call)
    name = ends(api, first, "Succeeded", make="Succeeded", keep="Succeeded", use="Succeeded")
    done = call(submit, "--from-failed", name)
    assert (done.exit_code, len(api.created)) == (0, 1)
    assert f"{name}: every node of it succeeded, and none is new. There is nothing to run." in done.output


def test_what_goes_on_is_not_gone_on_from(api: ApiServer, call: Call) -> None:
    name = ends(api, submitted(api, call), "Running", make="Running")
    done = call(check_, "--from-failed", name)
    assert done.exit_code == 1
    assert f"{name} is not over: it is Running." in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--env", "base"], "ran in env 'local', and its data is there: --env must say so too."),
        (["--nodes", "make"], "--from-failed says which nodes run: --nodes does not go with it"),
    ],
)
def test_options_that_contradict_the_old_run_are_wrong_usage(
    api: ApiServer, call: Call, words: list[str], said: str
) -> None:
    name = ends(api, submitted(api, call), "Failed", make="Failed")
    done = call(submit, "--from-failed", name, *words)
    assert done.exit_code == 2, done.output
    assert said in done.output


def test_what_waits_in_a_cluster_goes_on_from_no_run(call: Call) -> None:
    done = call(compile_, "--from-failed", "x", "--kind", "template")
    assert done.exit_code == 2
    assert "it makes a workflow, no template and no cron" in done.output


@pytest.mark.parametrize("verb", [submit, compile_, schedule, explain, check_], ids=lambda verb: verb.name)
def test_a_secret_parameter_does_not_come_near_a_manifest(api: ApiServer, call: Call, verb: click.Command) -> None:
    done = call(verb, "--params", '{"db": {"password": "Hunter2"}}')
    assert done.exit_code == 4, done.output
    assert "Parameter db.password is secret (secret_params in argo.yml)" in done.output
    assert "kubectl create secret generic db --from-file=password=FILE" in done.output
    assert "Hunter2" not in done.output
    assert api.created == []


def test_a_local_run_gets_it_by_the_environment_and_says_who_else_sees_it(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAM_DB_PASSWORD", "before")
    done = call(run_, "--params", '{"db": {"password": "Hunter2"}}', "--nodes", "nope")
    assert done.exit_code == 4
    assert os.environ["PARAM_DB_PASSWORD"] == "Hunter2"
    assert "Warning: db.password: a command line is in the shell's history and in `ps`" in done.output
    assert "Hunter2" not in done.output


def test_nor_does_it_come_near_a_run_of_a_template_that_is_on_the_cluster(api: ApiServer, call: Call) -> None:
    taken = {"arguments": {"parameters": [{"name": "params", "value": "{}"}]}}
    api.put("workflowtemplates", {"apiVersion": "argoproj.io/v1alpha1", "metadata": {"name": "t"}, "spec": taken})
    done = call(submit, "--from", "t", "--params", "db.password=Hunter2")
    assert (done.exit_code, api.created) == (4, [])
    assert "Hunter2" not in done.output
    other = call(submit, "--from", "t", "--params", "alpha=2")
    assert (other.exit_code, len(api.created)) == (0, 1), other.output


def test_parameters_that_were_not_secret_then_are_not_taken_over(api: ApiServer, call: Call) -> None:
    first = submitted(api, call)
    first["spec"]["arguments"] = {"parameters": [{"name": "params", "value": '{"db": {"password": "old"}, "a": 1}'}]}
    name = ends(api, first, "Failed", make="Failed")
    second = submitted(api, call, "--from-failed", name)
    assert json.loads(second["spec"]["arguments"]["parameters"][0]["value"]) == {"a": 1}


def test_status_shows_what_a_workflow_was_given_and_which_code_ran(api: ApiServer, call: Call) -> None:
    name = ends(api, submitted(api, call, "--params", '{"alpha": "a,b"}'), "Failed", make="Succeeded", keep="Failed")
    found = api.objects["workflows", name]
    earlier = json.dumps([{"until": "2026-11-21T08:00:05Z", "code": "x:1"}])
    found["metadata"]["annotations"] |= {"argo-kedro/code": earlier, "argo-kedro/code-now": "x:2"}
    late = next(each for each in found["status"]["nodes"].values() if each["name"].endswith("keep"))
    late["finishedAt"] = "2026-11-21T08:00:09Z"
    next(each for each in found["status"]["nodes"].values() if each["name"].endswith("make"))["finishedAt"] = BEGAN

    done, as_json = call(status, name), call(status, name, "--json")

    assert done.exit_code == 6
    assert 'Parameters: {"alpha": "a,b"}' in done.output
    assert "Secret parameters: db.password" in done.output
    assert f"Save version: {VERSION.format(name=name)}" in done.output
    assert "Not all of it ran with one code:\n  x:2: keep\n  x:1: make\n" in done.output
    start = as_json.output.index("{\n")
    shown, _ = json.JSONDecoder().raw_decode(as_json.output[start:])
    assert shown["parameters"] == {"alpha": "a,b"}
    assert shown["secret_parameters"] == ["db.password"]
    assert {task["name"]: task["code"] for task in shown["tasks"]} == {"make": "x:1", "keep": "x:2"}


def test_a_run_of_this_machine_counts_before_a_workflow_unless_a_place_is_named(api: ApiServer, call: Call) -> None:
    local = run(local_workflow(sh("main", "true")), folder=Path.cwd())
    submitted_name = submitted(api, call)["metadata"]["name"]
    ends(api, api.objects["workflows", submitted_name], "Failed", make="Failed")
    api.put("workflows", {**api.objects["workflows", submitted_name], "metadata": {"name": local.name}})

    listed, here, there, newest = (
        call(list_),
        call(status, local.name),
        call(status, local.name, "--context", "wire"),
        call(status),
    )

    assert "Runs on this machine: 1. `kedro argo list --local` shows them." in listed.output
    assert submitted_name in listed.output
    assert f"Local run: {local.name}." in here.output
    assert here.exit_code == 0
    assert "Local run" not in there.output
    assert f"Workflow: {submitted_name}, the last one submitted from here." in newest.output


def test_without_a_cluster_and_without_a_note_the_newest_run_of_this_machine_is_meant(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(Path.cwd() / "nosuch"))
    none = call(status)
    run(local_workflow(sh("main", "true")), folder=Path.cwd(), name="older")
    run(local_workflow(sh("main", "true")), folder=Path.cwd(), name="newer")
    newest, unknown = call(status), call(status, "oldr")
    assert (none.exit_code, newest.exit_code, unknown.exit_code) == (5, 0, 5)
    assert "Local run: newer, the last one from here." in newest.output
    assert "Nothing has run from here yet." in none.output
    assert "`kedro argo run` runs the pipeline on this machine." in none.output
    assert "No run on this machine is called 'oldr'.\nHint: Did you mean 'older'?" in unknown.output
    assert "There is no kubeconfig at" in unknown.output
