"""How far a workflow is: its tasks, read from the object that Argo's controller, or a local run, keeps up to date.

What happened is judged by nodes, never by pods: a pod whose sidecar was ended counts as failed for Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from argo_kedro.model import Json, text
from argo_kedro.names import pod_name
from argo_kedro.usage import USAGE
from argo_kedro.workflows.nodes import hooked, is_attempt, nodes

END_PHASES = frozenset({"Succeeded", "Failed", "Error"})
FAILED = frozenset({"Failed", "Error"})
_EXECUTED = frozenset({"Pod", "HTTP", "Plugin", "Suspend"})
_ATTEMPT = re.compile(r"\(\d+\)\Z")


@dataclass(frozen=True, kw_only=True)
class Span:
    """When something began and ended, as far as it has."""

    began: datetime | None = None
    ended: datetime | None = None

    def seconds(self, now: datetime) -> float:
        """How long it took, or has taken until now."""
        return max(0.0, ((self.ended or now) - self.began).total_seconds()) if self.began else 0.0


@dataclass(frozen=True, kw_only=True)
class AttemptState(Span):
    """One attempt at a task: one pod, or one process here."""

    phase: str
    message: str = ""
    exit_code: str = ""
    pod: str = ""
    usage: str = ""  # the line of `usage.py`, where a local run keeps it


@dataclass(frozen=True, kw_only=True)
class TaskState(Span):
    """A task as it stands; it began with its first attempt."""

    path: str  # `outer.inner` within a nested DAG
    template: str
    phase: str  # Argo's: Pending, Running, Succeeded, Failed, Error, Skipped, Omitted; and Retrying between attempts
    message: str = ""
    attempt: int = 0  # from 0
    exit_code: str = ""
    pod: str = ""  # of its last attempt
    tasks: int = 1  # pods it stands for: all of a DAG that was skipped, none of a hook
    attempts: tuple[AttemptState, ...] = ()  # none of what no pod ran


@dataclass(frozen=True, kw_only=True)
class RunState(Span):
    """A workflow as it stands."""

    name: str
    namespace: str
    phase: str  # empty until the controller has looked at it
    message: str
    tasks: tuple[TaskState, ...]  # those that have a node, in the order in which they began
    planned: int  # pods in all, as far as the spec tells

    @property
    def over(self) -> bool:
        """Whether it came to an end."""
        return self.phase in END_PHASES

    @property
    def failed(self) -> tuple[TaskState, ...]:
        """The tasks that failed."""
        return tuple(task for task in self.tasks if task.phase in FAILED)


def run_state(workflow: Json) -> RunState:
    """Read a Workflow object."""
    metadata, status = workflow.get("metadata") or {}, workflow.get("status") or {}
    pods = _pods(spec_of(workflow))
    return RunState(
        name=metadata.get("name") or "",
        namespace=metadata.get("namespace") or "",
        phase=status.get("phase") or "",
        message=status.get("message") or "",
        began=moment(status.get("startedAt")),
        ended=moment(status.get("finishedAt")),
        tasks=tuple(_tasks(metadata.get("name") or "", nodes(workflow), pods)),
        planned=pods.get(spec_of(workflow).get("entrypoint") or "", 0),
    )


def spec_of(workflow: Json) -> Mapping[str, Any]:
    """The spec that counts: that of the WorkflowTemplate, as the workflow keeps it, where it comes from one."""
    stored = (workflow.get("status") or {}).get("storedWorkflowTemplateSpec")
    return stored or workflow.get("spec") or {}


def moment(text: Any) -> datetime | None:
    """A time as Kubernetes writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc) if text else None


def _pods(spec: Mapping[str, Any]) -> dict[str, int]:
    """How many pods each template stands for."""
    templates = {template.get("name"): template for template in spec.get("templates") or ()}
    found: dict[str, int] = {}

    def count(name: Any) -> int:
        if name not in found:
            found[name] = 1  # of a template that calls itself, or is not here
            tasks = ((templates.get(name) or {}).get("dag") or {}).get("tasks")
            if tasks is not None:
                found[name] = sum(count(task.get("template")) for task in tasks)
        return found[name]

    for name in templates:
        count(name)
    return found


def _tasks(workflow: str, found: Mapping[str, Json], pods: Mapping[str, int]) -> Iterator[TaskState]:
    ordered = sorted(found.values(), key=lambda node: (node.get("startedAt") or "~", node.get("name") or ""))
    for node in ordered:
        kind = node.get("type")
        children = attempts_of(node, found) if kind == "Retry" else []
        if is_attempt(node):
            continue  # an attempt: its Retry node stands for it
        if kind in _EXECUTED or kind == "Skipped" or (kind == "Retry" and all(_is_pod(child) for child in children)):
            yield _task(workflow, node, children, pods)


def attempts_of(node: Json, found: Mapping[str, Json]) -> list[Json]:
    """The attempts of a Retry: hooks are its children too."""
    children = [found[each] for each in node.get("children") or () if each in found]
    return [child for child in children if _ATTEMPT.fullmatch(child["name"].removeprefix(node["name"]))]


def _is_pod(node: Json) -> bool:
    return node.get("type") in _EXECUTED


def _task(workflow: str, node: Json, attempts: Sequence[Json], pods: Mapping[str, int]) -> TaskState:
    last = attempts[-1] if attempts else node
    own, referred = text(node, "templateName"), text(node, "templateRef", "template")
    return TaskState(
        path=task_path(workflow, node),
        template=own or referred,
        phase=_phase(node, last),
        message=last.get("message") or node.get("message") or "",
        began=moment(node.get("startedAt")),
        ended=moment(node.get("finishedAt")),
        attempt=max(0, len(attempts) - 1),
        exit_code=(last.get("outputs") or {}).get("exitCode") or "",
        pod=pod_name(workflow, own or referred, last.get("name") or "") if _is_pod(last) else "",
        tasks=0 if _is_hook(workflow, node) else pods.get(own, 1) if node.get("type") == "Skipped" else 1,
        attempts=tuple(
            AttemptState(
                phase=str(each.get("phase") or ""),
                message=str(each.get("message") or ""),
                exit_code=text(each, "outputs", "exitCode"),
                pod=pod_name(workflow, own or referred, each.get("name") or ""),
                usage=text(each, USAGE),
                began=moment(each.get("startedAt")),
                ended=moment(each.get("finishedAt")),
            )
            for each in attempts or [node]
            if _is_pod(each)
        ),
    )


def _phase(node: Json, last: Json) -> str:
    """A Retry node runs while its attempt waits for a place, and while the next one waits for its time."""
    if node.get("finishedAt") or node.get("type") != "Retry":
        return str(node.get("phase") or "Pending")
    phase = str(last.get("phase") or "Pending")
    return "Retrying" if phase in FAILED else "Pending" if last is node else phase


def task_path(workflow: str, node: Json) -> str:
    """The path of a node's task: without the workflow's name in front, and without the number of the attempt."""
    name = str(node.get("name") or "")
    if is_attempt(node):
        name = _ATTEMPT.sub("", name)
    return name.removeprefix(f"{workflow}.")


def _is_hook(workflow: str, node: Json) -> bool:
    """Whether it is an exit handler, or another hook: the plan does not count it."""
    name = str(node.get("name") or "")
    below = name.removeprefix(f"{workflow}.onExit")
    return hooked(node) or (below != name and below[:1] in ("", ".", "(", "["))
