"""The checks: each on a workflow made by hand, so that nothing but the check is tested."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plans import STORED, chain, make, planned

from argo_kedro.check import check
from argo_kedro.model import Dataset, DatasetUse, Problem, Setting, Task, Workflow


def task(name: str, *nodes: str, **kwargs: Any) -> Task:
    return Task(
        name=name,
        nodes=nodes or (name,),
        template="default",
        machine_type=Setting(value="default", source="code"),
        **kwargs,
    )


def workflow(*tasks: Task, **kwargs: Any) -> Workflow:
    return Workflow(
        name="w",
        namespace="argo",
        pipelines=("__default__",),
        env="cloud",
        tasks=tasks,
        templates=(),
        **kwargs,
    )


def use(kind: Any, producer: str = "", *consumers: str, **of_dataset: Any) -> DatasetUse:
    dataset = Dataset(name="d", kind=kind, **of_dataset)
    return DatasetUse(dataset=dataset, producer=producer, consumers=consumers)


def test_a_workflow_with_all_its_data_in_a_bucket_has_no_problems() -> None:
    assert check(planned(chain("a", "b", "c"))) == []


def test_what_planning_saw_is_told() -> None:
    seen = Problem(message="m", where="w", hint="h")

    assert check(workflow(problems=(seen,))) == [seen]


@pytest.mark.parametrize(
    ("tasks", "inits", "expected"),
    [
        ([task("a-1"), task("b")], (), []),
        (
            [task("a-b", "a.b"), task("a-b", "a_b")],
            (),
            ["node a_b: node 'a.b' and node 'a_b' would both be task 'a-b'."],
        ),
        (
            [task("g", "x", group="g"), task("g", "g")],
            (),
            ["node g: fused group 'g' and node 'g' would both be task 'g'."],
        ),
        ([task("init")], ("init",), ["node init: init template 'init' and node 'init' would both be task 'init'."]),
        (
            [task("t", "1"), task("t", "2"), task("t", "3")],
            (),
            [
                "node 2: node '1' and node '2' would both be task 't'.",
                "node 3: node '1' and node '3' would both be task 't'.",
            ],
        ),
    ],
)
def test_two_tasks_never_have_one_name(tasks: list[Task], inits: tuple[str, ...], expected: list[str]) -> None:
    problems = check(workflow(*tasks, init_tasks=inits))

    assert [f"{problem.where}: {problem.message}" for problem in problems] == expected
    assert {(problem.severity, problem.hint) for problem in problems} <= {("error", "rename one of them.")}


def test_a_name_typed_to_look_hashed_is_refused() -> None:
    hashed = planned([make("n.2", "a", "b")]).tasks[0].name
    problems = check(planned([make("n.2", "a", "b"), make(hashed, "c", "d")]))

    assert [problem.message for problem in problems] == [
        f"node {hashed!r} and node 'n.2' would both be task {hashed!r}."
    ]


@pytest.mark.parametrize(
    ("of_use", "expected"),
    [
        (use("remote", "", "a"), []),
        (
            use("memory", "", "a", registered=False),
            [
                "dataset d: task 'a' reads it, no selected node writes it, and the catalog does not know it.\n"
                "  Hint: add it to the catalog of env 'cloud', or select the node that writes it."
            ],
        ),
        (
            use("memory", "", "a", "b"),
            [
                "dataset d: tasks 'a' and 'b' read it, no selected node writes it, and the catalog does not know it.\n"
                "  Hint: add it to the catalog of env 'cloud', or select the node that writes it."
            ],
        ),
        (use("parameter", "", "a"), []),
        (
            use("parameter", "", "a", registered=False),
            [
                "d: task 'a' reads it, and the parameters of env 'cloud' do not have it.\n"
                "  Hint: add it to parameters.yml, or give it with --params; a secret one with --config, or by its "
                "variable, PARAM_..."
            ],
        ),
    ],
)
def test_an_input_that_is_nowhere_is_an_error(of_use: DatasetUse, expected: list[str]) -> None:
    problems = check(workflow(datasets=(of_use,)))

    assert [str(problem) for problem in problems] == expected
    assert {problem.severity for problem in problems} <= {"error"}


def test_a_memory_dataset_that_nothing_reads_is_fine() -> None:
    assert check(workflow(datasets=(use("memory", "a", registered=False),))) == []


def test_local_boundary_datasets_are_a_problem_of_a_cluster_told_once() -> None:
    uses = tuple(
        DatasetUse(dataset=Dataset(name=f"d{n}", kind="local", path=f"data/{n}"), producer="a", consumers=("b",))
        for n in range(7)
    )

    (problem,) = check(workflow(datasets=uses))

    assert problem.severity == "cluster"
    assert problem.where == "catalog of env cloud"
    assert problem.message == (
        "7 boundary datasets are on paths that pods do not share: "
        "d0 (data/0), d1 (data/1), d2 (data/2), d3 (data/3), d4 (data/4) and 2 more."
    )


def test_local_inputs_and_outputs_are_warnings() -> None:
    uses = (use("local", "", "a", path="data/in.csv"), use("local", "a", path="data/out.csv"))

    problems = check(workflow(datasets=uses))

    assert [(problem.severity, problem.message) for problem in problems] == [
        ("warning", "1 input is read from the image in a pod: d (data/in.csv)."),
        ("warning", "1 output is lost when the pod ends: d (data/out.csv)."),
    ]


@pytest.mark.parametrize(
    ("catalog", "expected"),
    [
        ({"{any}": STORED}, []),
        ({}, ["error"]),  # the input d0; d1 joins both nodes
        ({"d0": STORED}, []),
        ({"{any}": {"type": "x", "filepath": "data/{any}"}}, ["cluster", "warning", "warning"]),
        ({"{any}": {"type": "MemoryDataset"}}, ["error"]),
    ],
)
def test_where_the_data_is_decides_what_is_wrong(catalog: dict[str, Any], expected: list[str]) -> None:
    assert [problem.severity for problem in check(planned(chain("a", "b"), catalog=catalog))] == expected


def test_of_transcoded_names_the_one_that_cannot_travel_decides() -> None:
    nodes = [make("a", "in", "t@x"), make("b", "t@y", "out")]
    catalog = {"in": STORED, "t@x": STORED, "out": STORED}

    (problem,) = check(planned(nodes, catalog=catalog))

    assert problem.where == "dataset t@y"


def test_a_parameter_that_the_env_lacks_is_an_error() -> None:
    nodes = [make("a", ["d0", "params:alpha", "parameters", "params:beta.x"], "d1")]

    problems = check(planned(nodes, parameters={"alpha": 1, "beta": {"y": 1}}))

    assert [problem.where for problem in problems] == ["params:beta.x"]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    argo = "tasks: [{nodes: nope, timeout: 1}]\ndeployment: {}\nrunner: {memory_datasets: error}"
    made = planned(chain("a", "b"), argo, catalog={})
    made = replace(made, tasks=(*made.tasks, made.tasks[0]))

    assert [problem.severity for problem in check(made)] == ["error", "error", "cluster", "error", "error"]


def test_an_input_whose_data_stands_in_the_catalog_is_there_for_each_process() -> None:
    given = use("memory", "", "t", type="MemoryDataset", given=True)

    assert check(workflow(task("t"), datasets=(given,))) == []
    assert len(check(workflow(task("t"), datasets=(use("memory", "", "t", type="MemoryDataset"),)))) == 1
