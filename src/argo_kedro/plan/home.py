"""The registered pipeline that a task's process imports: the smallest that has all its nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from argo_kedro.names import unlistable
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.project import Selection
from argo_kedro.project.selection import DEFAULT


def homes(groups: Sequence[NodeGroup], pipelines: Mapping[str, Pipeline], selection: Selection) -> list[str]:
    """For each group a registered pipeline, or those that were selected, joined by commas.

    Importing one pipeline takes a fraction of the time that importing all of them takes, in each pod.
    """
    selected = ",".join(selection.pipelines)
    if selected != DEFAULT and len(selection.pipelines) == 1:
        return [selected] * len(groups)
    known = {name: pipeline for name, pipeline in pipelines.items() if name != DEFAULT and not unlistable(name)}
    by_size = sorted((len(pipeline.nodes), name) for name, pipeline in known.items())
    owners: dict[str, dict[str, Node]] = {}  # node name -> pipeline -> node, smallest pipeline first
    for _, name in by_size:
        for node in pipelines[name].nodes:
            owners.setdefault(node.name, {})[name] = node
    return [_home(group, owners, selected) for group in groups]


def _home(group: NodeGroup, owners: Mapping[str, Mapping[str, Node]], selected: str) -> str:
    first, *rest = group.nodes
    for name in owners.get(first.name, {}):
        if all(_same(node, owners.get(node.name, {}).get(name)) for node in (first, *rest)):
            return name
    return selected


def _same(node: Node, other: Node | None) -> bool:
    return other is not None and (node is other or (node == other and node.func is other.func))
