"""What the report of a run shows, as data: the tasks with their times, what they took, wrote and said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from argo_kedro.model import COMMIT, PROFILE, USER, DatasetUse, Json, text
from argo_kedro.names import few
from argo_kedro.views.debug import command_text
from argo_kedro.views.findings import Finding, machine_type
from argo_kedro.views.inputs import inputs_lines
from argo_kedro.views.plan_report import crossing
from argo_kedro.views.resources import requests_and_limits
from argo_kedro.workflows import Inputs, Reason, RunState, TaskState, inputs_of, labels_of, reason, run_state
from argo_kedro.workflows.attempts import grows
from argo_kedro.workflows.code import code_now
from argo_kedro.workflows.labels import nodes_in, shown
from argo_kedro.workflows.state import FAILED
from argo_kedro.workflows.timeline import PodTimes, stretches, usage_of
from argo_kedro.workflows.waiting import Waiting

_SHOWN = 5  # names in a note
_LINES = 40  # of a log that are shown
_LINES_OF_FAILED = 200
_LABELS = {"Pipelines": "argo-kedro/pipeline", "Env": "argo-kedro/env", "Profile": PROFILE, "Submitted by": USER}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a run besides the Workflow object."""

    where: str  # it ran
    on_cluster: bool = True
    pods: Mapping[str, PodTimes] = field(default_factory=dict)
    waits: Mapping[str, Reason] = field(default_factory=dict)  # why tasks have not begun, by their paths
    findings: Sequence[Finding] = ()  # of those tasks that were looked at closely
    machine_types: Collection[str] = ()  # of argo.yml
    uses: Sequence[DatasetUse] = ()  # datasets of the tasks, by their names
    notes: Sequence[str] = ()


def run_report(workflow: Json, known: Known, now: datetime) -> dict[str, Any]:
    """All that `page` shows of a run, here or on a cluster."""
    return _RunReport(workflow, known, now).all()


