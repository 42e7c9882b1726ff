"""Tasks that are tried again, and tasks that take too long."""

from __future__ import annotations

import time

import pytest
from local_runs import Played, dag, ends, sh, task, values, workflow

from argo_kedro.local import TaskChanged
from argo_kedro.local.retries import Attempt, seconds_to_wait
from argo_kedro.local.templates import Retry

FLAKY = 'echo "try {{retries}} after {{lastRetry.exitCode}}"; test {{retries}} = 2 || exit 7'
DEADLINE = "Pod was active on the node longer than the specified deadline"


def attempt(number: int = 0, **fields) -> Attempt:
    return Attempt(
        **{
            **{
                "number": number,
                "phase": "Failed",
                "exit_code": 1,
                "message": "no",
                "seconds": 1.0,
                "since_first": 1.0,
            },
            **fields,
        }
    )


def test_a_task_is_tried_again_until_it_succeeds(tmp_path):
    flaky = sh("flaky", FLAKY, retryStrategy={"limit": "{{inputs.parameters.n}}"}, inputs=values(n="3"))
    played = Played(workflow(dag("main", task("a", "flaky"), task("b", "flaky", "a")), flaky), tmp_path)
    lines = [line for line in played.log("a").splitlines() if not line.startswith("--- attempt")]
    assert lines == ["try 0 after 0", "try 1 after 7", "try 2 after 7"]
    assert played.run.phase == "Succeeded"
    assert [event.phase for event in played.events if isinstance(event, TaskChanged) and event.task == "a"] == [
        *("Running", "Retrying", "Running", "Retrying", "Running", "Succeeded"),
    ]


def test_attempts_are_recorded_as_argo_does(tmp_path):
    flaky = sh("flaky", "exit 7", retryStrategy={"limit": 1})
    played = Played(workflow(dag("main", task("a", "flaky"), task("b", "flaky", "a.Failed")), flaky), tmp_path)
    retry, first, last = played.nodes["a"], played.nodes["a(0)"], played.nodes["a(1)"]
    assert (retry["type"], retry["phase"], retry["message"]) == ("Retry", "Failed", "No more retries left")
    assert retry["children"] == [first["id"], last["id"]]
    assert (first["type"], first["message"]) == ("Pod", "main: Error (exit code 7)")
    assert first["nodeFlag"] == {"retried": True}
    assert first["outputs"] == {"exitCode": "7"}
    assert last["children"] == [played.nodes["b"]["id"]]
    assert played.run.failures[0].message == "main: Error (exit code 7)"


def test_waits_grow_by_the_factor(tmp_path):
    strategy = {"limit": 2, "backoff": {"duration": "100ms", "factor": 2}}
    began = time.monotonic()
    Played(workflow(sh("flaky", "exit 1", retryStrategy=strategy)), tmp_path)
    assert time.monotonic() - began >= 0.3


def test_other_tasks_run_while_one_waits_for_its_next_attempt(tmp_path):
    strategy = {"limit": 1, "backoff": {"duration": "300ms"}}
    main = dag("main", task("a", "flaky"), task("b", "nap"), task("c", "nap", "b"), fail_fast=False)
    manifest = workflow(main, sh("flaky", "exit 1", retryStrategy=strategy), sh("nap", "sleep 0.05"), parallelism=1)
    assert Played(manifest, tmp_path).began() == ["b", "a", "c", "a"]


@pytest.mark.parametrize(("code", "expected"), [(137, 3), (65, 1)])
def test_an_expression_decides_which_failures_are_tried_again(tmp_path, code, expected):
    strategy = {"limit": 2, "expression": "asInt(lastRetry.exitCode) not in [64, 65]"}
    played = Played(workflow(sh("x", f"echo x; exit {code}", retryStrategy=strategy)), tmp_path)
    assert played.log("wf").count("x\n") == expected


def test_an_output_that_is_missing_is_an_error_and_not_a_failure_for_the_policy(tmp_path):
    outputs = {"parameters": [{"name": "o", "valueFrom": {"path": "nothing.txt"}}]}
    for policy, expected in (("OnFailure", 1), ("OnError", 2), ("Always", 2)):
        pod = sh("x", "echo x", retryStrategy={"limit": 1, "retryPolicy": policy}, outputs=outputs)
        manifest = {**workflow(pod), "metadata": {"name": policy.lower()}}
        played = Played(manifest, tmp_path)
        assert (tmp_path / f"argo/runs/{policy.lower()}/logs/{policy.lower()}.log").read_text().count("x\n") == expected
        assert played.run.phase == "Error"


