"""How far a workflow is, and what happened between two looks at it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from workflow_states import BEGAN, ENDED, NAME, node, packed, retry, template, workflow

from argo_kedro.errors import ClusterError
from argo_kedro.names import pod_name
from argo_kedro.workflows.changes import changes
from argo_kedro.workflows.state import RunState, TaskState, moment, run_state

NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
NESTED = (template("main", "pre", "grp", "post"), template("grp", "g1", "g2"), template("pre"), template("post"))


def tasks(*nodes: Any, phase: str = "Running", templates: Any = NESTED) -> dict[str, TaskState]:
    """The tasks of a workflow with these nodes."""
    return {task.path: task for task in run_state(workflow(phase, *nodes, templates=templates)).tasks}


def state(*nodes: Any, phase: str = "Running") -> RunState:
    return run_state(workflow(phase, *nodes, templates=NESTED))


def test_a_workflow_that_nobody_has_looked_at_has_no_phase_and_no_tasks() -> None:
    found = run_state(workflow("", templates=NESTED))
    assert (found.phase, found.tasks, found.over, found.planned, found.began) == ("", (), False, 4, None)
    assert found.seconds(NOON) == 0.0


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Error"])
def test_only_the_end_phases_of_argo_are_an_end(phase: str) -> None:
    assert state(phase=phase).over
    assert [state(phase=each).over for each in ("Pending", "Running", "Skipped", "Omitted", "Unknown")] == [False] * 5


def test_pods_are_tasks_and_groups_are_none() -> None:
    found = tasks(node("", "Running", "DAG", ["pre"]), node("pre"), node("grp", "Running", "DAG"), node("grp.g1"))
    assert list(found) == ["grp.g1", "pre"]
    assert (found["pre"].phase, found["pre"].pod) == ("Succeeded", pod_name(NAME, "pre", f"{NAME}.pre"))
    assert (found["pre"].began, found["pre"].ended) == (moment(BEGAN), moment(ENDED))
    assert found["pre"].seconds(NOON) == 10.0


def test_a_task_of_another_s_template_has_a_pod_called_by_that() -> None:
    reference = {"name": "platform", "template": "job"}
    found = tasks(node("pre", templateName=None, templateRef=reference))
    assert (found["pre"].template, found["pre"].pod) == ("job", pod_name(NAME, "job", f"{NAME}.pre"))


def test_a_task_with_attempts_is_one_task_that_tells_of_its_last() -> None:
    failed = ("Failed", "main: Error (exit code 3)")
    found = tasks(retry("g2", "Failed", failed, ("Error", "gone"), message="No more retries left"))
    assert list(found) == ["g2"]
    assert (found["g2"].phase, found["g2"].attempt, found["g2"].message) == ("Failed", 1, "gone")
    assert found["g2"].pod == pod_name(NAME, "g2", f"{NAME}.g2(1)")


@pytest.mark.parametrize(
    ("attempts", "phase"),
    [
        ([], "Pending"),
        (["Pending"], "Pending"),
        (["Running"], "Running"),
        (["Failed"], "Retrying"),
        (["Error", "Pending"], "Pending"),
        (["Failed", "Running"], "Running"),
        (["Succeeded"], "Succeeded"),
    ],
)
def test_a_task_with_attempts_is_where_its_last_attempt_is(attempts: list[str], phase: str) -> None:
    [found] = tasks(retry("g2", "Running", *attempts)).values()
    assert (found.phase, found.attempt) == (phase, max(0, len(attempts) - 1))


def test_the_message_of_a_task_without_an_attempt_is_its_own() -> None:
    [found] = tasks(retry("g2", "Error", message="pods is forbidden")).values()
    assert (found.phase, found.message, found.pod) == ("Error", "pods is forbidden", "")


def test_hooks_of_a_task_are_no_attempts_and_count_for_nothing() -> None:
    hook = node("g2.hooks.slack", "Succeeded", flags=["hooked"])
    exit_hook = node("g2.onExit", "Running", flags=["hooked"])
    found = tasks(
        retry("g2", "Running", "Failed", "Running", children=["g2.hooks.slack", "g2.onExit"]), hook, exit_hook
    )
    assert (found["g2"].phase, found["g2"].attempt, found["g2"].tasks) == ("Running", 1, 1)
    assert (found["g2.hooks.slack"].tasks, found["g2.onExit"].tasks) == (0, 0)


@pytest.mark.parametrize("flags", [["hooked"], []])
def test_an_exit_handler_counts_for_nothing_whatever_it_is(flags: list[str]) -> None:
    found = tasks(node("onExit", flags=flags), node("onExit.mail"), node("onExit(0)"), node("onExitment"))
    assert {path: task.tasks for path, task in found.items()} == {
        "onExit": 0,
        "onExit.mail": 0,
        "onExit(0)": 0,
        "onExitment": 1,
    }


def test_each_item_of_a_loop_is_a_task() -> None:
    items = ["each(0:a)", "each(1:b.c)"]
    found = tasks(
        node("each", "Running", "TaskGroup", items),
        node("each(0:a)"),
        retry("each(1:b.c)", "Running", "Failed", "Running"),
        node("other(2:{})", "Running", "DAG"),
        node("other(2:{}).in", "Pending"),
    )
    assert sorted(found) == ["each(0:a)", "each(1:b.c)", "other(2:{}).in"]
    assert (found["each(1:b.c)"].attempt, found["other(2:{}).in"].phase) == (1, "Pending")


def test_a_dag_that_is_tried_again_tells_of_its_tasks_only() -> None:
    inner = node("grp(0)", "Failed", "DAG", flags=["retried"])
    again = node("grp(1)", "Running", "DAG", flags=["retried"])
    found = tasks(
        node("grp", "Running", "Retry", ["grp(0)", "grp(1)"]),
        inner,
        node("grp(0).g1", "Failed"),
        again,
        node("grp(1).g1"),
    )
    assert {path: task.phase for path, task in found.items()} == {"grp(0).g1": "Failed", "grp(1).g1": "Succeeded"}


def test_a_dag_that_is_skipped_stands_for_all_its_pods() -> None:
    skipped = node("grp", "Omitted", "Skipped", message="omitted: depends condition not met")
    found = tasks(node("pre", "Skipped", "Skipped"), skipped)
    assert (found["pre"].tasks, found["grp"].tasks, found["grp"].phase) == (1, 2, "Omitted")


def test_a_template_that_calls_itself_is_counted_once() -> None:
    loop = (template("main", "a", "main"), template("a"))
    assert run_state(workflow("Running", templates=loop)).planned == 2


def test_a_workflow_of_one_pod_is_its_only_task() -> None:
    only = {**node("", "Failed"), "message": "main: OOMKilled (exit code 137)", "outputs": {"exitCode": "137"}}
    found = run_state(workflow("Failed", only, templates=[template("main")]))
    [task] = found.tasks
    assert (task.path, task.pod, task.exit_code, found.planned) == (NAME, NAME, "137", 1)
    assert found.failed == (task,)


def test_a_workflow_from_a_template_is_read_by_the_spec_that_it_keeps() -> None:
    document = workflow("Running", node("grp", "Omitted", "Skipped"))
    document["spec"] = {"workflowTemplateRef": {"name": "flights"}}
    assert run_state(document).planned == 0
    document["status"]["storedWorkflowTemplateSpec"] = {"entrypoint": "main", "templates": list(NESTED)}
    found = run_state(document)
    assert (found.planned, found.tasks[0].tasks) == (4, 2)


def test_packed_nodes_are_the_same_nodes() -> None:
    document = workflow("Running", node("pre"), retry("g2", "Running", "Failed"), templates=NESTED)
    assert run_state(packed(document)) == run_state(document)


def test_nodes_that_are_kept_elsewhere_are_told() -> None:
    document = workflow("Running", offloadNodeStatusVersion="fnv:1")
    with pytest.raises(ClusterError, match="database"):
        run_state(document)


def test_a_time_that_is_not_there_yet_is_none() -> None:
    assert (moment(None), moment("")) == (None, None)
    assert moment("2026-11-21T09:00:00+01:00") == moment("2026-11-21T08:00:00Z")


# What happened between two looks -------------------------------------------------------------------------------------


def told(before: RunState | None, after: RunState) -> list[tuple[str, str, int]]:
    return [(event.task, event.phase, event.attempt) for event in changes(before, after)]


def test_the_first_look_tells_all_that_began_and_nothing_that_waits() -> None:
    found = state(node("pre"), node("grp.g1", "Running"), node("grp.g2", "Pending"), node("post", "Omitted", "Skipped"))
    assert sorted(told(None, found)) == [("grp.g1", "Running", 0), ("post", "Omitted", 0), ("pre", "Succeeded", 0)]


def test_what_stays_as_it_is_is_not_told_again() -> None:
    before = state(node("pre", "Running"), node("grp.g1", "Running"))
    after = state(node("pre"), node("grp.g1", "Running"), node("grp.g2", "Pending"))
    assert told(before, after) == [("pre", "Succeeded", 0)]
    assert told(after, after) == []


def test_each_attempt_is_told_by_its_number() -> None:
    steps = [["Running"], ["Failed"], ["Failed", "Pending"], ["Failed", "Running"], ["Failed", "Succeeded"]]
    looks = [state(retry("g2", "Succeeded" if "Succeeded" in step else "Running", *step)) for step in steps]
    events = [told(before, after) for before, after in zip([None, *looks], looks, strict=False)]
    assert events == [
        [("g2", "Running", 0)],
        [("g2", "Retrying", 0)],
        [],
        [("g2", "Running", 1)],
        [("g2", "Succeeded", 1)],
    ]
    assert told(looks[0], looks[3]) == [("g2", "Running", 1)]


def test_a_failure_is_told_with_its_reason_and_how_long_it_took() -> None:
    [event] = changes(None, state(node("pre", "Failed", message="main: Error (exit code 4): node a: ValueError: no\n")))
    assert "node a: ValueError: no" in event.message
    assert (event.template, event.seconds, event.tasks) == ("pre", 10.0, 1)
