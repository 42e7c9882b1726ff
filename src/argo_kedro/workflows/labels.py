"""What people call the tasks of a workflow on a cluster: Kedro's names, kept with it where they differ from its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from argo_kedro.model import Json, text
from argo_kedro.names import stems
from argo_kedro.workflows.state import spec_of

_NAMES = "argo-kedro/names"  # annotation: task -> what people call it
_LISTS = ("nodes", "kedro_nodes")  # parameters of our pod templates
_LIMIT = 64_000  # bytes of it: all annotations of an object have 256 KiB


def labelled(workflow: Json, labels: Mapping[str, str]) -> dict[str, Any]:
    """The workflow with these labels of its tasks; without them where they are too many to keep."""
    kept = json.dumps({task: label for task, label in labels.items() if task != label}, separators=(",", ":"))
    if kept == "{}" or len(kept) > _LIMIT:
        return dict(workflow)
    metadata = workflow.get("metadata") or {}
    annotations = {**(metadata.get("annotations") or {}), _NAMES: kept}
    return {**workflow, "metadata": {**metadata, "annotations": annotations}}


def labels_of(workflow: Json) -> Mapping[str, str]:
    """The labels that were kept; else the readable part of each task's name."""
    try:
        kept = json.loads(text(workflow, "metadata", "annotations", _NAMES) or "null")
    except ValueError:  # annotations are anyone's to change
        kept = None
    if isinstance(kept, dict):
        return {str(task): str(label) for task, label in kept.items()}
    templates = spec_of(workflow).get("templates") or ()
    return stems({task["name"] for template in templates for task in (template.get("dag") or {}).get("tasks") or ()})


def shown(path: str, labels: Mapping[str, str]) -> str:
    """What to call a task: its label, else its path."""
    return labels.get(path) or labels.get(path.rpartition(".")[2]) or path


def names_of(path: str, labels: Mapping[str, str], nodes: Mapping[str, Collection[str]]) -> set[str]:
    """What a task may be called: by itself, with the group it is in, or by a node that it runs with others."""
    parts = path.split(".")
    names = {*parts, *(".".join(parts[:end]) for end in range(1, len(parts) + 1))}
    known = {labels[name] for name in names if name in labels}
    return names | known | {node for part in parts for node in nodes.get(part, ())}


def nodes_in(workflow: Json, parameters: Collection[str] = _LISTS) -> Mapping[str, tuple[str, ...]]:
    """The Kedro nodes that a task is told to run, by the task's name; a task that is told none is named by its node.

    Or what else it is told in a list, by the name of the parameter.
    """
    found = {}
    for template in spec_of(workflow).get("templates") or ():
        for task in (template.get("dag") or {}).get("tasks") or ():
            for parameter in (task.get("arguments") or {}).get("parameters") or ():
                if parameter.get("name") in parameters:
                    found[task["name"]] = tuple(str(parameter.get("value") or "").split(","))
    return found