@pytest.mark.parametrize(
    ("retry", "limit", "last", "expected"),
    [
        (Retry(limit="2", policy="OnFailure", wait=3, factor=2), 9, attempt(2), 12.0),
        (Retry(limit="2", policy="OnFailure", wait=3, factor=2, longest_wait=5), 9, attempt(2), 5.0),
        (Retry(limit="2", policy="OnFailure", wait=3, factor=2, longest_wait=5), None, attempt(5000), 5.0),
        (Retry(limit="2", policy="OnFailure"), 2, attempt(2), "No more retries left"),
        (Retry(limit="2", policy="OnError"), 2, attempt(), "no"),
        (Retry(limit=None, policy="OnFailure"), None, attempt(99), 0.0),
        (Retry(limit=None, policy="Always", max_duration=1), None, attempt(), "Max duration limit exceeded"),
        (
            Retry(limit=None, policy="Always", wait=9, max_duration=5),
            None,
            attempt(),
            "Backoff would exceed max duration limit",
        ),
    ],
)
def test_limits_of_retries_are_those_of_argo(retry, limit, last, expected):
    assert seconds_to_wait(retry, limit, last) == expected


def test_a_number_that_is_none_is_an_error_of_the_task(tmp_path):
    pod = sh("x", "true", activeDeadlineSeconds="{{inputs.parameters.n}}", inputs=values(n="soon"))
    played = Played(workflow(pod), tmp_path)
    assert played.run.phase == "Error"
    assert "soon" in played.run.failures[0].message


@pytest.mark.parametrize("limit", [{"activeDeadlineSeconds": 1}, {"timeout": "300ms"}])
def test_a_task_that_takes_too_long_ends_with_all_its_processes(tmp_path, limit):
    played = Played(workflow(sh("slow", "sleep 60 & echo $! > child; wait", **limit)), tmp_path)
    assert played.run.failures[0].message == DEADLINE
    assert played.run.failures[0].exit_code == 143
    assert played.run.seconds < 4
    assert ends(int((tmp_path / "child").read_text()))


def test_what_a_task_leaves_running_ends_with_it(tmp_path):
    played = Played(workflow(sh("x", "sleep 60 & echo $! > child")), tmp_path)
    assert played.run.phase == "Succeeded"
    assert ends(int((tmp_path / "child").read_text()))


def test_a_task_that_ignores_the_request_to_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("argo_kedro.local.pod_run.GRACE", 0.2)
    played = Played(workflow(sh("deaf", "trap '' TERM; sleep 60", timeout="200ms")), tmp_path)
    assert played.run.failures[0].exit_code == 137


def test_a_timeout_counts_the_wait_for_room(tmp_path):
    main = dag("main", task("a", "slow"), task("b", "quick"), task("c", "slow", "a"), fail_fast=False)
    manifest = workflow(main, sh("slow", "sleep 0.4"), sh("quick", "true", timeout="100ms"), parallelism=1)
    played = Played(manifest, tmp_path)
    assert (played.phases["b"], played.nodes["b"]["message"]) == ("Failed", "timeout")
    assert played.phases["a"] == "Succeeded"


def test_a_task_that_took_too_long_is_tried_again(tmp_path):
    pod = sh("slow", "test {{retries}} = 1 || sleep 60", timeout="300ms", retryStrategy={"limit": 1})
    assert Played(workflow(pod), tmp_path).run.phase == "Succeeded"


def test_a_workflow_that_takes_too_long_ends_and_its_exit_handler_runs(tmp_path):
    main = dag("main", task("a", "slow"), task("b", "ok"), task("c", "ok", "a"))
    manifest = workflow(
        main, sh("slow", "sleep 60"), sh("ok", "true"), activeDeadlineSeconds=1, onExit="ok", parallelism=1
    )
    played = Played(manifest, tmp_path)
    assert played.phases == {"a": "Failed", "b": "Failed", "c": "Omitted", "onExit": "Succeeded"}
    assert played.run.message == "the workflow ran longer than its activeDeadlineSeconds (1)"
    assert played.run.phase == "Failed"
