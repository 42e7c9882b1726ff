"""A workflow as it stands, as a table; and what failed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from argo_kedro.model import Json
from argo_kedro.names import few
from argo_kedro.views.columns import table
from argo_kedro.views.documents import VERSION, Status
from argo_kedro.views.inputs import inputs_json, inputs_lines
from argo_kedro.views.progress import seconds_text
from argo_kedro.workflows import Reason, RunState, TaskState, inputs_of, reason
from argo_kedro.workflows.code import code_of
from argo_kedro.workflows.labels import shown

_SHOWN = 20  # tasks in a line
_HEAD = ("TASK", "STATE", "TIME", "MESSAGE")


def status_table(
    workflow: Json, state: RunState, labels: Mapping[str, str], waits: Mapping[str, Reason], now: datetime
) -> str:
    """The workflow in a line, what it was given, then each task that has begun, and how many have not."""
    rows = [_row(task, labels, waits, now) for task in state.tasks]
    lines = [_headline(state, now), *inputs_lines(inputs_of(workflow))]
    if rows:
        lines += ["", table([_HEAD, *rows])]
    begun = sum(task.tasks for task in state.tasks)
    if state.planned > begun:
        lines += ["", f"{state.planned - begun} more {'have not begun' if not state.over else 'did not begin'}."]
    codes = _codes(workflow, state)
    if len(codes) > 1:
        lines += ["", "Not all of it ran with one code:"]
        lines += [f"  {code or 'unknown'}: {_names(tasks, labels)}" for code, tasks in codes.items()]
    return "\n".join(lines)


def status_json(
    workflow: Json, state: RunState, labels: Mapping[str, str], waits: Mapping[str, Reason], now: datetime
) -> Status:
    """The same for programs."""
    return {
        "version": VERSION,
        "name": state.name,
        "namespace": state.namespace,
        "phase": state.phase,
        "message": reason(state.message).text,
        "seconds": round(state.seconds(now), 1),
        "planned": state.planned,
        **inputs_json(inputs_of(workflow)),
        "tasks": [
            {
                "task": task.path,
                "name": shown(task.path, labels),
                "phase": task.phase,
                "seconds": round(task.seconds(now), 1),
                "attempt": task.attempt + 1,
                "exit_code": int(task.exit_code) if task.exit_code.isdigit() else None,
                "message": _message(task, waits),
                "pod": task.pod,
                "code": code_of(workflow, task) or None,
            }
            for task in state.tasks
        ],
    }


def failures(state: RunState, labels: Mapping[str, str], most: int = 5, *, hints: bool = True) -> Iterator[str]:
    """Each task that failed: why, and the way out on a cluster."""
    for task in state.failed[:most]:
        found = reason(task.message)
        attempts = f" after {task.attempt + 1} attempts" if task.attempt else ""
        yield f"Task {shown(task.path, labels)} failed{attempts}: {found.text}"
        if found.hint and hints:
            yield f"  Hint: {found.hint}"
    if len(state.failed) > most:
        yield f"... and {len(state.failed) - most} more."


def _headline(state: RunState, now: datetime) -> str:
    succeeded = sum(task.tasks for task in state.tasks if task.phase == "Succeeded")
    words = [
        f"{state.name}: {state.phase or 'not looked at by Argo yet'}",
        f"{succeeded}/{state.planned} tasks succeeded",
    ]
    if state.began:
        words.append(seconds_text(state.seconds(now)))
    text = ", ".join(words)
    return f"{text}\n{reason(state.message).text}" if state.message else text


def _codes(workflow: Json, state: RunState) -> dict[str, list[TaskState]]:
    """The tasks that ran with each code."""
    found: dict[str, list[TaskState]] = {}
    for task in state.tasks:
        if task.phase not in ("Skipped", "Omitted"):
            found.setdefault(code_of(workflow, task), []).append(task)
    return found


def _names(tasks: Sequence[TaskState], labels: Mapping[str, str]) -> str:
    names = [shown(task.path, labels) for task in tasks]
    return few(names, _SHOWN)


def _row(task: TaskState, labels: Mapping[str, str], waits: Mapping[str, Reason], now: datetime) -> Sequence[str]:
    attempt = f" (attempt {task.attempt + 1})" if task.attempt else ""
    time = seconds_text(task.seconds(now)) if task.began and task.phase not in ("Skipped", "Omitted") else ""
    return f"{shown(task.path, labels)}{attempt}", task.phase.lower(), time, _message(task, waits)


def _message(task: TaskState, waits: Mapping[str, Reason]) -> str:
    found = waits.get(task.path)
    if found:
        return found.line
    return reason(task.message).text
