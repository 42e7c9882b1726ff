"""All that is known of one task: why it failed or waits, what it was given, and how to repeat it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from argo_kedro.local.repeating import Repeat, repeat
from argo_kedro.model import COMMIT, Json, text
from argo_kedro.names import k8s_name
from argo_kedro.workflows import Reason, RunState, TaskState, labels_of, reason
from argo_kedro.workflows.attempts import TaskNode, kept_before, task_node
from argo_kedro.workflows.code import code_of
from argo_kedro.workflows.labels import shown
from argo_kedro.workflows.told import Frame, TaskLog, Told, frames, loaded, saved, told

Log = Callable[[TaskState], TaskLog]
_NUMBERED = re.compile(r"-\d+\Z")


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where findings come from."""

    document: Json
    state: RunState
    waits: Mapping[str, Reason]
    log: Log  # the end of what a task wrote
    package: str  # of the project
    in_pods: bool  # whether it ran on a cluster
    code_here: str  # that of the project as it is here, in the words that the run has for its own
    machine_types: Collection[str]  # names of those in argo.yml
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is known of one task."""

    task: TaskState
    label: str
    node: TaskNode
    why: Reason
    told: Told
    seconds: float
    frames: Sequence[Frame]
    loaded: Sequence[str]
    saved: Sequence[str]
    log: TaskLog
    machine_type: str  # empty where nobody knows
    image: str  # empty where it ran in none
    code: str
    code_here: str  # empty where it is the same, or cannot be compared
    repeat: Repeat


def findings(source: Source, tasks: Sequence[TaskState]) -> list[Finding]:
    """What is known of these tasks."""
    labels = labels_of(source.document)
    return [_finding(source, task, shown(task.path, labels)) for task in tasks]


def _finding(source: Source, task: TaskState, label: str) -> Finding:
    document, node, said = source.document, task_node(source.document, task), told(task.message)
    log = source.log(task)
    # On a cluster the image is what tells one code from another: the commit is that of the submission.
    code = text(document, "metadata", "labels", COMMIT) if source.in_pods else code_of(document, task)
    why = source.waits.get(task.path) or reason(task.message)
    return Finding(
        task=task,
        label=label,
        node=node,
        why=why if source.in_pods else replace(why, hint=""),  # hints are about clusters
        told=said,
        seconds=task.seconds(source.now),
        frames=frames(log.lines, source.package),
        loaded=loaded(log.lines),
        saved=saved(log.lines),
        log=log,
        machine_type=machine_type(task.template, source.machine_types),
        image=text(node.container, "image") if source.in_pods else "",
        code=code,
        code_here=source.code_here if code and source.code_here != code else "",
        repeat=repeat(document, node, label=label, saving=said.saving, kept=kept_before(document, task)),
    )


def machine_type(template: str, known: Collection[str]) -> str:
    """The machine type that a template is named after, see `plan.pods.shapes`; empty if it is none of these."""
    for name in (template, _NUMBERED.sub("", template)):
        found = [each for each in known if k8s_name(each) == name or name.endswith(f"-{k8s_name(each)}")]
        if found:
            return max(found, key=lambda each: (k8s_name(each) == name, len(each)))
    return ""