class _RunReport:
    def __init__(self, workflow: Json, known: Known, now: datetime) -> None:
        self._workflow, self._known, self._now = workflow, known, now
        self._state: RunState = run_state(workflow)
        self._inputs: Inputs = inputs_of(workflow)
        self._labels, self._nodes = labels_of(workflow), nodes_in(workflow)
        self._waiting = Waiting(workflow, self._state)
        self._critical = self._waiting.critical()
        begins = [task.began for task in self._state.tasks if task.began]  # a retry keeps tasks that began before it
        self._began = min([self._state.began or now, *begins])
        self._findings = {found.task.path: found for found in known.findings}

    def all(self) -> dict[str, Any]:
        state, why = self._state, reason(self._state.message)
        begun = {task.path: task for task in state.tasks}
        planned = self._waiting.planned()
        needs = self._needs(planned)
        return {
            "title": state.name,
            "subject": "run",
            "phase": state.phase,
            "message": why.text,
            "hint": why.hint if self._known.on_cluster else "",
            "began": self._began.isoformat(timespec="seconds") if state.began else "",
            "seconds": round(((state.ended or self._now) - self._began).total_seconds(), 3) if state.began else 0.0,
            "facts": [list(fact) for fact in self._facts()],
            "notes": list(self._notes()),
            "tasks": [
                self._task(path, begun.get(path), needs.get(path, ())) for path in dict.fromkeys([*planned, *begun])
            ],
            "datasets": list(self._datasets(planned)),
        }

    def _needs(self, planned: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """What each task waits for: by the data that it reads, where that is known, else by the DAGs.

        Where a DAG was parted into several, a task waits there for all of the DAG before, and not only for its data.
        """
        paths = {path.rpartition(".")[2]: path for path in planned}
        found: dict[str, dict[str, None]] = {path: {} for path in planned}
        for use in self._known.uses:
            for reader in use.consumers:
                if reader in paths and use.producer in paths:
                    found[paths[reader]][paths[use.producer]] = None
        of_data = {path: tuple(needs) for path, needs in found.items()}
        nested = {path for path in planned if "." in path}
        return {path: of_data[path] if path in nested and of_data[path] else before for path, before in planned.items()}

    def _task(self, path: str, task: TaskState | None, needs: Sequence[str]) -> dict[str, Any]:
        name = path.rpartition(".")[2]
        template = self._waiting.template(path)
        # After memory ran out a try may be on a larger machine type than the template names.
        grown = bool(task and task.attempt and template and grows(template.body))
        requests, limits = requests_and_limits(template.body if template and not grown else {})
        label = shown(path, self._labels)
        template_name = task.template if task else str((template.body if template else {}).get("name") or "")
        found = self._findings.get(path)
        why = found.why if found else self._known.waits.get(path) or reason(task.message if task else "")
        log = found.log.lines if found else ()
        shown_lines = log[-(_LINES_OF_FAILED if task and task.phase in FAILED else _LINES) :]
        return {
            "id": path,
            "name": label,
            "nodes": list(self._nodes.get(name) or (label,)),
            "needs": list(needs),
            "template": template_name,
            "machine_type": "" if grown else machine_type(template_name, self._known.machine_types),
            "pod": task.pod if task else "",
            "phase": task.phase if task else "",
            "attempt": task.attempt + 1 if task else 1,
            "exit_code": int(task.exit_code) if task and task.exit_code.isdigit() else None,
            "message": why.text,
            "hint": why.hint,
            "repeat": command_text(found) if found else "",
            "critical": path in self._critical,
            "spans": list(self._spans(path, task)) if task else [],
            "requests": requests,
            "limits": limits,
            "used": self._used(task),
            "log": list(shown_lines),
            "log_left_out": len(log) - len(shown_lines),
        }

    def _spans(self, path: str, task: TaskState) -> Iterator[dict[str, Any]]:
        first = task.tasks and not self._waiting.needs(path)  # a hook waits for what no DAG says
        ready = self._waiting.ready(path) or (self._state.began if first else None)
        again = self._state.began  # by the last retry: what was before it is no waiting
        if ready and again and task.began and ready < again <= task.began:
            ready = again
        for each in stretches(task, ready, self._known.pods, self._now):
            yield {
                "kind": each.kind,
                "name": each.name,
                "from": self._since(each.began),
                "to": self._since(each.ended),
                "attempt": each.attempt + 1,
            }

    def _since(self, time: datetime) -> float:
        return round((time - self._began).total_seconds(), 3)

    def _used(self, task: TaskState | None) -> dict[str, float | None]:
        """Of the last attempt that said so: mean cores, and bytes at the highest."""
        for attempt in reversed(task.attempts if task else ()):
            usage = usage_of(attempt, self._known.pods)
            if usage:
                seconds = ((attempt.ended or self._now) - usage.began).total_seconds()
                return {
                    "cpu": round(usage.cpu / seconds, 2) if seconds > 0 else None,
                    "memory": usage.memory or None,
                }
        return {"cpu": None, "memory": None}

    def _facts(self) -> Iterator[tuple[str, str]]:
        for name, label in _LABELS.items():
            value = text(self._workflow, "metadata", "labels", label)
            if value:
                yield name, value
        yield "Ran", self._known.where
        code = code_now(self._workflow) or text(self._workflow, "metadata", "labels", COMMIT)
        if code:
            yield "Code", code
        for line in inputs_lines(self._inputs):
            name, _, value = line.partition(": ")
            yield name, value
        yield "Report made", self._now.strftime("%Y-%m-%d %H:%M:%S UTC")

    def _notes(self) -> Iterator[str]:
        yield from self._known.notes
        unknown = [
            shown(task.path, self._labels)
            for task in self._state.tasks
            if task.attempts and task.ended and usage_of(task.attempts[-1], self._known.pods) is None
        ]
        if unknown:
            names = few(unknown, _SHOWN)
            yield f"Nodes' own times, memory and cores are not known of {names}: the pod is gone, or never said."

    def _datasets(self, planned: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        paths = {path.rpartition(".")[2]: path for path in planned}
        for use in self._known.uses:
            if use.producer and use.consumers:
                name = use.dataset.name
                pinned = self._inputs.save_version if use.dataset.versioned else ""
                yield crossing(use, self._inputs.load_versions.get(name, pinned), paths)
