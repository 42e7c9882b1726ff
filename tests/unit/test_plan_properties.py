"""What holds for any pipeline and any fused groups in it."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from kedro.pipeline.node import Node
from plans import make, planned

from argo_kedro.check import check
from argo_kedro.model import Workflow
from argo_kedro.pipeline import FusedPipeline


@st.composite
def grouped_nodes(draw: st.DrawFn) -> list[tuple[Node, str]]:
    """Nodes of a DAG, each with the name of its fused group or with none."""
    drawn = []
    written: list[str] = ["raw"]
    for place in range(draw(st.integers(1, 10))):
        sources = draw(st.lists(st.sampled_from(written), max_size=3, unique=True))
        transcoded = draw(st.booleans())
        outputs = [f"d{place}_{number}" for number in range(draw(st.integers(0, 2)))] or [f"end{place}"]
        suffix = "@a" if transcoded else ""
        inputs = [name.replace("@a", "@b") for name in sources]
        node = make(f"n{place}", inputs or None, [name + suffix for name in outputs])
        written.extend(name + suffix for name in outputs)
        drawn.append((node, draw(st.sampled_from(["", "", "x", "y", "z"]))))
    return drawn


def workflow_of(nodes: list[tuple[Node, str]]) -> Workflow:
    groups: dict[str, list[Node]] = {}
    for node, group in nodes:
        if group:
            groups.setdefault(group, []).append(node)
    fused: list[Any] = [FusedPipeline(members, name=name) for name, members in groups.items()]
    return planned([*fused, *(node for node, group in nodes if not group)])


def edges(nodes: list[tuple[Node, str]]) -> dict[str, set[str]]:
    """For each task those whose data it reads, worked out node by node."""
    writer = {name.partition("@")[0]: group or node.name for node, group in nodes for name in node.outputs}
    found: dict[str, set[str]] = {group or node.name: set() for node, group in nodes}
    for node, group in nodes:
        task = group or node.name
        found[task] |= {writer[base] for name in node.inputs if (base := name.partition("@")[0]) in writer} - {task}
    return found


@given(grouped_nodes())
def test_tasks_wait_for_exactly_those_whose_data_they_read(nodes: list[tuple[Node, str]]) -> None:
    workflow = workflow_of(nodes)

    assert {task.name: set(task.needs) for task in workflow.tasks} == edges(nodes)


@given(grouped_nodes())
def test_groups_that_wait_for_each_other_are_refused_and_no_others(nodes: list[tuple[Node, str]]) -> None:
    workflow = workflow_of(nodes)
    refused = ["cannot share a task" in problem.message for problem in check(workflow)]

    try:
        list(TopologicalSorter(edges(nodes)).static_order())
    except CycleError:
        assert any(refused)
    else:
        assert not any(refused)
        seen: set[str] = set()
        for task in workflow.tasks:  # each stands after all that it waits for
            assert seen.issuperset(task.needs)
            seen.add(task.name)


@given(grouped_nodes())
def test_every_node_runs_in_exactly_one_task_after_those_of_its_task_that_it_reads(
    nodes: list[tuple[Node, str]],
) -> None:
    workflow = workflow_of(nodes)
    by_name = {node.name: node for node, _ in nodes}

    assert sorted(name for task in workflow.tasks for name in task.nodes) == sorted(by_name)
    for task in workflow.tasks:
        done: set[str] = set()
        written = {o.partition("@")[0]: node for node in task.nodes for o in by_name[node].outputs}
        for name in task.nodes:
            needed = {written[base] for i in by_name[name].inputs if (base := i.partition("@")[0]) in written}
            assert done.issuperset(needed)
            done.add(name)


@given(grouped_nodes())
def test_what_stays_in_memory_is_read_by_no_other_task(nodes: list[tuple[Node, str]]) -> None:
    workflow = workflow_of(nodes)
    read = {(name, group or node.name) for node, group in nodes for name in node.inputs}

    for task in workflow.tasks:
        for name in task.memory:
            assert {reader for dataset, reader in read if dataset == name} == {task.name}
