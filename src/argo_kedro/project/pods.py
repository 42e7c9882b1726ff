"""A pipeline in which every node shows its pod to whoever draws pipelines, such as Kedro-Viz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from argo_kedro.model import Task, Workflow


def with_pods(
    pipeline: Pipeline, workflow: Workflow, labels: Mapping[str, str], *, as_namespaces: bool = False
) -> Pipeline:
    """The same nodes, with tags for their pod and its machine type beside their own. It is made to be looked at.

    Args:
        pipeline: What the workflow was planned of.
        workflow: The plan.
        labels: What people call each task.
        as_namespaces: Whether a pod of several nodes is their namespace, in place of the project's own ones.
    """
    task_of = {name: task for task in workflow.tasks for name in task.nodes}
    return Pipeline([_in_pod(node, task_of[node.name], labels, as_namespaces) for node in pipeline.nodes])


class _InPod(Node):
    """A node as it is drawn: under its own name, whatever its tags and its namespace say.

    Kedro takes fewer characters for tags than there are in names of tasks; nobody selects by these.
    """

    _shown_name: str
    _shown_tags: frozenset[str]
    _shown_namespace: str | None

    @property
    def name(self) -> str:
        return self._shown_name

    @property
    def namespace(self) -> str | None:
        return self._shown_namespace

    @property
    def tags(self) -> set[str]:
        return set(self._shown_tags)

    def _copy(self, **overwrite_params: Any) -> Node:
        # Kedro copies every node that goes into a Pipeline, to add the tags of that; here there are none.
        return self


def _in_pod(node: Node, task: Task, labels: Mapping[str, str], as_namespaces: bool) -> Node:
    tags = {f"pod: {labels[task.name]}", *node.tags}
    if task.machine_type.value:
        tags.add(f"machine type: {task.machine_type.value}")
    own = {"_shown_name": node.name, "_shown_tags": frozenset(tags), "_shown_namespace": node.namespace}
    if as_namespaces:  # collapsed, the picture is the DAG of the workflow: a task of one node stands alone
        own |= {"_shown_namespace": _box(task, labels[task.name]) if len(task.nodes) > 1 else None, "_name": node.name}
    twin = object.__new__(_InPod)
    twin.__dict__.update({**node.__dict__, **own})
    return twin


def _box(task: Task, label: str) -> str:
    """The name of a namespace for a task; a dot in it would put it inside of another one."""
    return task.name if "." in label else label
