"""What is read out of a run that a new one goes on from: the nodes that succeeded, and where their data is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from plans import STORED, chain, make, project
from workflow_states import BEGAN, node, workflow

from argo_kedro.cli.old_run import OldRun, with_memo
from argo_kedro.manifest import read, render
from argo_kedro.model import Json
from argo_kedro.names import k8s_name
from argo_kedro.plan import plan
from argo_kedro.plan.data.resuming import Left
from argo_kedro.project import Selection
from argo_kedro.views.inputs import left_behind
from argo_kedro.workflows import inputs_of, run_state

VERSION = "2026-11-21T08.00.00.000Z-uid-1"
SPILL = "runner: {memory_datasets: spill}\nstorage: {root: s3://bucket/runs}\n"


def ran(made: Any, phases: dict[str, str], phase: str = "Failed", **more: Any) -> dict[str, Any]:
    """The Workflow object of a plan, whose tasks have these phases."""
    planned = plan(made, more.pop("selection", None), **more)
    states = [node(task.name, phases.get(task.group or task.nodes[0], "Omitted")) for task in planned.tasks]
    found = workflow(phase, *states)
    manifest = read(render(planned))
    metadata = {**manifest["metadata"], **found["metadata"], "creationTimestamp": BEGAN}
    return {**found, "metadata": metadata, "spec": manifest["spec"]}


def old(document: Json) -> OldRun:
    return OldRun(document=document, state=run_state(document), inputs=inputs_of(document))


def left(document: Json, nodes: Iterable[str] = ("a_1", "b_2", "c_3"), storage: str = "s3://bucket/runs") -> Left:
    return old(document).left(nodes, storage)


def test_a_node_has_succeeded_if_its_task_has() -> None:
    document = ran(project(chain("a_1", "b_2", "c_3")), {"a_1": "Succeeded", "b_2": "Failed"})
    assert left(document).done == {"a_1": VERSION}


def test_all_nodes_of_a_group_end_as_its_task_does() -> None:
    rule = "tasks: [{nodes: '[ab]_*', group: both}]\n"
    document = ran(project(chain("a_1", "b_2", "c_3"), rule), {"both": "Succeeded", "c_3": "Failed"})
    found = left(document)
    assert set(found.done) == {"a_1", "b_2"}
    assert found.in_memory == {"d1"}
    failed = ran(project(chain("a_1", "b_2", "c_3"), rule), {"both": "Failed"})
    assert left(failed).done == {}
    assert left(failed).in_memory == frozenset()


def test_an_attempt_that_is_repeated_is_one_task() -> None:
    made = project(chain("a_1", "b_2"), "tasks: [{nodes: a_1, retries: 2}]\n")
    document = ran(made, {"b_2": "Failed"})
    task = k8s_name("a_1")
    attempts = [node(task, "Succeeded", "Retry", [f"{task}(0)"]), node(f"{task}(0)", "Succeeded", flags=["retried"])]
    document["status"]["nodes"] |= {each["id"]: each for each in attempts}
    assert left(document).done == {"a_1": VERSION}


def test_a_template_of_ones_own_saves_in_versions_of_its_own() -> None:
    argo = """
template:
  templates: [{name: mine, container: {image: x, command: [kedro], args: [run]}}]
