"""The record of a local run: one object in the shape of an Argo Workflow, its journal, one log for each task."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local.clock import Clock
from argo_kedro.local.journal import Journal
from argo_kedro.names import node_id

RUNS = Path("argo", "runs")
FILE = "workflow.json"
LAYOUT = 1  # of a record; one that says nothing is older, and has no journal
BROKEN_OFF = "the run was broken off"
_REST = 0.3  # seconds between two writes
_SHARE = 20  # writing may take a twentieth of the time
_DONE = frozenset({"Succeeded", "Failed", "Error"})


def log_path(record: Path, task: str) -> Path:
    """The log of a task: one folder for each DAG on its path."""
    *outer, inner = task.split(".")
    return record.joinpath("logs", *outer, f"{inner}.log")


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error with words."""
    try:
        yield
    except OSError as error:
        message = f"The record of the run cannot be written: {error.filename or folder}: {error.strerror or error}."
        hint = "make room there, or make the folder writable; `kedro argo retry` then goes on with what has begun."
        raise ArgoKedroError(message, hint=hint) from error


class Record:
    """`workflow.json`, kept up to date at a few writes a second, and the journal of what has changed since."""

    def __init__(
        self,
        folder: Path,
        document: Mapping[str, Any],
        tasks: int,
        *,
        lock: int,
        line: int = 0,
        not_before: datetime | None = None,
    ) -> None:
        """Begin to write it.

        Args:
            folder: Where it is kept; it is there already.
            document: The workflow; nodes that its status holds are kept.
            tasks: How many pods it has.
            lock: A file that the process of each task inherits, and so keeps locked.
            line: The last one of the journal that is in the document.
            not_before: The last time that the document tells.
        """
        self.folder, self.lock = folder, lock
        self.name: str = document["metadata"]["name"]
        self.now = Clock(not_before).now
        before = document.get("status") or {}
        self.nodes: dict[str, dict[str, Any]] = dict(before.get("nodes") or {})
        self._kept = {node["name"]: node for node in self.nodes.values()}
        began = before.get("startedAt") or self.now()
        self.status: dict[str, Any] = {"phase": "Running", "startedAt": began, "finishedAt": None, "message": ""}
        self.status |= {"progress": f"0/{tasks}", "nodes": self.nodes}
        self.document = {**document, "status": self.status}
        self._processes: dict[str, int] = {}  # of tasks that run
        self._journal = Journal(folder, line)
        self._forget_changes()
        self._dirty = True
        self._next = 0.0
        self.save()

    def kept(self, name: str) -> dict[str, Any] | None:
        """The node of this name that a retry has kept, if it has."""
        return self._kept.get(name)

    def add(
        self, name: str, kind: str, *, boundary: str = "", parents: Iterable[str] = (), **more: Any
    ) -> dict[str, Any]:
        """A new node, known to those it follows."""
        identity = node_id(self.name, name)
        while identity in self.nodes:  # two names with one hash: Argo would mix them up
            identity += "-x"
        node: dict[str, Any] = {"id": identity, "name": name, "type": kind, "phase": "Pending", "boundaryID": boundary}
        node |= {"startedAt": self.now(), "finishedAt": None, "message": "", **more}
        if not boundary:
            del node["boundaryID"]
        self.nodes[identity] = node
        for parent in parents:
            self.nodes[parent].setdefault("children", []).append(identity)
            self._links.append((parent, identity))
        self._has_changed(node)
        return node

    def change(self, node: dict[str, Any], phase: str, message: str = "") -> None:
        """A node has another phase; one that ends gets the time."""
        node["phase"], node["message"] = phase, message
        if phase not in ("Pending", "Running"):
            node["finishedAt"] = self.now()
            self._end_of_one = True
        self._has_changed(node)

    def process(self, node: dict[str, Any], number: int | None) -> None:
        """The process of a task has begun, or is over."""
        if number is None:
            self._processes.pop(node["id"], None)
        else:
            self._processes[node["id"]] = number
        self._of_processes[node["id"]] = number

    def succeeded(self, tasks: str) -> None:
        """So many have succeeded: `7/18`."""
        self.status["progress"] = tasks
        self._dirty = True

    def commit(self) -> None:
        """Put what has changed into the journal: nothing that follows from it may start before.

        Raises:
            OSError: if the disk is full, for example.
        """
        if not (self._changed or self._of_processes):
            return
        change: dict[str, Any] = {"progress": self.status["progress"]}
        if self._changed:
            nodes = self._changed.values()
            change["nodes"] = [{key: node[key] for key in node if key != "children"} for node in nodes]
        if self._links:
            change["links"] = self._links
        if self._of_processes:
            change["processes"] = self._of_processes
        self._journal.append(change, sync=self._end_of_one)
        self._forget_changes()

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
                self.change(node, "Error", BROKEN_OFF)
        self._processes.clear()
        self.status |= {"phase": phase, "message": message, "finishedAt": self.now()}
        self.save()
        self._journal.remove()

    def due(self) -> float | None:
        """When to write next, by the monotonic clock; none where nothing has changed."""
        return self._next if self._dirty else None

    def save(self) -> None:
        """Write all of it; whoever reads meanwhile sees either the old or the new.

        Raises:
            OSError: if the disk is full, for example.
        """
        began = time.monotonic()
        mark = {"layout": LAYOUT, "line": self._journal.number, "processes": self._processes}
        _replace(self.folder / FILE, json.dumps({**self.document, "record": mark}).encode())
        self._journal.empty()  # only now, when even a power cut leaves what it held
        self._forget_changes()
        self._dirty = False
        ended = time.monotonic()
        self._next = ended + max(_REST, _SHARE * (ended - began))

    def close(self) -> None:
        """Nothing more comes."""
        self._journal.close()

    def _has_changed(self, node: dict[str, Any]) -> None:
        self._changed[node["id"]] = node
        self._dirty = True

    def _forget_changes(self) -> None:
        self._changed: dict[str, dict[str, Any]] = {}
        self._links: list[tuple[str, str]] = []
        self._of_processes: dict[str, int | None] = {}
        self._end_of_one = False


def is_done(phase: str) -> bool:
    """Whether a task with this phase ran to an end."""
    return phase in _DONE


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()  # it would take room on a disk that is full
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # not every file system lets folders be synced
            os.fsync(folder)
    finally:
        os.close(folder)
