"""A runner that is killed, or whose disk is full, at each thing it writes: nothing is lost, nothing is done twice.

Each moment costs two runs, so every third is tried here; together the tests move through all kinds of moments.
"""

from __future__ import annotations

import pytest
from killed_runs import Parent, left_running, parent, record, survives
from local_runs import dag, sh, task, values, workflow

from argo_kedro.local import read_run

_NAME = "echo {{node.name}} >> ran.txt; "
_OUTPUT = {"parameters": [{"name": "o", "valueFrom": {"path": "o.txt"}}]}
_INPUT = {"parameters": [{"name": "x"}]}
_HANDED_ON = values(x="{{tasks.i.outputs.parameters.o}}")

CHAIN = workflow(dag("main", task("a", "ok"), task("b", "ok", "a")), sh("ok", _NAME))
FAN = workflow(
    dag("main", *(task(f"t{i}", "ok") for i in range(10)), task("z", "ok", " && ".join(f"t{i}" for i in range(10)))),
    sh("ok", _NAME),
    parallelism=3,
)
ALL_KINDS = workflow(
    dag(
        "main",
        task("i", "writes"),
        task("n", "inner", "i", arguments=_HANDED_ON),
        task("s", "ok", "n", when="1 == 2"),
        task("f", "flaky", "s"),
        task("p", "ok", "n"),
    ),
    dag(
        "inner",
        task("x", "looks", arguments=values(x="{{inputs.parameters.x}}")),
        task("y", "ok", "x"),
        inputs=_INPUT,
    ),
    sh("writes", _NAME + "echo v > o.txt", outputs=_OUTPUT),
    sh("looks", _NAME + 'test "$X" = v', env={"X": "{{inputs.parameters.x}}"}, inputs=_INPUT),
    sh("flaky", _NAME + "test {{retries}} = 1", retryStrategy={"limit": 2}),
    sh("ok", _NAME),
    sh("bye", "echo {{workflow.status}} >> bye.txt"),
    onExit="bye",
)


@pytest.fixture(scope="module")
def warm():
    with parent() as made:
        yield made


def swept(warm: Parent, folder, manifest, *, fault: str, step: int = 3, **more) -> dict[str, int]:
    """What came of faults at one moment after the other, until one comes too late."""
    counts: dict[str, int] = {}
    number, came_of_it = 1, ""
    while came_of_it != "unhurt":
        came_of_it = survives(warm, folder / str(number), manifest, **{fault: number}, **more)
        counts[came_of_it] = counts.get(came_of_it, 0) + 1
        number += step
    return counts


@pytest.mark.parametrize("torn", [False, True])
def test_a_runner_killed_at_any_write_loses_nothing_of_a_chain(tmp_path, warm, torn):
    assert swept(warm, tmp_path, CHAIN, fault="kill_at", step=2, torn=torn)["survived"] > 5


@pytest.mark.parametrize("torn", [False, True])
def test_a_runner_killed_at_any_write_loses_nothing_of_all_kinds_of_tasks(tmp_path, warm, torn):
    assert swept(warm, tmp_path, ALL_KINDS, fault="kill_at", torn=torn)["survived"] > 10


def test_a_runner_killed_at_any_write_loses_nothing_of_a_fan(tmp_path, warm):
    assert swept(warm, tmp_path, FAN, fault="kill_at", step=6)["survived"] > 5


def test_a_disk_that_is_full_from_any_write_on_loses_nothing(tmp_path, warm):
    assert swept(warm, tmp_path, ALL_KINDS, fault="full_from")["survived"] > 5


def test_a_run_whose_disk_is_full_ends_its_processes_and_says_so(tmp_path, warm):
    slow = workflow(
        dag("main", task("a", "slow"), task("b", "ok"), task("c", "ok", "b")), sh("slow", "sleep 60"), sh("ok", _NAME)
    )
    for number in range(20, 60):
        folder = tmp_path / str(number)
        folder.mkdir()
        said = warm.play(folder, manifest=slow, full_from=number)
        assert "The record of the run cannot be written" in said["error"]
        assert "No space left on device" in said["error"]
        assert left_running(folder) == []
        if (folder / "ran.txt").exists():
            return
    raise AssertionError("the disk was never full while tasks ran")


def test_a_retry_that_is_killed_can_be_retried(tmp_path, warm):
    bad = workflow(
        dag("main", task("a", "ok"), task("b", "bad", "a"), task("c", "ok", "b")),
        sh("ok", _NAME),
        sh("bad", f"{_NAME} test -f fixed"),
    )
    for number in range(1, 40, 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert warm.play(folder, manifest=bad)["phase"] == "Failed"
        (folder / "fixed").touch()
        warm.play(folder, retry="wf", kill_at=number)
        if read_run(record(folder))["status"]["phase"] != "Succeeded":
            assert warm.play(folder, retry="wf").get("phase") == "Succeeded"
        ran = (folder / "ran.txt").read_text().split()
        assert ran.count("wf.a") == 1
        assert ran.count("wf.b") >= 2
        assert ran.count("wf.c") >= 1
