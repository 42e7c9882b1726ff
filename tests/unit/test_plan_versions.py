"""Which versions tasks read: those of the run itself, and those that --load-versions names."""

from __future__ import annotations

from typing import Any

import pytest
from plans import STORED, make, planned, said, tasks

from argo_kedro.check import check
from argo_kedro.model import Problem, Workflow
from argo_kedro.pipeline import FusedPipeline, Node

VERSIONED = {**STORED, "versioned": True}
CACHED = {"type": "CachedDataset", "versioned": True, "dataset": STORED}
OWN = "template: {templates: [{name: own, container: {command: [sh]}}]}\n"
NODES = [make("a", "in", "x"), make("b", "x", "out")]
V = "2026-01-01T00.00.00.000Z"


def plan_of(nodes: list[Any], argo: str = "", **entries: Any) -> Workflow:
    return planned(nodes, argo, catalog={"{any}": STORED, **entries})


def pinned(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    return {name: task.pinned for name, task in tasks(workflow).items() if task.pinned}


def loading(versions: dict[str, str], argo: str = "", nodes: list[Any] | None = None, **entries: Any) -> Workflow:
    catalog = {"in": VERSIONED, "x": STORED, "out": VERSIONED, **entries}
    catalog = {name: entry for name, entry in catalog.items() if entry}
    return planned(nodes or NODES, argo, catalog=catalog, load_versions=versions)


@pytest.mark.parametrize("entry", [VERSIONED, CACHED])
def test_a_task_reads_the_version_that_the_run_has_written(entry: dict[str, Any]) -> None:
    workflow = plan_of(NODES, x=entry)

    assert pinned(workflow) == {"b": ("x",)}
    assert tasks(workflow)["b"].arguments["pinned"] == "x"


def test_what_the_run_does_not_write_is_read_in_its_latest_version() -> None:
    assert pinned(plan_of(NODES, **{"in": VERSIONED, "out": VERSIONED})) == {}


def test_what_has_no_versions_is_not_pinned() -> None:
    assert pinned(plan_of(NODES)) == {}


def test_what_one_task_writes_and_reads_itself_is_pinned_too() -> None:
    """Kedro would read the latest version: another run's, if that has just written one."""
    workflow = plan_of([FusedPipeline(NODES, name="f")], x=VERSIONED)

    assert pinned(workflow) == {"f": ("x",)}
    assert workflow.tasks[0].memory == ()


def test_transcoded_names_are_pinned_by_the_name_that_is_read() -> None:
    nodes = [make("a", "in", "t@x"), make("b", "t@y", "out")]

    assert pinned(plan_of(nodes, **{"t@x": VERSIONED, "t@y": VERSIONED})) == {"b": ("t@y",)}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("a", "writes it in a version of its own, so tasks that read it take the latest"),
        ("b", "reads the latest version of it, which may be another run's"),
    ],
)
def test_a_template_of_the_users_has_versions_of_its_own(node: str, expected: str) -> None:
    workflow = plan_of(NODES, f"{OWN}tasks: [{{nodes: {node}, template: own}}]", x=VERSIONED)

    (problem,) = check(workflow)
    assert problem.severity == "warning"
    assert said([problem]) == [f"dataset x: task {node!r} {expected}: template 'own' runs `kedro run`."]
    assert pinned(workflow) == {}


def test_a_template_of_the_users_that_reads_no_versions_of_the_run_is_no_problem() -> None:
    nodes = [*NODES, Node(len, "in", "other", name="c", template="own")]

    assert check(plan_of(nodes, OWN, x=VERSIONED, **{"in": VERSIONED})) == []


def test_two_versioned_datasets_that_share_a_path_are_a_problem() -> None:
    nodes = [make("a", "in", ["x", "t@x"]), make("b", ["x", "t@y"], "out")]
    elsewhere = {**VERSIONED, "filepath": "s3://bucket/other.parquet"}
    transcoded = {"t@x": elsewhere, "t@y": elsewhere}
    found = check(plan_of(nodes, x=VERSIONED, out=VERSIONED, **transcoded))
    assert said(found) == [
        "dataset out: 'x' is written to s3://bucket/data.parquet in the same version: one would replace the other."
    ]
    assert check(plan_of(nodes, out=VERSIONED, **transcoded)) == []


