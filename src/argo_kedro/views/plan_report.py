"""What the report of a plan shows, as data: the tasks before they run, with the times that an earlier run tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.model import DatasetUse, Task, Workflow
from argo_kedro.views.comparison import POD_SECONDS, Times, beginnings, longest_row, times_text
from argo_kedro.views.explanation import command_line, travels
from argo_kedro.views.resources import requests_and_limits


def plan_report(workflow: Workflow, times: Times) -> dict[str, Any]:
    """All that `page` shows of a plan.

    Args:
        workflow: The plan.
        times: How long nodes take, by an earlier run or by a guess.
    """
    templates = {template.name: template.body for template in workflow.templates}
    began = beginnings(workflow, times)
    critical = _critical(workflow, times, began)
    names = {task.name: task.name for task in workflow.tasks}
    nodes = {node for task in workflow.tasks for node in task.nodes}
    return {
        "title": workflow.name,
        "subject": "plan",
        "phase": "",
        "message": "",
        "began": "",
        "seconds": longest_row(workflow, times),
        "facts": [
            ["Pipelines", ", ".join(workflow.pipelines)],
            ["Env", workflow.env],
            *([["Namespace", workflow.namespace]] if workflow.namespace else []),
            *[["Load version", f"{name}:{version}"] for name, version in workflow.load_versions.items()],
        ],
        "notes": [times_text(times.assumed(nodes)), *workflow.notes],
        "tasks": [
            _task(task, workflow, templates.get(task.template, {}), critical=task.name in critical)
            | {"spans": list(_spans(task, times, began[task.name]))}
            for task in workflow.tasks
        ],
        "datasets": [crossing(use, "", names) for use in workflow.boundaries],
    }


def crossing(use: DatasetUse, version: str, paths: Mapping[str, str]) -> dict[str, Any]:
    """A dataset that one task writes and others read, by the paths of tasks."""
    return {
        "name": use.dataset.name,
        "producer": paths.get(use.producer, ""),
        "consumers": [paths[name] for name in use.consumers if name in paths],
        "travels": travels(use.dataset),
        "version": version,
    }


def _task(task: Task, workflow: Workflow, template: Mapping[str, Any], *, critical: bool) -> dict[str, Any]:
    requests, limits = requests_and_limits(template)
    return {
        "id": task.name,
        "name": task.group or task.nodes[0],
        "nodes": list(task.nodes),
        "needs": list(task.needs),
        "template": task.template,
        "machine_type": task.machine_type.value,
        "phase": "",
        "repeat": command_line(task, workflow),
        "critical": critical,
        "requests": requests,
        "limits": limits,
    }


def _critical(workflow: Workflow, times: Times, began: Mapping[str, float]) -> set[str]:
    tasks = {task.name: task for task in workflow.tasks}

    def end(name: str) -> float:
        return began[name] + times.of(tasks[name])

    found: set[str] = set()
    name = max(tasks, key=end, default="")
    while name:
        found.add(name)
        name = max(tasks[name].needs, key=end, default="")
    return found


def _spans(task: Task, times: Times, began: float) -> Iterator[dict[str, Any]]:
    at = began + POD_SECONDS
    yield {"kind": "start", "name": "", "from": began, "to": at, "attempt": 1}
    for node in task.nodes:
        until = at + times.of_node(node)
        yield {"kind": "node", "name": node, "from": round(at, 3), "to": round(until, 3), "attempt": 1}
        at = until
