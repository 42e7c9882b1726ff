"""How many tasks run at once, and which of them first."""

from __future__ import annotations

import pytest
from local_runs import BIG, Played, dag, sh, task, workflow

from argo_kedro.local import Machine, TaskChanged

OK = sh("ok", "true")


def most_at_once(played: Played) -> int:
    running, most = set(), 0
    for event in played.events:
        if isinstance(event, TaskChanged) and event.phase == "Running":
            running.add(event.task)
        elif isinstance(event, TaskChanged):
            running.discard(event.task)
        most = max(most, len(running))
    return most


NAP = sh("nap", "sleep 0.05")
FOUR = [task(name, "nap") for name in "abcd"]


@pytest.mark.parametrize(
    ("main", "spec", "machine", "resources", "expected"),
    [
        (dag("main", *FOUR), {}, BIG, {}, 4),
        (dag("main", *FOUR), {"parallelism": 2}, BIG, {}, 2),
        (dag("main", *FOUR, parallelism=3), {}, BIG, {}, 3),
        (dag("main", *FOUR), {}, BIG, {"requests": {"cpu": "4"}}, 2),
        (dag("main", *FOUR), {}, BIG, {"limits": {"memory": "3Gi"}}, 2),
        (dag("main", *FOUR), {}, BIG, {"limits": {"nvidia.com/gpu": 1}}, 4),  # there is none to wait for
        (dag("main", *FOUR), {}, Machine(8, 2**33, gpus=1), {"limits": {"nvidia.com/gpu": 1}}, 1),
        (dag("main", *FOUR), {}, Machine(1, 2**33), {"requests": {"cpu": "500m"}}, 2),
        (dag("main", *FOUR), {}, Machine(1, 2**33), {"requests": {"cpu": "16"}}, 1),
        (dag("main", *FOUR), {}, Machine(1, 2**33, processes=3), {}, 3),
    ],
)
def test_no_more_runs_at_once_than_may(tmp_path, main, spec, machine, resources, expected):
    nap = {**NAP, "container": {**NAP["container"], "resources": resources}}
    played = Played(workflow(main, nap, **spec), tmp_path, machine)
    assert played.run.phase == "Succeeded"
    assert most_at_once(played) == expected


def test_the_longest_path_goes_first(tmp_path):
    inner = dag("inner", task("x", "ok"), task("y", "ok", "x"), task("z", "ok", "y"))
    main = dag("main", task("leaf", "ok"), task("a", "ok"), task("b", "ok", "a"), task("n", "inner"))
    assert Played(workflow(main, inner, OK, parallelism=1), tmp_path).began() == ["n.x", "a", "n.y", "leaf", "b", "n.z"]


def test_a_small_task_passes_a_large_one_that_does_not_fit(tmp_path):
    big, half = sh("big", "true"), sh("half", "sleep 0.2")
    big["container"]["resources"] = {"requests": {"cpu": "8"}}
    half["container"]["resources"] = {"requests": {"cpu": "4"}}
    main = dag("main", task("a", "half"), task("b", "big"), task("b2", "ok", "b"), task("c", "half"))
    played = Played(workflow(main, big, half, OK), tmp_path)
    assert played.run.phase == "Succeeded"
