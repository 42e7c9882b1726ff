"""Pods and their logs for the fake cluster, and what is shown of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from fake_cluster import FakeCluster

from argo_kedro.cluster.following import Clock
from argo_kedro.cluster.logs import LogLine, lines
from argo_kedro.events import Notice
from argo_kedro.names import node_id

QUICK = Clock(now=lambda: time.monotonic() * 50, sleep=lambda seconds: time.sleep(seconds / 50))
EMISSARY = 'time=2026-11-21T08:00:30.487Z level=INFO msg="{}" argo=true {}'
EXITED = EMISSARY.format("sub-process exited", 'error="exit status 3"')


def at(second: float, text: str = "") -> str:
    """A line as the cluster sends it."""
    return f"2026-11-21T08:00:{second:012.9f}Z {text}"


def workflow(*tasks: str, phase: str = "Running", nodes: Iterable[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    dag = {"tasks": [{"name": task, "template": "t"} for task in tasks]}
    return {
        "metadata": {"name": "wf", "annotations": more},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "dag": dag}, {"name": "t", "container": {}}]},
        "status": {"phase": phase, "nodes": {node["id"]: node for node in nodes}},
    }


def node(path: str, phase: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {"id": node_id("wf", f"wf.{path}"), "name": f"wf.{path}", "type": "Pod", "phase": phase, **more}


def pod(path: str, *, began: int = 0, code: int | None = 0, **more: Any) -> dict[str, Any]:
    """A pod that ended, that runs (no exit code), or whose status is given."""
    since = f"2026-11-21T08:00:{began:02}Z"
    state = (
        {"running": {"startedAt": since}} if code is None else {"terminated": {"startedAt": since, "exitCode": code}}
    )
    status: dict[str, Any] = {"phase": "Running" if code is None else "Failed" if code else "Succeeded"}
    status["containerStatuses"] = [{"name": "wait", "state": {}}, {"name": "main", "state": state}]
    notes = {"workflows.argoproj.io/node-name": f"wf.{path}"}
    notes["workflows.argoproj.io/node-id"] = node_id("wf", f"wf.{path}")
    labels = {"workflows.argoproj.io/workflow": "wf"}
    return {"metadata": {"name": path, "uid": path, "labels": labels, "annotations": notes}, "status": status, **more}


def of(found: Iterable[LogLine | Notice]) -> list[tuple[str, str]]:
    return [(each.label, each.text) for each in found if isinstance(each, LogLine)]


def notices(found: Iterable[LogLine | Notice]) -> list[str]:
    return [each.message for each in found if isinstance(each, Notice)]


def end_of(cluster: FakeCluster, *pods: dict[str, Any]) -> Any:
    """The pods end, and the workflow with them; an answer, or a thing that happens in a log."""

    def end(usual: Any = lambda: None) -> Any:
        cluster.put("pods", *pods)
        cluster.put("workflows", {**cluster.objects["workflows"]["wf"], "status": {"phase": "Succeeded"}})
        return usual()

    return end


def texts(log: list[Any], **more: Any) -> list[str]:
    """What is shown of one pod's log."""
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", **more)])
    cluster.logs["a"] = log
    return [text for _, text in of(lines(cluster, "wf", clock=QUICK))]
