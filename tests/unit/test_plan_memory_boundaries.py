"""What becomes of datasets in memory that cannot join the tasks around them: the storage carries them, or an error."""

from __future__ import annotations

from typing import Any

import pytest
from memory_plans import MACHINES, OWN, SPILL, SPLIT, STORAGE, nodes_of, on, only, plan_of, spilled
from plans import STORED, make, planned, said, tasks

from argo_kedro.check import check
from argo_kedro.model import Task
from argo_kedro.pipeline import FusedPipeline, Node

ANOTHER_MACHINE = [make("a", "in", "x"), on("big", "b", "x", "y"), make("c", "y", "out")]
BACK_AGAIN = [make("a", "in", ["x", "s"]), on("big", "b", "s", "t"), make("c", ["x", "t"], "out")]
TWO_GROUPS = [
    FusedPipeline([make("a", "in", "x")], name="one"),
    FusedPipeline([make("b", "x", "out")], name="two"),
]


@pytest.mark.parametrize(
    ("nodes", "stored", "expected"),
    [
        pytest.param(
            ANOTHER_MACHINE[:2],
            (),
            "dataset x: task 'a' writes it and task 'b' reads it in another process, but it is not in the catalog; "
            "one runs on machine type 'default', task 'b' on 'big'.\n"
            "  Hint: add it to the catalog of env 'cloud', or give both one machine type, or name a bucket or a "
            "shared path in `storage.root` of argo.yml, by which it can travel.",
            id="another machine type",
        ),
        pytest.param(
            BACK_AGAIN,
            ("s", "t"),
            "dataset x: task 'a' writes it and task 'c' reads it in another process, but it is not in the catalog; "
            "they cannot share a task, since data leaves them and comes back: a -> b (s), then b -> c (t).\n"
            "  Hint: add it to the catalog of env 'cloud', or fuse them with the nodes between, or name a bucket or a "
            "shared path in `storage.root` of argo.yml, by which it can travel.",
            id="data leaves and comes back",
        ),
        pytest.param(
            TWO_GROUPS,
            (),
            "dataset x: task 'one' writes it and task 'two' reads it in another process, but it is not in the "
            "catalog; 'one' and 'two' are fused groups of their own.\n"
            "  Hint: add it to the catalog of env 'cloud', or make them one fused group, or name a bucket or a shared "
            "path in `storage.root` of argo.yml, by which it can travel.",
            id="two fused groups",
        ),
        pytest.param(
            [make("a", "in", "x", namespace="n,1"), make("b", "x", "out")],
            (),
            "dataset x: task 'n,1.a' writes it and task 'b' reads it in another process, but it is not in the "
            "catalog; node 'n,1.a' cannot share a task, with a comma, {{, $$ or $( in its name.\n"
            "  Hint: add it to the catalog of env 'cloud', or rename that node, or name a bucket or a shared path in "
            "`storage.root` of argo.yml, by which it can travel.",
            id="a name that no list can have",
        ),
    ],
)
def test_what_cannot_be_one_task_is_an_error_with_the_reason_and_each_way_out(
    nodes: list[Any], stored: tuple[str, ...], expected: str
) -> None:
    problem = only(check(plan_of(nodes, MACHINES, *stored)))

    assert str(problem) == expected
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("nodes", "stored", "expected"),
    [
        (ANOTHER_MACHINE, (), {"a": ("x",), "b": ("x", "y"), "c": ("y",)}),
        (BACK_AGAIN, ("s", "t"), {"a": ("x",), "c": ("x",)}),
        (TWO_GROUPS, (), {"one": ("x",), "two": ("x",)}),
    ],
)
def test_with_a_storage_it_travels_there(nodes: list[Any], stored: tuple[str, ...], expected: Any) -> None:
    workflow = plan_of(nodes, MACHINES + STORAGE, *stored)

    assert spilled(workflow) == expected
    assert check(workflow) == []
    assert {task.arguments.get("spilled", "") for task in workflow.tasks} == {
        ",".join(task.spilled) for task in workflow.tasks
    }


def test_nodes_that_can_be_one_task_are_so_beside_those_that_cannot() -> None:
    nodes = [*ANOTHER_MACHINE, make("d", "in", "z"), make("e", "z", "end")]

    assert nodes_of(plan_of(nodes, MACHINES + STORAGE)) == [("a",), ("d", "e"), ("b",), ("c",)]


