"""The record of a local run: one object in the shape of an Argo Workflow, one log for each task."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from argo_kedro.names import node_id

RUNS = Path("argo", "runs")
_REST = 0.3  # seconds between two writes
_SHARE = 20  # writing may take a twentieth of the time
_DONE = frozenset({"Succeeded", "Failed", "Error"})


def now() -> str:
    """The time as the record writes it: RFC 3339 in UTC, to the millisecond, since local tasks are short."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log_path(record: Path, task: str) -> Path:
    """The log of a task: one folder for each DAG on its path."""
    *outer, inner = task.split(".")
    return record.joinpath("logs", *outer, f"{inner}.log")


class Record:
    """`workflow.json`, kept up to date at a few writes a second."""

    def __init__(self, folder: Path, document: Mapping[str, Any], tasks: int) -> None:
        self.folder = folder
        self.name: str = document["metadata"]["name"]
        self.nodes: dict[str, dict[str, Any]] = {}
        self.status: dict[str, Any] = {"phase": "Running", "startedAt": now(), "finishedAt": None, "message": ""}
        self.status |= {"progress": f"0/{tasks}", "nodes": self.nodes}
        self.document = {**document, "status": self.status}
        self._dirty = True
        self._next = 0.0
        folder.mkdir(parents=True)
        self.save()

    def add(
        self, name: str, kind: str, *, boundary: str = "", parents: Iterable[str] = (), **more: Any
    ) -> dict[str, Any]:
        """A new node, known to those it follows."""
        identity = node_id(self.name, name)
        while identity in self.nodes:  # two names with one hash: Argo would mix them up
            identity += "-x"
        node: dict[str, Any] = {"id": identity, "name": name, "type": kind, "phase": "Pending", "boundaryID": boundary}
        node |= {"startedAt": now(), "finishedAt": None, "message": "", **more}
        if not boundary:
            del node["boundaryID"]
        self.nodes[identity] = node
        for parent in parents:
            self.nodes[parent].setdefault("children", []).append(identity)
        self._dirty = True
        return node

    def change(self, node: dict[str, Any], phase: str, message: str = "") -> None:
        """A node has another phase; one that ends gets the time."""
        node["phase"], node["message"] = phase, message
        if phase not in ("Pending", "Running"):
            node["finishedAt"] = now()
        self._dirty = True

    def finish(self, phase: str, message: str) -> None:
        """The workflow is over."""
        metadata = self.document["metadata"]
        metadata["labels"] = {
            **(metadata.get("labels") or {}),
            "workflows.argoproj.io/completed": "true",
            "workflows.argoproj.io/phase": phase,
        }
        for node in self.nodes.values():
            if node["phase"] in ("Pending", "Running"):  # only where the engine itself broke
                self.change(node, "Error", "the run was broken off")
        self.status |= {"phase": phase, "message": message, "finishedAt": now()}
        self.save()

    def due(self) -> float | None:
        """When to write next, by the monotonic clock; none where nothing has changed."""
        return self._next if self._dirty else None

    def save(self) -> None:
        """Write all of it; whoever reads meanwhile sees either the old or the new."""
        began = time.monotonic()
        target = self.folder / "workflow.json"
        temporary = self.folder / ".workflow.json.tmp"
        temporary.write_text(json.dumps(self.document), encoding="utf-8")
        os.replace(temporary, target)
        self._dirty = False
        ended = time.monotonic()
        self._next = ended + max(_REST, _SHARE * (ended - began))


def is_done(phase: str) -> bool:
    """Whether a task with this phase ran to an end."""
    return phase in _DONE
