"""What happened between two looks at a workflow, as the events that a local run tells too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from argo_kedro.events import ENDED, TaskChanged
from argo_kedro.workflows.reasons import reason
from argo_kedro.workflows.state import RunState, TaskState


def changes(before: RunState | None, after: RunState) -> Iterator[TaskChanged]:
    """The tasks that began, ended, or will be tried again, in the order in which they began."""
    known = {task.path: task for task in before.tasks} if before else {}
    now = datetime.now(timezone.utc)
    for task in after.tasks:
        old = known.get(task.path)
        if old and (old.phase, old.attempt) == (task.phase, task.attempt):
            continue
        if task.phase in ("Running", "Retrying") or task.phase in ENDED:
            yield changed(task, task.phase, _words(task), task.seconds(now))


def changed(task: TaskState, phase: str, message: str, seconds: float = 0.0) -> TaskChanged:
    """The event of a task."""
    return TaskChanged(
        task=task.path,
        template=task.template,
        phase=phase,
        attempt=task.attempt,
        seconds=seconds,
        message=message,
        tasks=task.tasks,
    )


def _words(task: TaskState) -> str:
    if task.phase in ("Failed", "Error", "Retrying"):
        return reason(task.message).text
    return task.message.removeprefix("omitted: ")  # the phase says that