def test_where_not_all_can_be_one_task_the_first_in_running_order_are() -> None:
    """Of the two datasets between three groups, two of which are the user's own, only one can join."""
    nodes = [
        FusedPipeline([make("a", "in", "x")], name="one"),
        make("b", "x", "y"),
        FusedPipeline([make("c", "y", "out")], name="two"),
    ]
    workflow = plan_of(nodes, STORAGE)

    assert {task.group: task.nodes for task in workflow.tasks} == {"one": ("a", "b"), "two": ("c",)}
    assert spilled(workflow) == {"one": ("y",), "two": ("y",)}


def test_what_could_not_be_joined_first_is_tried_again_when_others_have_joined() -> None:
    """While b stands between them, x cannot join a and c; y takes b in. Data comes back to e from another machine."""
    nodes = [
        make("a", "in", ["x", "y"]),
        make("b", "y", "t"),
        make("c", ["x", "t"], ["z", "s"]),
        on("big", "far", "s", "back"),
        make("e", ["z", "back"], "out"),
    ]
    workflow = plan_of(nodes, MACHINES + STORAGE, "t", "s", "back")

    assert nodes_of(workflow) == [("a", "b", "c"), ("far",), ("e",)]
    assert tasks(workflow)["e"].spilled == ("z",)


def test_a_dataset_that_only_the_writers_own_task_reads_is_not_spilled() -> None:
    fused = FusedPipeline([make("a", "in", ["inside", "x"]), make("b", "inside", "y")], name="f")
    workflow = plan_of([fused, make("c", ["x", "y"], "out")], SPILL)

    assert spilled(workflow) == {"f": ("x", "y"), "c": ("x", "y")}


def test_spill_joins_nothing() -> None:
    workflow = plan_of(SPLIT, SPILL)

    assert spilled(workflow) == {"split": ("x", "y"), "train": ("model", "x"), "test": ("model", "y")}
    assert check(workflow) == []


def test_spill_without_a_storage_says_how_to_name_one() -> None:
    problem = only(check(plan_of(SPLIT[:2], "runner: {memory_datasets: spill}", "y")))

    assert str(problem) == (
        "dataset x: task 'split' writes it and task 'train' reads it in another process, but it is not in the "
        "catalog.\n"
        "  Hint: add it to the catalog of env 'cloud', or put both nodes into one task: a FusedPipeline, or a rule "
        "with `group` in argo.yml, or name a bucket or a shared path in `storage.root` of argo.yml, by which it can "
        "travel."
    )


@pytest.mark.parametrize(
    ("storage", "way"),
    [
        (
            "",
            "name a bucket or a shared path in `storage.root` of argo.yml, by which it can travel, and set "
            "`runner.memory_datasets` to `fuse` or `spill`.",
        ),
        (STORAGE, "set `runner.memory_datasets` to `fuse` or `spill`."),
    ],
)
def test_error_names_each_dataset_in_memory_between_nodes(storage: str, way: str) -> None:
    problems = check(plan_of(SPLIT, f"{storage}runner: {{memory_datasets: error}}"))

    assert [problem.where for problem in problems] == ["dataset x", "dataset y", "dataset model"]
    assert problems[0].message.endswith("but it is not in the catalog; `runner.memory_datasets` is `error`.")
    assert problems[0].hint.endswith(f", or {way}")


@pytest.mark.parametrize("argo", ["", STORAGE, SPILL])
def test_a_template_of_the_users_can_neither_be_joined_nor_spill(argo: str) -> None:
    nodes = [make("a", "in", "x"), Node(len, "x", "out", name="b", template="own")]

    problem = only(check(plan_of(nodes, OWN + argo)))

    assert problem.message.endswith(
        "but it is not in the catalog; task 'b' runs template 'own', whose `kedro run` knows nothing of other tasks."
    )
    assert problem.hint == "add it to the catalog of env 'cloud', or let both run template 'kedro'."


def test_two_templates_of_the_users_are_not_joined_either() -> None:
    nodes = [Node(len, name, out, name=node, template="own") for node, name, out in (("a", "in", "x"), ("b", "x", "y"))]

    assert "tasks 'a' and 'b' run template 'own'" in only(check(plan_of(nodes, OWN))).message


@pytest.mark.parametrize("argo", ["", STORAGE, SPILL])
def test_transcoded_names_in_memory_stay_an_error(argo: str) -> None:
    """`kedro run` finds no data there either."""
    problem = only(check(plan_of([make("a", "in", "t@x"), make("b", "t@y", "out")], argo)))

    assert problem.message.endswith(
        "but it is not in the catalog, and in memory t@x and t@y are datasets of their own."
    )
    assert problem.message.startswith("task 'a' writes it and task 'b' reads it in another process")
    assert problem.hint == "give t@x and t@y one path in the catalog of env 'cloud'."


