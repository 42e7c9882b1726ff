"""DAGs of at most 200 tasks: nothing is lost, nothing runs too early, and little parallelism goes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argo_kedro.manifest.nesting import LIMIT, Dag, dags, levels
from argo_kedro.model import ENTRYPOINT, Json, Setting, Task, Template, Workflow

Graph = Mapping[str, Sequence[str]]


def _workflow(
    graph: Graph, *, outputs: Mapping[str, str] | None = None, templates: Sequence[str] = ("pod",)
) -> Workflow:
    """A workflow of these tasks, each with what it waits for; outputs are given by init tasks."""
    outputs = outputs or {}
    machine_type = Setting(value="default", source="test")
    tasks = [
        Task(name=name, nodes=(name,), needs=tuple(needs), template="pod", machine_type=machine_type)
        for name, needs in graph.items()
    ]
    return Workflow(
        name="demo",
        namespace="argo",
        pipelines=("__default__",),
        env="local",
        tasks=tuple(tasks),
        templates=tuple(Template(name=name, body={}) for name in templates),
        init_tasks=tuple(dict.fromkeys(outputs.values())),
        init_outputs=outputs,
    )


def _chains(count: int, length: int, *, source: bool = False) -> Graph:
    graph: dict[str, Sequence[str]] = {"source": ()} if source else {}
    for chain in range(count):
        for step in range(length):
            graph[f"c{chain}-{step}"] = [f"c{chain}-{step - 1}"] if step else ["source"] if source else []
    return graph


def _levels(graph: Graph) -> int:
    found: dict[str, int] = {}
    for name, needs in graph.items():
        found[name] = 1 + max((found[need] for need in needs), default=0)
    return max(found.values())


@st.composite
def _graphs(draw: st.DrawFn) -> Graph:
    """Any DAG: a few tasks or a thousand, a chain, a fan or a thicket. Tasks stand in running order."""
    size = draw(st.integers(1, 40) | st.sampled_from((LIMIT, LIMIT + 1)) | st.integers(1, 1000))
    most, back = draw(st.integers(0, 4)), draw(st.sampled_from((1, 3, 40, 1000)))
    source = random.Random(draw(st.integers(0, 10**6)))
    graph: dict[str, list[str]] = {}
    for number in range(size):
        earlier = range(max(0, number - back), number)
        graph[f"n{number}"] = sorted({f"n{source.choice(earlier)}" for _ in range(source.randint(0, most)) if earlier})
    return graph


def _flat(found: Sequence[Dag]) -> tuple[Graph, list[str]]:
    """The graph that Argo walks: a start and an end for each DAG and task, and the names of the tasks in it."""
    inside = {dag.name: dag for dag in found}
    graph: dict[str, list[str]] = {}
    tasks: list[str] = []

    def walk(dag: Dag, start: str, end: str) -> None:
        graph.setdefault(end, [])
        for task in dag.tasks:
            name, template = task["name"], task["template"]
            before = [need for need in str(task.get("depends", "")).split(" && ") if need]
            graph[f"{name}:start"] = [start, *(f"{need}:end" for need in before)]
            graph[end].append(f"{name}:end")
            if template in inside:
                walk(inside[template], f"{name}:start", f"{name}:end")
            else:
                graph[f"{name}:end"] = [f"{name}:start"]
                tasks.append(name)

    graph["start"] = []
    walk(inside[ENTRYPOINT], "start", "end")
    return graph, tasks


def _ancestors(graph: Graph) -> Mapping[str, int]:
    """All that comes before each name, as bits; fails on a cycle."""
    bit = {name: 1 << place for place, name in enumerate(graph)}
    found: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        found[name] = bit[name]
        for before in graph[name]:
            found[name] |= found[before]
    return found | {f"bit {name}": value for name, value in bit.items()}


@settings(max_examples=60, deadline=None)
@given(graph=_graphs(), outputs=st.sampled_from(({}, {"run": "init"}, {"run": "init", "url": "init", "key": "other"})))
def test_any_graph_keeps_its_tasks_and_its_order(graph: Graph, outputs: Mapping[str, str]) -> None:
    workflow = _workflow(graph, outputs=outputs)
    found = dags(workflow)
    flat, tasks = _flat(found)
    before = _ancestors(flat)

    assert found[0].name == ENTRYPOINT
    assert max(len(dag.tasks) for dag in found) <= LIMIT
    assert sorted(tasks) == sorted([*graph, *workflow.init_tasks])
    for name, needs in graph.items():
        for need in (*needs, *workflow.init_tasks):
            assert before[f"{name}:start"] & before[f"bit {need}:end"], f"{name} does not wait for {need}"


@settings(max_examples=20, deadline=None)
@given(graph=_graphs())
def test_what_init_tasks_give_reaches_every_task(graph: Graph) -> None:
    outputs = {"run": "init", "url": "init"}
    found = dags(_workflow(graph, outputs=outputs))
    assert all(dag.inputs == (() if dag.name == ENTRYPOINT else tuple(outputs)) for dag in found)
    for dag, task in _tasks(found):
        if task["template"] in outputs.values():
            continue
        source = "tasks.init.outputs.parameters" if dag.name == ENTRYPOINT else "inputs.parameters"
        given = {item["name"]: item["value"] for item in task["arguments"]["parameters"]}
        assert given == {name: f"{{{{{source}.{name}}}}}" for name in outputs}


@settings(max_examples=30, deadline=None)
@given(graph=_graphs())
def test_a_graph_that_fits_is_left_alone(graph: Graph) -> None:
    found = dags(_workflow(graph))
    if len(graph) <= LIMIT:
        assert [task["name"] for task in found[0].tasks] == list(graph)
        assert levels(_workflow(graph)) == _levels(graph)
    assert levels(_workflow(graph)) >= _levels(graph)


@pytest.mark.parametrize("length", [1, LIMIT, LIMIT + 1, 1000])
def test_a_chain_keeps_its_levels(length: int) -> None:
    assert levels(_workflow(_chains(1, length))) == length


def test_chains_side_by_side_keep_their_levels() -> None:
    assert levels(_workflow(_chains(400, 3))) == 3


@pytest.mark.parametrize(("length", "expected"), [(1, 3), (2, 4), (7, 10)])
def test_chains_with_one_source_nearly_keep_their_levels(length: int, expected: int) -> None:
    graph = _chains(400, length, source=True)
    assert _levels(graph) <= levels(_workflow(graph)) <= expected


def test_a_dag_does_not_take_the_name_of_a_template() -> None:
    workflow = _workflow(_chains(300, 1), templates=("pod", "pipeline-1"))
    assert [dag.name for dag in dags(workflow)] == ["pipeline", "pipeline-2", "pipeline-3"]


@pytest.mark.parametrize("inits", [150, LIMIT - 1, LIMIT, LIMIT + 5])
def test_many_init_tasks_leave_room_for_the_rest(inits: int) -> None:
    outputs = {f"value{place}": f"init{place}" for place in range(inits)}
    found = dags(_workflow(_chains(60, 1), outputs=outputs))
    assert len(found[0].tasks) == inits + 1
    assert len(found[1].tasks) == 60


def _tasks(found: Sequence[Dag]) -> Iterator[tuple[Dag, Json]]:
    for dag in found:
        for task in dag.tasks:
            yield dag, task