def test_a_versioned_dataset_of_a_name_that_no_list_can_have_is_a_problem() -> None:
    (problem,) = check(plan_of([make("a", "in", "x,1"), make("b", "x,1", "out")], **{"x,1": VERSIONED}))

    assert problem.where == "dataset x,1"
    assert problem.severity == "error"


def test_load_versions_of_inputs_are_kept() -> None:
    workflow = loading({"in": V})

    assert workflow.load_versions == {"in": V}
    assert check(workflow) == []
    assert any(f"--load-versions=in:{V}" in template.body["container"]["args"] for template in workflow.templates)


@pytest.mark.parametrize(
    ("versions", "expected", "hint"),
    [
        ({"inn": V}, "no selected node reads a dataset 'inn'.", "did you mean 'in'?"),
        ({"out": V}, "no selected node reads a dataset 'out'.", ""),
        ({"params:a": V}, "no selected node reads a dataset 'params:a'.", ""),
        ({"x": V}, "this run writes 'x' itself, and reads what it has written.", ""),
        ({"in": ""}, "'' cannot be a version of 'in'.", ""),
        ({"in": "a/b"}, "'a/b' cannot be a version of 'in'.", ""),
        ({"in": "a\\b"}, "'a\\\\b' cannot be a version of 'in'.", ""),
        ({"in": ".."}, "'..' cannot be a version of 'in'.", ""),
        ({"in": "a,b"}, "'a,b' cannot be a version of 'in'.", ""),
        ({"in": "{{x}}"}, "'{{x}}' cannot be a version of 'in'.", ""),
    ],
)
def test_a_load_version_that_no_task_can_have_is_a_problem(versions: dict[str, str], expected: str, hint: str) -> None:
    (problem,) = loading(versions).problems

    assert said([problem]) == [f"--load-versions: {expected}"]
    assert problem.severity == "error"
    assert hint in problem.hint


def test_a_load_version_of_what_has_none_is_a_warning() -> None:
    (problem,) = loading({"in": V}, **{"in": STORED}).problems

    assert problem.severity == "warning"
    assert problem.message == "'in' is not versioned, so its version counts for nothing."


# A dataset in memory, which an older run has left in its storage.

STORAGE = "storage: {root: s3://bucket/runs}\n"
REST = NODES[1:]


def of_older_run(argo: str) -> tuple[Workflow, list[Problem]]:
    workflow = loading({"x": V}, argo, REST, x=None)
    return workflow, check(workflow)


def test_what_an_older_run_has_left_in_the_storage_is_read_from_there() -> None:
    workflow, problems = of_older_run(STORAGE)

    assert problems == []
    assert tasks(workflow)["b"].spilled == ("x",)


def test_without_a_storage_no_run_has_left_anything() -> None:
    _, problems = of_older_run("")

    assert said(problems) == [
        "--load-versions: 'x' lives in memory, and argo.yml names no storage in which a run has left it."
    ]


@pytest.mark.parametrize(("name", "nodes", "entries"), [("x", REST, {"x": None}), ("in", NODES[:1], {})])
def test_a_template_of_the_users_is_told_no_version(name: str, nodes: list[Any], entries: dict[str, Any]) -> None:
    workflow = loading({name: V}, f"{STORAGE}{OWN}tasks: [{{nodes: '*', template: own}}]", nodes, **entries)

    errors = [problem for problem in check(workflow) if problem.severity == "error"]
    assert said(errors) == [
        f"--load-versions: the template of task {nodes[0].name!r} runs `kedro run`, and is told no version of {name!r}."
    ]


def test_a_version_of_data_that_stands_in_the_catalog_counts_for_nothing() -> None:
    workflow = loading({"x": V}, STORAGE, REST, x={"type": "MemoryDataset", "data": 1})

    assert [problem.severity for problem in check(workflow)] == ["warning"]
    assert tasks(workflow)["b"].spilled == ()


def test_without_load_versions_an_input_in_memory_is_nowhere() -> None:
    (problem,) = check(loading({}, STORAGE, REST, x=None))

    assert problem.where == "dataset x"