def test_transcoded_names_in_memory_are_an_error_inside_one_task_too() -> None:
    fused = FusedPipeline([make("a", "in", "t@x"), make("b", "t@y", "out")], name="f")

    assert only(check(plan_of([fused]))).message.startswith("task 'f' writes it and reads it by another name, but")


def test_a_name_that_no_list_can_have_is_not_spilled() -> None:
    problem = only(check(plan_of([make("a", "in", "x,1"), make("b", "x,1", "out")], SPILL)))

    assert problem.where == "dataset x,1"
    assert "storage" not in problem.hint


def test_many_readers_are_not_all_named() -> None:
    readers = [make(f"r{place}", "x", f"o{place}") for place in range(9)]

    problem = only(check(plan_of([make("a", "in", "x"), *readers], "runner: {memory_datasets: error}")))

    assert "and tasks 'r0', 'r1', 'r2', 'r3', 'r4' and 4 more read it in another process" in problem.message


def test_a_storage_on_a_path_that_no_claim_mounts_is_a_problem_of_a_cluster() -> None:
    nodes = ANOTHER_MACHINE

    problem = only(check(plan_of(nodes, f"{MACHINES}storage: {{root: /mnt/runs}}")))
    assert (problem.severity, problem.where) == ("cluster", "argo.yml storage.root")
    assert problem.message == "pods do not share /mnt/runs, by which x, y would travel."
    assert check(plan_of(nodes, f"{MACHINES}storage: {{root: /mnt/runs, claim: pvc}}")) == []
    assert check(plan_of(nodes[:1], "storage: {root: /mnt/runs}")) == []


@pytest.mark.parametrize(
    ("path", "storage", "expected"),
    [
        ("/mnt/runs/x.csv", "{root: /mnt/runs, claim: pvc}", []),
        ("file:///mnt/runs/x.csv", "{root: /mnt/runs, claim: pvc}", []),
        ("/mnt/runs/x.csv", "{root: /mnt/runs}", ["cluster"]),
        ("/mnt/runs/../x.csv", "{root: /mnt/runs, claim: pvc}", ["cluster"]),
        ("/mnt/runs2/x.csv", "{root: /mnt/runs, claim: pvc}", ["cluster"]),
        ("data/x.csv", "{root: /mnt/runs, claim: pvc}", ["cluster"]),
    ],
)
def test_a_dataset_on_the_mounted_volume_is_there_for_all_tasks(path: str, storage: str, expected: list[str]) -> None:
    catalog = {"in": STORED, "x": {"type": "pandas.CSVDataset", "filepath": path}, "out": STORED}
    workflow = planned([make("a", "in", "x"), make("b", "x", "out")], f"storage: {storage}", catalog=catalog)

    assert [problem.severity for problem in check(workflow)] == expected


def test_groups_that_wait_for_each_other_are_told_before_anything_is_joined() -> None:
    fused = FusedPipeline([make("a", "in", "x"), make("c", "y", "out")], name="f")

    workflow = plan_of([fused, make("b", "x", "y")])

    assert [problem.where for problem in check(workflow)] == ["fused group f"]


def test_a_task_is_told_of_its_datasets_in_the_same_order_each_time() -> None:
    found: Task = plan_of([make("a", "in", ["z", "x", "y"]), make("b", ["y", "z", "x"], "out")], SPILL).tasks[1]

    assert found.spilled == ("x", "y", "z")
    assert said(plan_of(SPLIT, SPILL).problems) == []


def test_a_name_that_nothing_defines_does_not_hide_what_is_wrong_elsewhere() -> None:
    elsewhere = [make("a", "in", "z"), make("b", "z", "result")]
    rules = "tasks: [{nodes: train, machine_type: bgi}, {nodes: b, machine_type: big}]"

    found = check(plan_of([*SPLIT, *elsewhere], f"{MACHINES}{rules}"))

    assert [problem.where for problem in found if problem.severity == "error"][1:] == ["dataset z"]


@pytest.mark.parametrize("wrong", ["machine_type: bgi", "template: kerdo"])
def test_a_name_that_nothing_defines_is_all_that_is_told_of_its_tasks(wrong: str) -> None:
    (problem,) = check(plan_of(SPLIT, f"tasks: [{{nodes: train, {wrong}}}]"))

    assert "is not defined" in problem.message
