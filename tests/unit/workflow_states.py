"""Workflow objects as Argo's controller leaves them: nodes by their names, with what the tests do not care about."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from argo_kedro.names import node_id

NAME = "demo-x"
BEGAN = "2026-11-21T08:00:00Z"
ENDED = "2026-11-21T08:00:10Z"
OVER = ("Succeeded", "Failed", "Error", "Skipped", "Omitted")


def node(name: str, phase: str = "Succeeded", type: str = "Pod", children: Iterable[str] = (), **more: Any) -> Any:
    """A node; its name and its children's without the workflow's in front, the empty name for the workflow itself."""
    full, flags = _full(name), more.pop("flags", ())
    times = {} if phase == "Pending" else {"startedAt": BEGAN}
    found = {
        "id": node_id(NAME, full),
        "name": full,
        "displayName": name.rpartition(".")[2],
        "type": type,
        "templateName": name.rpartition(".")[2].partition("(")[0] or "main",
        "phase": phase,
        "children": [node_id(NAME, _full(child)) for child in children],
        **times,
        **({"finishedAt": ENDED} if phase in OVER else {}),
        **({"nodeFlag": dict.fromkeys(flags, True)} if flags else {}),
        **more,
    }
    return {key: value for key, value in found.items() if value is not None}


def moment(seconds: float) -> str:
    """So many seconds after the workflow began."""
    time = datetime.fromisoformat(BEGAN.replace("Z", "+00:00")) + timedelta(seconds=seconds)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ran(name: str, began: float, ended: float, *children: str, type: str = "Pod", **more: Any) -> Any:
    """A node that ran from one second to another."""
    return node(name, type=type, children=children, startedAt=moment(began), finishedAt=moment(ended), **more)


def retry(name: str, phase: str, *attempts: Any, **more: Any) -> list[Any]:
    """A task with a retryStrategy, and its attempts: each is a phase, or a phase and a message."""
    pairs = [attempt if isinstance(attempt, tuple) else (attempt, "") for attempt in attempts]
    names = [f"{name}({number})" for number in range(len(pairs))]
    return [
        node(name, phase, "Retry", [*names, *more.pop("children", ())], **more),
        *(
            node(each, state, flags=["retried"], message=message, templateName=name.rpartition(".")[2])
            for each, (state, message) in zip(names, pairs, strict=True)
        ),
    ]


def template(name: str, *tasks: str) -> dict[str, Any]:
    """A DAG of tasks that have the names of their templates; a pod without any."""
    if not tasks:
        return {"name": name, "container": {"image": "any"}}
    return {"name": name, "dag": {"tasks": [{"name": task, "template": task} for task in tasks]}}


def workflow(
    phase: str, *nodes: Any, templates: Iterable[Mapping[str, Any]] = (), version: int = 1, **status: Any
) -> dict[str, Any]:
    """A Workflow object; its entrypoint is `main`."""
    flat = [one for each in nodes for one in (each if isinstance(each, list) else [each])]
    times = {**({"startedAt": BEGAN} if phase else {}), **({"finishedAt": ENDED} if phase in OVER else {})}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": NAME,
            "namespace": "blue",
            "uid": "uid-1",
            "resourceVersion": str(version),
            "creationTimestamp": BEGAN,
        },
        "spec": {"entrypoint": "main", "templates": list(templates)},
        "status": {"phase": phase, **times, "nodes": {each["id"]: each for each in flat}, **status} if phase else {},
    }


def packed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with its nodes packed as the controller packs them once they are many."""
    status = dict(document["status"])
    content = gzip.compress(json.dumps(status.pop("nodes")).encode())
    return {**document, "status": {**status, "compressedNodes": base64.b64encode(content).decode()}}


def _full(name: str) -> str:
    return f"{NAME}.{name}" if name else NAME
