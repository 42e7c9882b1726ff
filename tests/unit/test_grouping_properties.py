"""What holds for any pipeline and each strategy of `runner.group_by`."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import cyclic, planned

from argo_kedro.model import Workflow
from argo_kedro.pipeline import FusedPipeline, Node

BIG = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 4, mem: 2}}\n"
# Kedro says so of a namespace that data leaves and comes back to; that is one of the things that are tried here.
pytestmark = pytest.mark.filterwarnings("ignore:Namespace .* is interrupted:UserWarning")

STRATEGIES = ("node", "chain", "namespace", "tag:t.", "memory", "pipeline")
strategies = st.sampled_from(STRATEGIES)


@dataclass(frozen=True)
class Drawn:
    """A node: those whose data it reads, its namespace and tag, its machine type, and the fused group that it is in."""

    name: str
    reads: tuple[int, ...]
    key: str
    machine_type: str
    group: str = ""


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Drawn, ...]

    def workflow(self, how: str) -> Workflow:
        made = [self._node(place, how) for place in range(len(self.nodes))]
        groups: dict[str, list[Node]] = {}
        for drawn, node in zip(self.nodes, made, strict=True):
            groups.setdefault(drawn.group, []).append(node)
        alone = groups.pop("", [])
        fused: list[Any] = [FusedPipeline(members, name=name) for name, members in groups.items()]
        return planned([*fused, *alone], f"{BIG}runner: {{group_by: '{how}'}}")

    def _node(self, place: int, how: str) -> Node:
        node = self.nodes[place]
        return Node(
            len,
            [f"d{other}" for other in node.reads] or "in",
            f"d{place}",
            name=node.name,
            namespace=node.key if how == "namespace" else None,
            tags=f"t.{node.key}",
            machine_type=node.machine_type,
        )

    def full_name(self, node: Drawn, how: str) -> str:
        return f"{node.key}.{node.name}" if how == "namespace" else node.name


@st.composite
def small(draw: st.DrawFn) -> Graph:
    """Any graph of a few nodes."""
    nodes: list[Drawn] = []
    for place in range(draw(st.integers(1, 12))):
        reads = draw(st.sets(st.integers(0, place - 1), max_size=3)) if place else set()
        key, machine = draw(st.sampled_from("xyz")), draw(st.sampled_from(["default", "default", "big"]))
        nodes.append(Drawn(f"n{place}", tuple(sorted(reads)), key, machine))
    return with_groups(nodes, Random(draw(st.integers(0, 99))))


@st.composite
def large(draw: st.DrawFn) -> Graph:
    """A graph of up to 2,000 nodes, some of whose keys lie close together and some anywhere."""
    random = Random(draw(st.integers(0, 10**9)))
    size, keys, reach = draw(st.integers(200, 2000)), draw(st.integers(1, 300)), draw(st.sampled_from([3, 40, 2000]))
    nodes = []
    for place in range(size):
        first = max(0, place - reach)
        reads = {random.randrange(first, place) for _ in range(random.choice((1, 1, 1, 2, 3)))} if place else set()
        key = f"k{random.randrange(keys)}" if random.random() < 0.2 else f"k{place * keys // size}"
        nodes.append(Drawn(f"n{place}", tuple(sorted(reads)), key, "big" if random.random() < 0.05 else "default"))
    return with_groups(nodes, random)


def with_groups(nodes: list[Drawn], random: Random) -> Graph:
    """Some nodes in fused groups, each with the only one that it reads from: that never makes a cycle."""
    made = list(nodes)
    for place, node in enumerate(nodes):
        if len(node.reads) == 1 and random.random() < 0.1:
            (other,) = node.reads
            if not made[other].group and made[other].machine_type == node.machine_type:
                for each in (place, other):
                    drawn = nodes[each]
                    made[each] = Drawn(drawn.name, drawn.reads, drawn.key, drawn.machine_type, f"mine{place}")
    return Graph(tuple(made))


def check_laws(graph: Graph, how: str) -> None:
    workflow = graph.workflow(how)
    names = [graph.full_name(node, how) for node in graph.nodes]
    task_of = {name: task for task in workflow.tasks for name in task.nodes}
    assert workflow.problems == ()
    assert sorted(name for task in workflow.tasks for name in task.nodes) == sorted(names)  # none lost, none twice
    edges: dict[str, set[str]] = {task.name: set() for task in workflow.tasks}
    for name, node in zip(names, graph.nodes, strict=True):
        task = task_of[name]
        edges[task.name] |= {task_of[names[other]].name for other in node.reads} - {task.name}
        assert task.machine_type.value == node.machine_type  # never mixed
    assert {task.name: set(task.needs) for task in workflow.tasks} == edges
    assert not cyclic(edges)  # so that each task is convex, too
    own = {name: node.group for name, node in zip(names, graph.nodes, strict=True) if node.group}
    for name, group in own.items():  # those of the user's are neither split nor joined
        assert set(task_of[name].nodes) == {other for other, each in own.items() if each == group}
    labels = [task.group or task.nodes[0] for task in workflow.tasks]
    assert len({*labels}) == len(labels) == len({task.name for task in workflow.tasks})
    read = {name: {names[other] for other in node.reads} for name, node in zip(names, graph.nodes, strict=True)}
    for task in workflow.tasks:
        assert task.group not in names
        done: set[str] = set()
        for name in task.nodes:  # in running order
            assert not read[name].intersection(set(task.nodes) - done)
            done.add(name)


@settings(deadline=None, max_examples=50)
@given(small(), strategies)
def test_small_graphs_keep_the_laws(graph: Graph, how: str) -> None:
    check_laws(graph, how)


@settings(deadline=None, max_examples=12)
@given(large(), strategies)
def test_large_graphs_keep_the_laws(graph: Graph, how: str) -> None:
    check_laws(graph, how)


def finishing_time(graph: Graph, how: str) -> int:
    """When the last node ends, where each takes as long and nothing waits for a free machine."""
    ends: dict[str, int] = {}
    for task in graph.workflow(how).tasks:  # each after those it waits for
        ends[task.name] = len(task.nodes) + max((ends[each] for each in task.needs), default=0)
    return max(ends.values())


@settings(deadline=None, max_examples=50)
@given(small())
def test_a_chain_loses_no_parallelism(graph: Graph) -> None:
    assert finishing_time(graph, "chain") == finishing_time(graph, "node")


@settings(deadline=None, max_examples=3)
@given(large())
def test_chains_of_a_large_graph_lose_no_parallelism(graph: Graph) -> None:
    assert finishing_time(graph, "chain") == finishing_time(graph, "node")


@settings(deadline=None, max_examples=50)
@given(small())
def test_no_two_tasks_in_a_row_are_left_of_chains(graph: Graph) -> None:
    """In the transitive reduction of what is left, worked out in the plainest way."""
    workflow = graph.workflow("chain")
    tasks = {task.name: task for task in workflow.tasks}
    own = {node.name for node in graph.nodes if node.group}
    before: dict[str, set[str]] = {}
    for name in TopologicalSorter({task.name: task.needs for task in workflow.tasks}).static_order():
        before[name] = set(tasks[name].needs).union(*(before[need] for need in tasks[name].needs))
    reduced = {
        name: {need for need in task.needs if not any(need in before[other] for other in task.needs)}
        for name, task in tasks.items()
    }
    for name, needs in reduced.items():
        if len(needs) == 1:
            (other,) = needs
            followers = [each for each, theirs in reduced.items() if other in theirs]
            joinable = not own.intersection((*tasks[name].nodes, *tasks[other].nodes))
            assert len(followers) > 1 or not joinable or tasks[name].machine_type != tasks[other].machine_type


@settings(deadline=None, max_examples=50)
@given(small(), st.sampled_from(["namespace", "tag:t."]))
def test_nothing_is_split_that_could_be_one_and_all_that_is_split_is_told(graph: Graph, how: str) -> None:
    workflow = graph.workflow(how)
    task_of = {name: task for task in workflow.tasks for name in task.nodes}
    edges = {task.name: set(task.needs) for task in workflow.tasks}
    split = set()
    for key in {node.key for node in graph.nodes}:
        inside = [node for node in graph.nodes if node.key == key and not node.group]
        if len({task_of[graph.full_name(node, how)].name for node in inside}) > 1:
            split.add(key)
        for machine in ("default", "big"):
            alike = [graph.full_name(node, how) for node in inside if node.machine_type == machine]
            ends = {task_of[name].name for name in alike}
            assert {name for end in alike for name in task_of[end].nodes} == set(alike)
            one = {each: ("one" if each in ends else each) for each in edges}
            joined: dict[str, set[str]] = {}
            for each, needs in edges.items():
                joined.setdefault(one[each], set()).update(one[need] for need in needs if one[need] != one[each])
            assert len(ends) <= 1 or cyclic(joined)
    kind, prefix = ("namespace", "") if how == "namespace" else ("tag", "t.")
    assert len(workflow.notes) == len(split)
    for key in split:
        assert any(note.startswith(f"{kind} {prefix + key!r} is ") for note in workflow.notes)
