"""What broke argo-kedro 0.1: names and pipelines. Each works, or is refused with what, where and the way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from judging import CATALOG, Judge

from argo_kedro.names import k8s_name
from argo_kedro.project import Selection

pytestmark = pytest.mark.usefixtures("in_process")


def repeated(names: list[str]) -> str:
    return f"Pipeline([n(name) for name in {names!r}])"


@pytest.mark.parametrize(
    "names",
    [
        ["a_b", "a-b", "a.b"],
        ["x" * length for length in (63, 64, 128, 129, 253, 1000)],
        ["étape", "日本", "etape"],
        ["_", "._-", "--", "-", "."],
        ["123", "0x10", "007", "true", "no", "null", "2024-01-01", "1_000", "1.5", ".5", ".inf", "1e3"],
        ["2_train", "2-train", "train_2"],
        ["N", "n", "NAME", "name"],
        ["a\n", "a"],
    ],
)
def test_a_name_that_kedro_allows_becomes_a_task_of_its_own(judge: Judge, names: list[str]) -> None:
    verdict = judge(repeated(names))

    assert (verdict.code, verdict.said) == (0, "")
    assert set(verdict.tasks) == {k8s_name(name) for name in names}
    assert len(verdict.tasks) == len(names)


def test_nodes_whose_names_look_alike_wait_for_the_right_one(judge: Judge) -> None:
    verdict = judge('Pipeline([n("a_b", "a", "b"), n("a-b", "b", "c"), n("a.b", "c", "d")])')

    assert [task.get("depends") for task in verdict.tasks.values()] == [None, k8s_name("a_b"), "a-b"]


def test_a_namespace_and_a_name_stay_apart(judge: Judge) -> None:
    verdict = judge('Pipeline([n("b_c", "a", "b", namespace="a"), n("a_b_c", "a", "c"), n("a-b-c", "a", "d")])')

    assert set(verdict.tasks) == {k8s_name("a.b_c"), k8s_name("a_b_c"), "a-b-c"}


def test_a_name_that_begins_with_a_digit_can_wait_and_be_waited_for(judge: Judge) -> None:
    verdict = judge('Pipeline([n("1_load", "a", "b"), n("2_train", "b", "c")])')

    assert verdict.tasks[k8s_name("2_train")]["depends"] == k8s_name("1_load")
    assert not any(name[0].isdigit() for name in verdict.tasks)


@pytest.mark.parametrize("name", ['say "hi"', "{{x}}", "a: b", "a b", "a\nb", "it's", "#", "a,b"])
def test_a_name_that_kedro_refuses_is_kedros_error_without_a_traceback(judge: Judge, name: str) -> None:
    verdict = judge(repeated([name]))

    assert verdict.code == 4
    shown = " ".join(name.split())
    assert verdict.said.startswith(
        f"The project's pipelines cannot be imported: ValueError: '{shown}' is not a valid node name."
    )


def test_nodes_without_a_name_have_a_stable_one(judge: Judge, project: Any) -> None:
    default = 'Pipeline([node(f, "a", "b"), node(lambda x: x, "b", "c"), node(partial(f, 1), "c", "d")])'

    verdict = judge(default)

    assert next(iter(verdict.tasks)).startswith("f-")
    assert len(verdict.tasks) == 3
    assert verdict.manifest == judge(default).manifest


NASTY = [
    "grp #1",
    "a: b",
    "{{x}}",
    "a\nb",
    "*x",
    "- a",
    "%x",
    "@x",
    "[a]",
    "&x",
    "yes",
    '"q"',
    "it's",
    "a,b",
    " a",
    "[[x]]",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_group_may_have_any_name(judge: Judge, name: str) -> None:
    verdict = judge(f'Pipeline([FusedPipeline([n("p", "a", "b"), n("q", "b", "c")], name={name!r}), n("r", "c", "d")])')

    assert (verdict.code, verdict.said) == (0, "")
    assert verdict.tasks["r"]["depends"] == k8s_name(name)
    arguments = {each["name"]: each["value"] for each in verdict.tasks[k8s_name(name)]["arguments"]["parameters"]}
    assert arguments["nodes"] == "p,q"


@pytest.mark.parametrize("name", ["5", "None", "''", "' '"])
def test_a_group_without_a_name_is_refused_where_it_is_made(judge: Judge, name: str) -> None:
    verdict = judge(f'FusedPipeline([n("p")], name={name})')

    assert verdict.code == 4
    assert f"ValueError: FusedPipeline needs a name, got {name}." in verdict.said
    assert "(src/pkg/pipeline_registry.py, line 18)" in verdict.said


@pytest.mark.parametrize(
    "namespace", ["x: y", "x #y", "my ns", "x\ny", "'", '"', "é", "{{workflow.name}}", "a,b", "[[x]]"]
)
def test_a_node_in_any_namespace_is_a_task(judge: Judge, namespace: str) -> None:
    verdict = judge(f'Pipeline([n("p", "a", "b", namespace={namespace!r}), n("q", "b", "c")])')

    assert (verdict.code, verdict.said) == (0, "")
    assert set(verdict.tasks) == {k8s_name(f"{namespace}.p"), "q"}
    assert verdict.tasks["q"]["depends"] == k8s_name(f"{namespace}.p")


@pytest.mark.parametrize("namespace", ["a,b", "{{workflow.name}}", "{{x}}"])
@pytest.mark.parametrize("settings", ["FusedPipeline([{}], name='g')", "Pipeline([{}])"])
def test_a_namespace_that_no_list_of_nodes_can_hold_is_refused(judge: Judge, namespace: str, settings: str) -> None:
    """A group's nodes, and those of a template of one's own, are passed on in a list."""
    default = settings.format(f'n("p", "a", "b", namespace={namespace!r}, template="own")')

    verdict = judge(default, "template: {templates: [{name: own, container: {command: [sh]}}]}")

    assert (verdict.code, verdict.said) == (
        4,
        f"node {namespace}.p: a name with a comma, {{{{, $$ or $( cannot be passed to a task, nor to "
        "`kedro run --nodes`.",
    )


def test_nodes_without_inputs_or_outputs_work(judge: Judge) -> None:
    verdict = judge('Pipeline([n("source", None, "a"), node(f, "a", None, name="sink")])')

    assert {name: task.get("depends") for name, task in verdict.tasks.items()} == {"source": None, "sink": "source"}


REFUSED_PIPELINES = {
    "neither inputs nor outputs": (
        'Pipeline([node(f, None, None, name="n")])',
        "The project's pipelines cannot be imported: ValueError: Invalid Node definition: it must have some 'inputs' "
        "or 'outputs'.",
    ),
    "empty": ("Pipeline([])", "pipeline: no nodes are selected."),
    "not a pipeline": ("[n('a')]", "register_pipelines() gives a list the name '__default__'."),
    "none": ("None", "register_pipelines() gives a NoneType the name '__default__'."),
    "does not import": (
        "nope",
        "The project's pipelines cannot be imported: NameError: name 'nope' is not defined "
        "(src/pkg/pipeline_registry.py, line 18)",
    ),
    "unknown machine type": (
        'Pipeline([n("a", machine_type="nope")])',
        "node a: machine type 'nope' is not defined.",
    ),
    "machine type that is no text": (
        'Pipeline([n("a", machine_type=5)])',
        "The project's pipelines cannot be imported: ValueError: machine_type must be a name defined in argo.yml, "
        "got 5. (src/pkg/pipeline_registry.py, line 14)",
    ),
    "unknown template": ('Pipeline([n("a", template="nope")])', "node a: template 'nope' is not defined."),
    "fused cycle": (
        'Pipeline([FusedPipeline([n("a", "i", "j"), n("c", "k", "l")], name="f"), n("b", "j", "k")])',
        "fused group f: the nodes of 'f' cannot share a task, since data leaves the group and comes back: ",
    ),
    "two groups of one name": (
        'Pipeline([FusedPipeline([n("a")], name="f"), FusedPipeline([n("b")], name="f")])',
        "node a: two fused pipelines are called 'f'.",
    ),
    "a group named as a node": (
        'Pipeline([FusedPipeline([n("a", "i", "j")], name="b"), n("b", "j", "k")])',
        "node b: fused group 'b' and node 'b' would both be task 'b'.",
    ),
}


@pytest.mark.parametrize(("default", "expected"), REFUSED_PIPELINES.values(), ids=REFUSED_PIPELINES)
def test_a_pipeline_that_cannot_become_a_workflow_is_refused(judge: Judge, default: str, expected: str) -> None:
    verdict = judge(default)

    assert verdict.code == 4
    assert verdict.said.startswith(expected)
    assert len(verdict.said.splitlines()) == 1


@pytest.mark.parametrize("name", ["my: pipe", "a #b", 'say "hi"', "a\nb", "é", "x" * 300])
def test_a_pipeline_may_have_any_name(judge: Judge, name: str) -> None:
    verdict = judge(
        others=f'{{{name!r}: Pipeline([n("p", "a", "b"), n("q", "b", "c")])}}', selection=Selection(pipelines=(name,))
    )

    assert (verdict.code, verdict.said) == (0, "")
    assert {"name": "pipeline", "value": name} in verdict.templates["default"]["inputs"]["parameters"]


@pytest.mark.parametrize("name", ["{{x}}", "a,b"])
def test_a_pipeline_whose_name_no_argument_can_hold_is_refused(judge: Judge, name: str) -> None:
    verdict = judge(others=f'{{{name!r}: Pipeline([n("p")])}}', selection=Selection(pipelines=(name,)))

    assert (verdict.code, verdict.said) == (
        4,
        f"pipeline {name}: a name with a comma, {{{{, $$ or $( cannot be passed to a task.",
    )


def test_such_a_pipeline_beside_it_does_not_matter(judge: Judge) -> None:
    verdict = judge(others='{"{{x}}": Pipeline([n("train")]), "a,b": Pipeline([n("train")])}')

    assert (verdict.code, verdict.said) == (0, "")
    assert "{{x}}" not in json.dumps(verdict.manifest)


def test_transcoding_between_tasks_is_one_edge(judge: Judge) -> None:
    verdict = judge('Pipeline([n("w", "a", "t@x"), n("r", "t@y", "b")])')

    assert verdict.tasks["r"]["depends"] == "w"


def test_a_memory_dataset_between_tasks_is_refused_with_both_its_ends(judge: Judge) -> None:
    catalog = CATALOG + "m: {type: MemoryDataset}\n"
    argo = "runner: {memory_datasets: error}"

    verdict = judge('Pipeline([n("w", "a", "m"), n("r", "m", "b")])', argo, catalog=catalog)

    assert (verdict.code, verdict.said) == (
        4,
        "dataset m: task 'w' writes it and task 'r' reads it in another process, but it is a MemoryDataset; "
        "`runner.memory_datasets` is `error`.",
    )


def test_a_dataset_that_leaves_its_group_is_written(judge: Judge) -> None:
    default = 'Pipeline([FusedPipeline([n("w", "a", "m"), n("r", "m", "b")], name="g"), n("o", "m", "c")])'

    verdict = judge(default)

    assert verdict.tasks["o"]["depends"] == "g"
    assert [each["name"] for each in verdict.tasks["g"]["arguments"]["parameters"]] == ["nodes"]


def test_parameters_of_any_kind_stay_out_of_the_manifest(judge: Judge) -> None:
    files = {"conf/base/parameters.yml": 'x: {"{{c}}\\"": {"a.b": "{{workflow.name}}"}}\n'}

    verdict = judge('Pipeline([n("p", ["a", "params:x", "parameters"], "b")])', files=files)

    assert (verdict.code, verdict.said) == (0, "")
    assert "{{c}}" not in json.dumps(verdict.manifest)


def test_runtime_parameters_hold_nothing_that_argo_expands(judge: Judge) -> None:
    params = {"x": "{{workflow.name}} {{=1}} {{", "y": '"'}

    verdict = judge(params=params)

    (argument,) = verdict.manifest["spec"]["arguments"]["parameters"]
    assert "{{" not in argument["value"]
    assert json.loads(argument["value"]) == params