tasks: [{nodes: a_1, template: mine}]
"""
    document = ran(project(chain("a_1", "b_2"), argo), {"a_1": "Succeeded", "b_2": "Succeeded"})
    assert left(document).done == {"a_1": "", "b_2": VERSION}


def spilling() -> Any:
    return project(chain("a_1", "b_2", "c_3"), SPILL, {"d0": STORED, "d3": STORED})


def test_what_was_spilled_is_in_the_storage_of_the_old_run() -> None:
    document = ran(spilling(), {"a_1": "Succeeded", "b_2": "Failed"})
    assert left(document).spilled == {"d1": VERSION}
    assert left(document, storage="s3://bucket/elsewhere").spilled == {}


@pytest.mark.parametrize(("clean_up", "kept"), [("success", {}), ("never", {"d1": VERSION, "d2": VERSION})])
def test_a_success_may_have_removed_it(clean_up: str, kept: dict[str, str]) -> None:
    argo = SPILL.replace("runs}", f"runs, clean_up: {clean_up}}}")
    made = project(chain("a_1", "b_2", "c_3"), argo, {"d0": STORED, "d3": STORED})
    document = ran(made, dict.fromkeys(("a_1", "b_2", "c_3"), "Succeeded"), "Succeeded")
    assert left(document).spilled == kept


def test_in_a_row_of_runs_the_last_knows_what_all_of_them_left() -> None:
    first = left(ran(spilling(), {"a_1": "Succeeded", "b_2": "Failed"}))
    earlier = Left(done={"a_1": "v1", "b_2": "v1"}, spilled={"d1": "v1", "d2": "v1"}, in_memory=frozenset({"x"}))
    assert first.done == {"a_1": VERSION}
    wanted = Selection(pipelines=("__default__",), tags=("t",))
    again = ran(spilling(), {"b_2": "Succeeded"}, selection=Selection(nodes=("b_2", "c_3")), load_versions={"d1": "v1"})
    second = with_memo(again, wanted, earlier, {"d2": True, "d3": False})
    found = left(second)
    assert found.done == {"a_1": "v1", "b_2": VERSION}
    assert found.spilled == {"d1": "v1", "d2": VERSION}
    assert found.in_memory == {"x", "d2"}
    assert found.load_versions == {"d1": "v1"}
    assert old(second).selection(["__default__"]) == wanted


def test_a_node_that_failed_when_it_ran_again_is_not_done() -> None:
    again = ran(project(chain("a_1", "b_2")), {"a_1": "Failed"})
    assert left(with_memo(again, Selection(), Left(done={"a_1": "v1"}), {})).done == {}


def test_a_memo_that_is_too_long_is_left_out() -> None:
    document = ran(project(chain("a_1")), {})
    many = Left(done={f"node_{number}": "v1" for number in range(9000)})
    assert "annotations" not in with_memo(document, Selection(), many, {})["metadata"]


@pytest.mark.parametrize("memo", ["[", "[]", "null", '{"selection": 3, "left": 3}', '{"left": {"done": [1]}}'])
def test_a_memo_that_somebody_changed_is_none(memo: str) -> None:
    document = ran(project(chain("a_1", "b_2")), {"a_1": "Succeeded"})
    document["metadata"]["annotations"] = {"argo-kedro/selection": memo}
    assert left(document).done == {"a_1": VERSION}
    assert old(document).selection(["x", "__default__"]).pipelines == ("__default__",)


def test_without_a_memo_its_pipelines_are_those_of_its_label_or_of_its_tasks() -> None:
    pipelines = {"__default__": chain("a_1", "b_2"), "data": chain("a_1"), "more": [make("z", "y", "x")]}
    one = ran(project(pipelines), {}, selection=Selection(pipelines=("data",)))
    assert old(one).selection(pipelines) == Selection(pipelines=("data",))
    two = ran(project(pipelines), {}, selection=Selection(pipelines=("data", "more")))
    assert old(two).selection(pipelines) == Selection(pipelines=("data", "more"))
    assert old(two).selection(["__default__"]) == Selection(pipelines=("__default__",))


def test_tasks_that_are_not_known_today_are_named() -> None:
    document = ran(project(chain("a_1", "b_2")), {"a_1": "Succeeded"})
    assert old(document).unknown(["a_1", "c_3"]) == ["b-2"]
    assert old(document).unknown(["a_1", "b_2"]) == []


def test_init_tasks_and_what_runs_at_the_end_are_no_nodes() -> None:
    argo = (
        SPILL + "template: {init_templates: [first], templates: [{name: first, container: {image: x, command: [x]}}]}\n"
    )
    made = project(chain("a_1", "b_2"), argo, {"d0": STORED, "d2": STORED})
    assert old(ran(made, {"a_1": "Succeeded"})).unknown(["a_1", "b_2"]) == []


def test_what_it_was_given_is_read_as_it_was_meant() -> None:
    made = project(chain("a_1", "b_2"), "secret_params: {db.password: {name: s, key: k}}\n")
    params = {"a": "$(HOME) {{x}} $$", "n": [None, {"ü": "b,c"}]}
    document = ran(replace(made, params=params), {}, load_versions={"d0": "v0"})
    inputs = inputs_of(document)
    assert inputs.parameters == params
    assert inputs.secret == ("db.password",)
    assert inputs.load_versions == {"d0": "v0"}
    assert inputs.save_version == VERSION


@pytest.mark.parametrize(
    ("phase", "clean_up", "stays"),
    [("Failed", "success", True), ("Succeeded", "never", True), ("Succeeded", "success", False)],
)
def test_who_deletes_a_run_is_told_where_its_data_stays(phase: str, clean_up: str, stays: bool) -> None:
    argo = f"runner: {{memory_datasets: spill}}\nstorage: {{root: s3://bucket/runs, clean_up: {clean_up}}}\n"
    document = ran(project(chain("a_1", "b_2"), argo, {"d0": STORED, "d2": STORED}), {}, phase=phase)
    assert (f"s3://bucket/runs/{VERSION}" in left_behind(document)) == stays
