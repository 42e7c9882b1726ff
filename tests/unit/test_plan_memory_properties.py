"""What holds for any pipeline with datasets in memory, machine types and fused groups in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.pipeline.node import Node as KedroNode
from plans import STORED, cyclic, planned

from argo_kedro.check import check
from argo_kedro.model import Workflow
from argo_kedro.pipeline import FusedPipeline, Node

MACHINES = "machine_types: {default: {cpu: 1, mem: 2}, big: {cpu: 8, mem: 64}}\n"
STORAGE = "storage: {root: s3://bucket/runs}\n"
some = settings(max_examples=60, deadline=None)  # each plans a pipeline; the machine may be busy


@dataclass(frozen=True)
class Drawn:
    """Nodes of a DAG, each with its fused group or none, and the datasets that are stored."""

    nodes: tuple[Node, ...]
    groups: tuple[str, ...]
    stored: frozenset[str]

    @property
    def group_of(self) -> dict[str, str]:
        """The fused group of each node; its own name, if it has none."""
        return {node.name: group or node.name for node, group in zip(self.nodes, self.groups, strict=True)}

    @property
    def crossing(self) -> dict[str, tuple[str, set[str]]]:
        """Each dataset in memory that nodes of several groups use: who writes it, who reads it."""
        groups = self.group_of
        found = {}
        for node in self.nodes:
            for name in set(node.outputs) - self.stored:
                readers = {other.name for other in self.nodes if name in other.inputs}
                if any(groups[reader] != groups[node.name] for reader in readers):
                    found[name] = (node.name, readers)
        return found


@st.composite
def pipelines(draw: st.DrawFn) -> Drawn:
    """Any small DAG: in doubt with many datasets in memory."""
    nodes: list[Node] = []
    written: list[str] = ["raw"]
    for place in range(draw(st.integers(1, 9))):
        inputs = draw(st.lists(st.sampled_from(written), max_size=3, unique=True)) or ["raw"]
        outputs = [f"d{place}_{number}" for number in range(draw(st.integers(1, 2)))]
        machine_type = draw(st.sampled_from([None, None, None, "big"]))
        nodes.append(Node(len, inputs, outputs, name=f"n{place}", machine_type=machine_type))
        written += outputs
    stored = draw(st.sets(st.sampled_from(written), max_size=len(written)))
    groups = draw(st.lists(st.sampled_from(["", "", "", "x", "y"]), min_size=len(nodes), max_size=len(nodes)))
    return Drawn(tuple(nodes), tuple(groups), frozenset(stored | {"raw"}))


def workflow_of(drawn: Drawn, argo: str = "", order: Iterable[int] | None = None) -> Workflow:
    places = list(range(len(drawn.nodes)) if order is None else order)
    fused: dict[str, list[KedroNode]] = {}
    for place in places:
        if drawn.groups[place]:
            fused.setdefault(drawn.groups[place], []).append(drawn.nodes[place])
    alone = [drawn.nodes[place] for place in places if not drawn.groups[place]]
    pipelines: list[Any] = [*(FusedPipeline(nodes, name=name) for name, nodes in fused.items()), *alone]
    return planned(pipelines, MACHINES + argo, catalog=dict.fromkeys(drawn.stored, STORED))


def needs_of(drawn: Drawn, task_of: dict[str, str]) -> dict[str, set[str]]:
    """For each task those it waits for, worked out node by node."""
    writers = {name: task_of[node.name] for node in drawn.nodes for name in node.outputs}
    needs: dict[str, set[str]] = {task: set() for task in task_of.values()}
    for node in drawn.nodes:
        task = task_of[node.name]
        needs[task] |= {writers[name] for name in node.inputs if name in writers} - {task}
    return needs


def tasks_of(workflow: Workflow) -> dict[str, str]:
    return {node: task.name for task in workflow.tasks for node in task.nodes}


@some
@given(pipelines())
def test_every_node_runs_in_one_task_after_what_it_reads(drawn: Drawn) -> None:
    workflow = workflow_of(drawn)
    by_name = {node.name: node for node in drawn.nodes}

    assert sorted(name for task in workflow.tasks for name in task.nodes) == sorted(by_name)
    for task in workflow.tasks:
        inside = {name: node for node in task.nodes for name in by_name[node].outputs}
        done: set[str] = set()
        for name in task.nodes:
            assert done.issuperset(inside[each] for each in by_name[name].inputs if each in inside)
            done.add(name)


@some
@given(pipelines())
def test_tasks_never_wait_for_each_other_because_nodes_were_joined(drawn: Drawn) -> None:
    before = needs_of(drawn, drawn.group_of)
    workflow = workflow_of(drawn)

    assert {task.name: set(task.needs) for task in workflow.tasks} == needs_of(drawn, tasks_of(workflow))
    if not cyclic(before):
        assert not cyclic({task.name: set(task.needs) for task in workflow.tasks})
        assert not any("cannot share a task, since data leaves the group" in each.message for each in check(workflow))


@some
@given(pipelines())
def test_nodes_on_two_machine_types_share_a_task_only_in_a_group_of_the_users(drawn: Drawn) -> None:
    machines = {node.name: node.machine_type or "default" for node in drawn.nodes}
    of_group: dict[str, str] = {}  # the code's note counts for the whole group
    for node, group in drawn.group_of.items():
        of_group[group] = "big" if machines[node] == "big" else of_group.get(group, "default")

    for task in workflow_of(drawn).tasks:
        assert len({of_group[drawn.group_of[node]] for node in task.nodes}) == 1


@some
@given(pipelines())
def test_two_groups_of_the_users_never_become_one_and_none_is_parted(drawn: Drawn) -> None:
    task_of = tasks_of(workflow_of(drawn))
    groups = {group for group in drawn.groups if group}
    nodes = {group: [name for name, its in drawn.group_of.items() if its == group] for group in groups}

    found = {group: {task_of[name] for name in nodes[group]} for group in groups}
    assert found == {group: {group} for group in groups}  # its name stays


@some
@given(pipelines(), st.sampled_from(["fuse", "spill", "error"]), st.booleans())
def test_a_dataset_in_memory_between_tasks_is_spilled_or_told(drawn: Drawn, mode: str, storage: bool) -> None:
    workflow = workflow_of(drawn, f"runner: {{memory_datasets: {mode}}}\n" + STORAGE * storage)
    if cyclic(needs_of(drawn, drawn.group_of)):  # which is told, and first
        return
    told = {problem.where for problem in check(workflow)}
    task_of, spilled = tasks_of(workflow), {task.name: task.spilled for task in workflow.tasks}

    for name, (writer, readers) in drawn.crossing.items():
        tasks = {task_of[node] for node in (writer, *readers)}
        if len(tasks) == 1:
            assert mode == "fuse"
            assert name not in spilled[tasks.pop()]
        elif storage and mode != "error":
            assert all(name in spilled[task] for task in tasks)
            assert f"dataset {name}" not in told
        else:
            assert not any(name in names for names in spilled.values())
            assert f"dataset {name}" in told
    assert not drawn.stored.intersection(name for names in spilled.values() for name in names)


@some
@given(pipelines())
def test_what_is_not_joined_could_not_be(drawn: Drawn) -> None:
    workflow = workflow_of(drawn, STORAGE)
    task_of = tasks_of(workflow)
    if cyclic(needs_of(drawn, drawn.group_of)):
        return
    machines = {task.name: task.machine_type.value for task in workflow.tasks}
    own = {task.name for task in workflow.tasks if task.name in drawn.groups}

    for writer, readers in drawn.crossing.values():
        tasks = {task_of[node] for node in (writer, *readers)}
        if len(tasks) > 1:
            joined = {node: "joined" if task in tasks else task for node, task in task_of.items()}
            apart = len({machines[task] for task in tasks}) > 1 or len(own & tasks) > 1
            assert apart or cyclic(needs_of(drawn, joined))


@some
@given(pipelines(), st.randoms(use_true_random=False))
def test_the_order_in_which_nodes_are_given_does_not_count(drawn: Drawn, random: Any) -> None:
    order = list(range(len(drawn.nodes)))
    random.shuffle(order)

    assert workflow_of(drawn, STORAGE, order) == workflow_of(drawn, STORAGE)
