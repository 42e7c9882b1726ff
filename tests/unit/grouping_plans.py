"""Plans by a strategy of `runner.group_by`."""

from __future__ import annotations

from typing import Any

from argo_kedro.model import Workflow
from argo_kedro.pipeline import Node

BIG = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
OWN = "template: {templates: [{name: own, container: {command: [sh]}}]}\n"


def by(how: str, more: str = "") -> str:
    """argo.yml with this strategy, and more."""
    return f"{more}runner: {{group_by: {how}}}"


def groups(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    """The nodes of each task, by what people call it."""
    return {task.group or task.nodes[0]: task.nodes for task in workflow.tasks}


def on(machine_type: str, name: str, inputs: Any, outputs: Any, **more: Any) -> Node:
    """A node of this machine type."""
    return Node(len, inputs, outputs, name=name, machine_type=machine_type, **more)
