"""Which datasets of a fused task stay in its memory: those that nobody else can miss."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node as KedroNode
from plans import STORED, make, planned, tasks

from argo_kedro.pipeline import FusedPipeline
from argo_kedro.project import Selection


def stream(x: Any) -> Any:
    yield x


def memory(nodes: list[Any], argo: str = "", **kwargs: Any) -> tuple[str, ...]:
    """The datasets that a fused group of these nodes keeps in memory."""
    workflow = planned({"__default__": [FusedPipeline(nodes, name="f")], **kwargs.pop("others", {})}, argo, **kwargs)
    return tasks(workflow)["f"].memory


PAIR = [make("a", "in", "mid"), make("b", "mid", "out")]


def test_what_only_one_task_writes_and_reads_stays_in_memory() -> None:
    assert memory(PAIR) == ("mid",)


@pytest.mark.parametrize(
    "argo", ["runner: {use_memory_datasets: false}", "runner: {keep: mid}", "runner: {keep: ['x', 'm?d']}"]
)
def test_what_argo_yml_asks_to_keep_is_written(argo: str) -> None:
    assert memory(PAIR, argo) == ()


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param([make("a", "in", "mid@x"), make("b", "mid@y", "out")], id="transcoded"),
        pytest.param([make("a", "in", "mid@x"), make("b", "mid@x", "out")], id="transcoded on both sides alike"),
        pytest.param([KedroNode(stream, "in", "mid", name="a"), make("b", "mid", "out")], id="generator"),
        pytest.param([make("a", "in", "mid"), make("b", "mid", "out", confirms="mid")], id="confirmed"),
        pytest.param([make("a", "in", "mid", confirms="mid"), make("b", "mid", "out")], id="confirmed by its writer"),
    ],
)
def test_what_a_memory_dataset_cannot_stand_for_is_written(nodes: list[Any]) -> None:
    assert memory(nodes) == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"type": "pandas.CSVDataset", "filepath": "data/x.csv"}, ("mid",)),
        ({"type": "pandas.SQLTableDataset", "table_name": "t"}, ("mid",)),
        ({"type": "pandas.CSVDataset", "filepath": "data/x.csv", "versioned": True}, ()),
        ({"type": "CachedDataset", "versioned": True, "dataset": {"type": "x", "filepath": "s3://x"}}, ()),
        ({"type": "partitions.PartitionedDataset", "path": "data/x", "dataset": "x"}, ()),
        ({"type": "partitions.IncrementalDataset", "path": "data/x", "dataset": "x"}, ()),
        ({"type": "MemoryDataset"}, ()),  # it is one already
        (None, ()),
    ],
)
def test_the_catalog_decides_what_memory_can_stand_for(entry: Any, expected: tuple[str, ...]) -> None:
    assert memory(PAIR, catalog={"mid": entry} if entry else {}) == expected


def test_what_another_task_reads_is_written() -> None:
    fused = FusedPipeline(PAIR, name="f")

    assert tasks(planned([fused, make("c", "mid", None)]))["f"].memory == ()


def test_what_another_registered_pipeline_reads_is_written() -> None:
    assert memory(PAIR, others={"report": [make("report", "mid", "pdf")]}) == ()


def test_what_another_registered_pipeline_reads_transcoded_is_written() -> None:
    assert memory(PAIR, others={"report": [make("report", "mid@pandas", "pdf")]}) == ()


def test_what_another_task_confirms_is_written() -> None:
    nodes = [FusedPipeline(PAIR, name="f"), make("c", "out", "end", confirms="mid")]

    assert tasks(planned(nodes))["f"].memory == ()


@pytest.mark.parametrize("name", ["mid,1", "mid{{1", "mid$$1", "mid$(HOME)"])
def test_what_no_list_can_name_is_written(name: str) -> None:
    assert memory([make("a", "in", name), make("b", name, "out")]) == ()


def test_what_only_leaves_the_task_is_written() -> None:
    assert memory([make("a", "in", "mid"), make("b", "in", "out")]) == ()


def test_what_a_copy_of_the_same_nodes_reads_stays_in_memory() -> None:
    assert memory(PAIR, others={"same": Pipeline(PAIR)}) == ("mid",)


def test_what_a_node_that_was_not_selected_reads_is_written() -> None:
    pipelines = {"__default__": [FusedPipeline([*PAIR, make("c", "mid", "end")], name="f")]}
    workflow = planned(pipelines, selection=Selection(nodes=("a", "b")))

    assert tasks(workflow)["f"].memory == ()


def test_a_node_alone_keeps_nothing_in_memory() -> None:
    assert [task.memory for task in planned(PAIR).tasks] == [(), ()]


def test_a_rule_that_groups_keeps_in_memory_as_a_fused_pipeline_does() -> None:
    assert planned(PAIR, "tasks: [{nodes: '*', group: g}]").tasks[0].memory == ("mid",)


def test_an_output_that_was_asked_for_is_written() -> None:
    group = FusedPipeline([make("a", "x", "y"), make("b", "y", "z")], name="g")

    assert planned([group], selection=Selection(to_outputs=("y", "z"))).tasks[0].memory == ()


def test_a_template_of_the_users_is_told_nothing_of_memory() -> None:
    argo = "template: {default_template: own, templates: [{name: own, container: {command: [kedro, run]}}]}"

    assert memory(PAIR, argo) == ()


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "pandas.CSVDataset", "filepath": "s3://b/log.csv", "save_args": {"mode": "a"}},
        {"type": "pandas.SQLTableDataset", "table_name": "log", "save_args": {"if_exists": "append"}},
        {"type": "text.TextDataset", "filepath": "s3://b/log", "fs_args": {"open_args_save": {"mode": "ab"}}},
        {"type": "databricks.ManagedTableDataset", "table": "log", "write_mode": "upsert"},
    ],
)
def test_what_a_later_run_adds_to_is_written(entry: dict[str, Any]) -> None:
    nodes = [FusedPipeline(PAIR, name="f")]

    assert tasks(planned(nodes, catalog={"in": STORED, "mid": STORED, "out": STORED}))["f"].memory == ("mid",)
    assert tasks(planned(nodes, catalog={"in": STORED, "mid": entry, "out": STORED}))["f"].memory == ()
