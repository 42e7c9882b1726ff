"""What a workflow selects, what it is called, and what it tells its pods."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kedro.pipeline.node import Node as KedroNode
from plans import chain, make, planned, said

from argo_kedro.errors import CompileError
from argo_kedro.pipeline import FusedPipeline
from argo_kedro.plan.pods.maker import encoded
from argo_kedro.project import Selection


def homes(pipelines: dict[str, Any], *selected: str) -> dict[str, str]:
    selection = Selection(pipelines=selected) if selected else None
    return {task.name: task.pipeline for task in planned(pipelines, selection=selection).tasks}


A, B, C = chain("a", "b", "c")


@pytest.mark.parametrize(
    ("pipelines", "selected", "expected"),
    [
        ({"__default__": [A, B]}, (), {"a": "__default__", "b": "__default__"}),
        ({"__default__": [A, B], "one": [A], "two": [B]}, (), {"a": "one", "b": "two"}),
        ({"__default__": [A, B, C], "big": [A, B], "small": [B]}, (), {"a": "big", "b": "small", "c": "__default__"}),
        ({"__default__": [A], "one": [A], "all": [A, B]}, ("all",), {"a": "all", "b": "all"}),
        ({"one": [A], "two": [B]}, ("one", "two"), {"a": "one", "b": "two"}),
        ({"__default__": [A, B], "x": [FusedPipeline([A, B], name="f")]}, ("x",), {"f": "x"}),
    ],
)
def test_a_task_imports_the_smallest_pipeline_that_has_its_nodes(
    pipelines: dict[str, Any], selected: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert homes(pipelines, *selected) == expected


def test_a_group_needs_a_pipeline_with_all_its_nodes() -> None:
    fused = FusedPipeline([A, B], name="f")
    pipelines = {"__default__": [fused, C], "part": [A], "whole": [fused, C, make("d", "d3", "d4")]}

    assert homes(pipelines)["f"] == "whole"


def test_a_node_of_the_same_name_that_does_something_else_is_not_the_same() -> None:
    other = KedroNode(len, "d0", "d1", name="a")
    pipelines = {"__default__": [A, B], "other": [other]}

    assert homes(pipelines)["a"] == "__default__"


def test_only_tasks_that_differ_name_their_pipeline() -> None:
    """An argument on each task would make the manifest larger for nothing."""
    workflow = planned({"__default__": [A, B, C], "one": [A, B], "two": [C]})

    assert {task.name: dict(task.arguments) for task in workflow.tasks} == {"a": {}, "b": {}, "c": {"pipeline": "two"}}


@pytest.mark.parametrize(
    ("selected", "name", "expected"),
    [
        ((), "", "my-project"),
        (("train",), "", "my-project-train"),
        (("train", "data_prep"), "", "my-project-train-data-prep"),
        (("__default__", "train"), "", "my-project-train"),
        (("train",), "nightly", "nightly"),
    ],
)
def test_a_workflow_is_named_for_its_project_and_pipelines(selected: tuple[str, ...], name: str, expected: str) -> None:
    pipelines = {"__default__": [A], "train": [B], "data_prep": [C]}
    selection = Selection(pipelines=selected) if selected else None

    assert planned(pipelines, selection=selection, workflow_name=name).name == expected


@pytest.mark.parametrize("name", ["My_Workflow!", "a" * 58, "a\nb: c", "-a", "a.b", "é", "{{x}}", "1a"])
def test_a_workflow_name_that_kubernetes_refuses_is_a_problem(name: str) -> None:
    workflow = planned([A], workflow_name=name)

    assert said(workflow.problems) == [f"--workflow-name: {name!r} cannot be part of a workflow's name."]
    assert len(workflow.name) <= 57


def test_a_pipeline_of_a_very_long_name_makes_a_workflow_of_a_legal_one() -> None:
    name = "p" * 200
    workflow = planned({name: [A]}, selection=Selection(pipelines=(name,)))

    assert len(workflow.name) <= 57
    assert workflow.problems == ()
    assert {len(value) <= 63 for value in workflow.labels.values()} == {True}


def test_labels_say_where_a_workflow_comes_from() -> None:
    assert planned([A]).labels == {
        "app.kubernetes.io/managed-by": "argo-kedro",
        "argo-kedro/project": "my_project",
        "argo-kedro/pipeline": "default",
        "argo-kedro/env": "cloud",
    }


@pytest.mark.parametrize(
    "params",
    [{"a": 1}, {"x": "{{workflow.name}}"}, {"x": '{{=1}}"'}, {"{{k}}": ["{{{{", "a{{b"]}, {"x": {"y": "é\n\t'\""}}],
)
def test_parameters_arrive_as_they_are_and_hold_nothing_that_argo_expands(params: dict[str, Any]) -> None:
    text = planned([A], params=params).parameters["params"]

    assert "{{" not in text
    assert json.loads(text) == params


def test_without_parameters_there_is_no_argument_for_them() -> None:
    assert planned([A]).parameters == {}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(nodes=("b",)), ["b"]),
        (Selection(nodes=("a", "c")), ["a", "c"]),
        (Selection(from_nodes=("b",)), ["b", "c"]),
        (Selection(to_nodes=("b",)), ["a", "b"]),
        (Selection(from_inputs=("d2",)), ["c"]),
        (Selection(to_outputs=("d1",)), ["a"]),
        (Selection(tags=("t",)), ["c"]),
        (Selection(from_nodes=("a",), to_nodes=("b",), tags=("u",)), ["b"]),
    ],
)
def test_the_options_of_kedro_run_choose_the_nodes(selection: Selection, expected: list[str]) -> None:
    nodes = [A, make("b", "d1", "d2", tags="u"), make("c", "d2", "d3", tags="t")]

    assert [task.name for task in planned(nodes, selection=selection).tasks] == expected


@pytest.mark.parametrize(
    ("selection", "expected", "hint"),
    [
        (
            Selection(pipelines=("trian",)),
            "Pipeline 'trian' is not registered. Did you mean 'train'? Registered: __default__, train.",
            "`kedro registry list` shows what is registered.",
        ),
        (
            Selection(nodes=("nope",)),
            "pipeline __default__: Pipeline does not contain nodes named ['nope'].",
            "`kedro registry describe __default__` shows the nodes.",
        ),
        (
            Selection(pipelines=("train",), tags=("nope",)),
            "pipeline train: Pipeline contains no nodes after applying all provided filters. "
            "Please ensure that at least one pipeline with nodes has been defined.",
            "`kedro registry describe train` shows the nodes.",
        ),
    ],
)
def test_a_selection_that_finds_nothing_says_what_there_is(selection: Selection, expected: str, hint: str) -> None:
    with pytest.raises(CompileError) as caught:
        planned({"__default__": [A], "train": [B]}, selection=selection)

    assert (caught.value.message.strip(), caught.value.hint, caught.value.exit_code) == (expected, hint, 4)


def test_parameters_have_nothing_that_kubernetes_expands() -> None:
    text = encoded({"secret": "pa$$w$(HOME)", "tag": "{{workflow.name}}", "del": "\x7f"})

    assert [part for part in ("$", "{{", "\x7f") if part in text] == []
    assert json.loads(text) == {"secret": "pa$$w$(HOME)", "tag": "{{workflow.name}}", "del": "\x7f"}


def test_two_init_templates_with_one_output_are_refused() -> None:
    init = "{{name: {0}, container: {{command: [x]}}, outputs: {{parameters: [{{name: run_id, path: /tmp/{0}}}]}}}}"
    argo = f"template: {{init_templates: [a, b], templates: [{init.format('a')}, {init.format('b')}]}}"

    assert [problem.message for problem in planned([A], argo).problems if problem.severity == "error"] == [
        "init output 'RUN_ID' is defined twice."
    ]


def test_the_mlflow_run_is_not_the_output_of_an_init_template_too() -> None:
    init = "{name: a, container: {command: [x]}, outputs: {parameters: [{name: mlflow_run_id, path: /tmp/a}]}}"
    argo = f"{{runner: {{mlflow: true}}, template: {{init_templates: [a], templates: [{init}]}}}}"

    assert [problem.message for problem in planned([A], argo).problems if problem.severity == "error"] == [
        "init output 'MLFLOW_RUN_ID' is defined twice."
    ]


@pytest.mark.parametrize(
    ("name", "what"), [("scratch", "the scratch volume"), ("argo-kedro-storage", "the volume of the storage")]
)
def test_a_volume_of_the_users_is_not_called_as_ours(name: str, what: str) -> None:
    volume = f"{{name: {name}, secret_ref: {{name: s, key: k}}}}"
    argo = f"template: {{templates: [{{name: own, container: {{command: [x]}}, volumes: [{volume}]}}]}}"

    assert [problem.message for problem in planned([A], argo).problems if problem.severity == "error"] == [
        f"a volume is called {name!r}, as {what} of each pod."
    ]
