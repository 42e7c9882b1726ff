"""Nodes that datasets in memory join become one task."""

from __future__ import annotations

from typing import Any

import pytest
from memory_plans import SPILL, SPLIT, nodes_of, plan_of
from plans import STORED, make, planned

from argo_kedro.check import check
from argo_kedro.pipeline import FusedPipeline


def test_nodes_that_datasets_in_memory_join_become_one_task() -> None:
    workflow = plan_of(SPLIT)

    (task,) = workflow.tasks
    assert task.nodes == ("split", "train", "test")
    assert task.group == "split +2"
    assert task.name.startswith("split-2-")
    assert task.arguments["nodes"] == "split,train,test"
    assert (task.memory, task.spilled) == ((), ())
    assert check(workflow) == []


def test_what_no_dataset_in_memory_joins_stays_apart() -> None:
    workflow = plan_of([*SPLIT, make("report", "stored", "page"), make("store", "out", "stored")], "", "stored")

    assert nodes_of(workflow) == [("split", "train", "test", "store"), ("report",)]


@pytest.mark.parametrize(
    "entry", [{"type": "MemoryDataset"}, {"type": "kedro.io.MemoryDataset", "data": 1}, {"type": "SharedMemoryDataset"}]
)
def test_each_kind_of_dataset_in_memory_joins(entry: dict[str, Any]) -> None:
    workflow = planned([make("a", "in", "x"), make("b", "x", "out")], catalog={"in": STORED, "out": STORED, "x": entry})

    assert nodes_of(workflow) == [("a", "b")]


def test_what_the_catalog_itself_holds_joins_nobody() -> None:
    given = {"x": {"type": "MemoryDataset", "data": 1}, "y": STORED, "z": STORED}

    assert nodes_of(planned([make("a", "x", "y"), make("b", "x", "z")], catalog=given)) == [("a",), ("b",)]


def test_joined_nodes_write_what_the_catalog_says() -> None:
    """Nobody asked for them to be one, so whoever looks for the file finds it."""
    workflow = plan_of([make("a", "in", ["x", "kept"]), make("b", ["x", "kept"], "out")], "", "kept", "out")

    assert nodes_of(workflow) == [("a", "b")]
    assert workflow.tasks[0].memory == ()


def test_the_users_own_group_keeps_its_name_and_its_own_datasets_in_memory() -> None:
    fused = FusedPipeline([make("a", "in", "inner"), make("b", "inner", ["x", "kept"])], name="mine")
    nodes = [fused, make("c", ["x", "kept"], "after"), make("d", "after", "out")]
    workflow = plan_of(nodes, "", "inner", "kept", "after", "out")

    first, second = workflow.tasks
    assert (first.group, first.nodes, first.memory) == ("mine", ("a", "b", "c"), ("inner",))
    assert (second.group, second.nodes) == ("", ("d",))


def test_a_rule_that_groups_is_the_users_own_group_too() -> None:
    workflow = plan_of(SPLIT, "tasks: [{nodes: [split, train], group: g}]")

    assert [(task.group, task.nodes) for task in workflow.tasks] == [("g", ("split", "train", "test"))]


def test_a_dataset_in_shared_memory_inside_one_task_becomes_one_in_its_memory() -> None:
    """SequentialRunner cannot use it, and runs whatever a task runs."""
    catalog = {"in": STORED, "x": {"type": "SharedMemoryDataset"}, "out": STORED}
    nodes = [make("a", "in", "x"), make("b", "x", "out")]

    assert planned(nodes, catalog=catalog).tasks[0].memory == ("x",)
    assert planned(nodes, "runner: {use_memory_datasets: false, keep: x}", catalog=catalog).tasks[0].memory == ("x",)
    assert planned(nodes, SPILL, catalog=catalog).tasks[0].memory == ()
    assert planned(nodes[:1], catalog=catalog).tasks[0].memory == ("x",)


def test_retries_of_joined_nodes_combine_as_those_of_a_group() -> None:
    workflow = plan_of(SPLIT, "tasks: [{nodes: split, retries: 2}, {nodes: test, retries: 5}]")

    (template,) = workflow.templates
    assert template.body["retryStrategy"]["limit"] == "5"


def test_what_was_joined_has_the_time_of_all_its_parts() -> None:
    """A short limit of one node would end the other, which nobody asked to be in its task."""
    argo = "tasks: [{nodes: train, timeout: 1h}, {nodes: [split, test], timeout: 30s}]"

    assert [template.body["activeDeadlineSeconds"] for template in plan_of(SPLIT, argo).templates] == [3660]


def test_what_was_joined_with_a_node_without_a_limit_has_none() -> None:
    workflow = plan_of(SPLIT, "tasks: [{nodes: split, timeout: 30s}]")

    assert ["activeDeadlineSeconds" in template.body for template in workflow.templates] == [False]
