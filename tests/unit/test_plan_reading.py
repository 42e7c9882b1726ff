"""Partitions that another task confirms, and what a part of a pipeline reads of a whole run."""

from __future__ import annotations

import pytest
from memory_plans import OWN, only
from plans import STORED, make, planned

from argo_kedro.check import check
from argo_kedro.pipeline import FusedPipeline
from argo_kedro.project import Selection

PARTS = {"type": "partitions.IncrementalDataset", "path": "s3://bucket/parts", "dataset": "x"}


@pytest.mark.parametrize("kind", ["partitions.IncrementalDataset", "partitions.PartitionedDataset"])
def test_a_dataset_that_another_task_confirms_is_an_error(kind: str) -> None:
    nodes = [make("load", "parts", "mid"), make("done", "mid", "out", confirms="parts")]
    catalog = {"parts": {**PARTS, "type": kind}, "mid": STORED, "out": STORED}

    problem = only(check(planned(nodes, catalog=catalog)))

    assert problem.where == "dataset parts"
    assert problem.message == (
        "task 'load' loads it and task 'done' confirms it in another process, where partitions that came since would "
        "be confirmed and never processed."
    )
    assert check(planned([FusedPipeline(nodes, name="f")], catalog=catalog)) == []
    assert check(planned(nodes, catalog={"parts": PARTS, "out": STORED})) == []  # mid joins them
    assert check(planned([make("load", "parts", "mid", confirms="parts")], catalog=catalog)) == []


def test_what_is_confirmed_without_partitions_is_the_datasets_own_matter() -> None:
    nodes = [make("load", "queue", "mid"), make("done", "mid", "out", confirms="queue")]

    assert check(planned(nodes)) == []


GROUP = FusedPipeline([make("a", "in", "mid"), make("b", "mid", "out")], name="g")


def test_a_part_of_a_group_that_reads_what_a_whole_run_never_writes_is_told() -> None:
    problem = only(check(planned([GROUP], selection=Selection(nodes=("b",)))))

    assert (problem.severity, problem.where) == ("cluster", "dataset mid")
    assert problem.message == (
        "no selected node writes it, and a run of the whole pipeline keeps it in the memory of fused group 'g': what "
        "is read is what an older run has left."
    )
    assert "runner.keep" in problem.hint


@pytest.mark.parametrize("argo", ["runner: {keep: mid}", "runner: {use_memory_datasets: false}"])
def test_a_part_of_a_group_may_read_what_a_whole_run_writes(argo: str) -> None:
    assert check(planned([GROUP], argo, selection=Selection(nodes=("b",)))) == []


def test_a_part_of_a_group_may_read_what_another_pipeline_needs_too() -> None:
    pipelines = {"__default__": [GROUP], "other": [make("c", "mid", "end")]}

    assert check(planned(pipelines, selection=Selection(nodes=("b",)))) == []
    assert check(planned(pipelines, selection=Selection(pipelines=("other",)))) == []


def test_a_group_on_a_template_of_the_users_writes_all_it_has() -> None:
    fused = FusedPipeline(GROUP.nodes, name="g", template="own")

    assert check(planned([fused], OWN, selection=Selection(nodes=("b",)))) == []
