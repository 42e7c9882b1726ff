"""The nodes behind one task: what it was given, and the template that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argo_kedro.model import Json, text
from argo_kedro.workflows.nodes import is_attempt, nodes
from argo_kedro.workflows.state import TaskState, attempts_of, moment, spec_of, task_path


@dataclass(frozen=True, kw_only=True)
class TaskNode:
    """A task, as its nodes tell it."""

    task: str  # its name within its DAG
    name: str  # of the node of its last attempt
    inputs: Mapping[str, str]
    template: Json  # empty where the workflow does not hold it
    host: str  # the cluster node that it ran on
    attempts: int

    @property
    def container(self) -> Json:
        """What its template says of the container; empty where it has none."""
        found = self.template.get("container")
        return found if isinstance(found, Mapping) else {}

    @property
    def grows(self) -> bool:
        """Whether a try after memory ran out is on a larger machine type than the one that the template names."""
        return grows(self.template)


def grows(template: Json) -> bool:
    """Whether a try after memory ran out is on a larger machine type than the one that this template names."""
    return "retries" in text(template, "podSpecPatch")


def task_node(workflow: Json, task: TaskState) -> TaskNode:
    """What the workflow says of this task."""
    name, found = text(workflow, "metadata", "name"), nodes(workflow)
    whole = [node for node in found.values() if task_path(name, node) == task.path and not is_attempt(node)]
    node: Json = whole[0] if whole else {}
    attempts = attempts_of(node, found)
    last = attempts[-1] if attempts else node
    return TaskNode(
        task=task.path.rpartition(".")[2],
        name=text(last, "name"),
        inputs=_inputs(last) or _inputs(node),
        template=_template(workflow, node, task.template),
        host=text(last, "hostNodeName"),
        attempts=len(attempts) or 1,
    )


def kept_before(workflow: Json, task: TaskState) -> set[str]:
    """The datasets in memory that other tasks had kept in the storage of the run when this one began."""
    found: set[str] = set()
    for node in nodes(workflow).values():
        ended = moment(node.get("finishedAt"))
        if text(node, "phase") == "Succeeded" and ended and task.began and ended <= task.began:
            found.update(filter(None, _inputs(node).get("spilled", "").split(",")))
    return found


def _inputs(node: Json) -> dict[str, str]:
    listed = (node.get("inputs") or {}).get("parameters") or ()
    return {str(each.get("name")): str(each.get("value") or "") for each in listed}


def _template(workflow: Json, node: Json, name: str) -> Json:
    """A template of the workflow's own, or one that the controller has stored with it."""
    reference, scope = node.get("templateRef") or {}, text(node, "templateScope")
    if reference:
        scope = f"{'cluster' if reference.get('clusterScope') else 'namespaced'}/{reference.get('name')}"
    stored: Mapping[str, Json] = (workflow.get("status") or {}).get("storedTemplates") or {}
    own = {each.get("name"): each for each in spec_of(workflow).get("templates") or ()}
    return stored.get(f"{scope}/{name}") or ({} if reference else own.get(name) or {})
