"""What `explain` says of data: what is one task because of it, what travels how, and in which version."""

from __future__ import annotations

from typing import Any

from json_documents import checked
from plans import STORED, make, planned

from argo_kedro.model import Workflow
from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.views.explanation import explanation, table

VERSIONED = {**STORED, "versioned": True}
BIG = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
STORAGE = "storage: {root: s3://bucket/runs}\n"


def joined() -> Workflow:
    """`split` and `train` are one task; `test` is not, and reads `y` from the storage, and its own version."""
    nodes = [
        make("split", "in", ["x", "y"]),
        make("train", ["x", "old"], "model"),
        Node(len, ["y", "model"], "out", name="test", machine_type="big"),
    ]
    catalog = {"in": STORED, "old": VERSIONED, "model": VERSIONED, "out": STORED}
    return planned(nodes, BIG + STORAGE, catalog=catalog, load_versions={"old": "2026-01-01T00.00.00.000Z"})


def explained(workflow: Workflow) -> tuple[dict[str, Any], str]:
    found = explanation(workflow)
    return checked("explain --json", found), table(found)


def test_a_table_says_what_is_particular_about_the_data() -> None:
    _, text = explained(joined())

    assert text.splitlines()[-5:] == [
        "One task, since datasets in memory join its nodes: split +1.",
        "Kept in the storage while the run goes on: y.",
        "Read in the version that this run writes: model.",
        "Read in the version that was asked for: old 2026-01-01T00.00.00.000Z.",
        "One task alone, here: python -m argo_kedro.task --env cloud --pipeline __default__ --nodes split,train "
        "--memory y --load-versions old:2026-01-01T00.00.00.000Z",
    ]
    assert "s3://bucket/runs (spilled, for each run)" in text
    assert text.splitlines()[2] == "          train"  # the nodes of a joined task are all named


def test_json_says_the_same_of_each_task() -> None:
    found, _ = explained(joined())

    first, second = found["tasks"]
    assert (first["group"], first["nodes"], first["joined_by_memory"]) == ("split +1", ["split", "train"], True)
    assert (first["spilled"], first["pinned"]) == (["y"], [])
    assert (second["spilled"], second["pinned"], second["joined_by_memory"]) == (["y"], ["model"], False)
    assert found["load_versions"] == {"old": "2026-01-01T00.00.00.000Z"}
    travels = {item["name"]: item["travels"] for item in found["boundary_datasets"]}
    assert travels == {"model": "s3://bucket/data.parquet", "y": "s3://bucket/runs (spilled, for each run)"}


def test_a_task_that_reads_what_only_a_run_has_has_no_line_of_its_own() -> None:
    first, second = explained(joined())[0]["tasks"]

    assert first["command"]
    assert second["command"] == ""


def test_a_group_of_the_users_is_not_said_to_be_joined_by_memory() -> None:
    fused = FusedPipeline([make("a", "in", "mid"), make("b", "mid", "out")], name="f")

    found, text = explained(planned([fused]))

    assert found["tasks"][0]["joined_by_memory"] is False
    assert "In memory inside a fused task: mid." in text
    assert "since datasets in memory" not in text


def test_a_pipeline_with_nothing_particular_has_no_words_about_it() -> None:
    _, text = explained(planned([make("a", "in", "mid"), make("b", "mid", "out")]))

    assert [line.partition(":")[0] for line in text.splitlines()[-3:]] == [
        "2 nodes in 2 tasks, env cloud; 1 boundary datasets.",
        "2 levels",
        "One task alone, here",
    ]


def test_few_of_many_groups_by_a_strategy_are_named_in_the_sentence_since_the_table_has_them_all() -> None:
    nodes = [
        node
        for number in range(1, 8)
        for node in (make(f"a{number}", "in", f"x{number}"), make(f"b{number}", f"x{number}", f"y{number}"))
    ]
    _, text = explained(planned(nodes, "runner: {group_by: chain}"))

    (line,) = [line for line in text.splitlines() if line.startswith("One task by runner.group_by: ")]
    assert line.endswith(": a1 +1 (chain), a2 +1 (chain), a3 +1 (chain), a4 +1 (chain), a5 +1 (chain) and 2 more.")
    assert "a7 +1" in text


LONG = "a_node_whose_name_says_all_that_it_does_and_all_that_it_reads_and_writes_and_why_it_does_"  # 89 letters


def in_80_columns() -> list[str]:
    nodes = [
        make("short", "in", "x0"),
        FusedPipeline([make(f"{LONG}1", "x0", "x1"), make(f"{LONG}2", "x1", "x2")], name="both"),
        make(f"{LONG}3", ["x0", "x2"], "out"),
    ]
    return table(explanation(planned(nodes)), 80).splitlines()


def test_names_too_long_for_a_terminal_have_lines_of_their_own() -> None:
    lines = in_80_columns()

    assert lines[: lines.index("")] == [
        "TASK short",
        "  MACHINE TYPE default  FROM argo.yml default_machine_type",
        "TASK both",
        "  NODES",
        f"    {LONG}1",
        f"    {LONG}2",
        "  MACHINE TYPE default  FROM argo.yml default_machine_type  WAITS FOR short",
        f"TASK {LONG}3",
        "  MACHINE TYPE default  FROM argo.yml default_machine_type",
        "  WAITS FOR both, short",
    ]


def test_only_a_name_and_a_command_are_longer_than_a_line_of_the_terminal() -> None:
    *lines, command = in_80_columns()

    assert command.startswith("One task alone, here: python -m argo_kedro.task")
    assert all(len(line) <= 80 for line in lines if LONG not in line)
    place = next(place for place, line in enumerate(lines) if line.startswith("3 levels"))
    assert lines[place : place + 2] == [
        "3 levels: on a stock Argo controller at least 30 s, since it looks again every",
        "  10 s.",
    ]


def test_a_terminal_that_is_wide_enough_shows_the_table_that_a_pipe_gets() -> None:
    found = explanation(planned([make("a", "in", "mid"), make("b", "mid", "out")]))
    whole = table(found)

    assert table(found, 500) == whole
