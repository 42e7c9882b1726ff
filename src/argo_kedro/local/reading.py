"""What is known of local runs, read from their records: `read_run`, `runs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local.clock import written
from argo_kedro.local.journal import JOURNAL, changes, journal_bytes
from argo_kedro.local.locks import RUNNER, is_held
from argo_kedro.local.record import FILE, LAYOUT, RUNS
from argo_kedro.model import text
from argo_kedro.workflows.state import END_PHASES, moment

GONE = "the runner was killed or the machine went down"
_TIMES = ("startedAt", "finishedAt")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A record as it was left."""

    document: dict[str, Any]
    line: int  # the last one of the journal that is in the document
    processes: Mapping[str, int]  # node -> the process of a task that ran


def read_run(folder: Path) -> dict[str, Any]:
    """The Workflow object of a local run, as it stands; `folder` is its record.

    A run whose runner is gone without an end has the phase Error, and so have the tasks that ran.

    Raises:
        ArgoKedroError: if there is no record, or it cannot be read.
    """
    goes_on = is_held(folder / RUNNER)
    found = stored(folder)
    if phase_of(found.document) in END_PHASES or goes_on:
        return found.document
    if is_held(folder / RUNNER):  # a retry began meanwhile
        return stored(folder).document
    return ended(found.document, folder)


def runs(project: Path) -> list[dict[str, Any]]:
    """The Workflow objects of a project's local runs, the newest first; what is no record is left out."""
    found = []
    for path in (project / RUNS).glob(f"*/{FILE}"):
        try:
            found.append(read_run(path.parent))
        except ArgoKedroError:
            continue
    return sorted(found, key=_age, reverse=True)


def stored(folder: Path) -> Stored:
    """A record with its journal, whether its run is over or not.

    Raises:
        ArgoKedroError: if there is none, or it cannot be read.
    """
    try:
        journal = journal_bytes(folder)  # first: what is emptied after that is in the document, which is read after it
        document = _document(folder / FILE)
        mark = document.pop("record", None) or {"layout": LAYOUT, "line": 0, "processes": {}}
        if mark["layout"] != LAYOUT:
            raise _unreadable(folder / FILE, f"another version of argo-kedro wrote it (layout {mark['layout']!r})")
        line, processes = int(mark["line"]), {str(node): int(process) for node, process in mark["processes"].items()}
        for change in changes(journal, line):
            _apply(change, document["status"], processes)
            line = change["line"]
        wrong = _wrong(document)
    except OSError as error:
        raise _unreadable(folder, error.strerror or str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(folder, f"it is not what argo-kedro writes ({error!r})") from error
    if wrong:
        raise _unreadable(folder, wrong)
    return Stored(document=document, line=line, processes=processes)


def phase_of(document: Mapping[str, Any]) -> str:
    """The phase of the workflow as a whole."""
    return text(document, "status", "phase")


def ended(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same, where nobody is left to go on with it: what ran has failed, what waited never began."""
    if phase_of(document) in END_PHASES:
        return document
    end = written(max(_last_write(folder), last_time(document)))
    nodes = {identity: node for identity, node in document["status"]["nodes"].items() if node["phase"] != "Pending"}
    for identity, node in nodes.items():
        links = {
            key: [each for each in node[key] if each in nodes] for key in ("children", "outboundNodes") if key in node
        }
        over = {"phase": "Error", "message": GONE, "finishedAt": end} if node["phase"] == "Running" else {}
        nodes[identity] = {**node, **links, **over}
    status = {**document["status"], "phase": "Error", "message": GONE, "finishedAt": end, "nodes": nodes}
    return {**document, "status": status}


def last_time(document: Mapping[str, Any]) -> datetime:
    """The last time that a record tells."""
    status = document["status"]
    told = [each[key] for each in (status, *status["nodes"].values()) for key in _TIMES if each.get(key)]
    times = (moment(time) for time in [document["metadata"]["creationTimestamp"], *told])
    return max(time for time in times if time is not None)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        hint = "remove the folder: nothing of it ever began." if path.parent.is_dir() else ""
        raise ArgoKedroError(f"There is no record of a local run: {path} is missing.", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "it is not whole JSON") from error
    if not isinstance(document, dict):
        raise _unreadable(path, "it is not a Workflow")
    return document


def _wrong(document: Mapping[str, Any]) -> str:
    """Why this is no record; empty if it is one."""
    if not isinstance(document.get("spec"), dict):
        return "it is not a Workflow"
    if not text(document, "metadata", "name") or not text(document, "metadata", "uid"):
        return "its workflow has no name or no uid"
    nodes = document["status"]["nodes"]
    whole = all(isinstance(node[key], str) for node in nodes.values() for key in ("id", "name", "type", "phase"))
    last_time(document)  # a ValueError, where one of them is no time
    return "" if whole and phase_of(document) else "its status is damaged"


def _apply(change: Mapping[str, Any], status: dict[str, Any], processes: dict[str, int]) -> None:
    nodes = status["nodes"]
    for node in change.get("nodes", ()):
        children = nodes.get(node["id"], {}).get("children")
        nodes[node["id"]] = {**node, "children": children} if children else node
    for parent, child in change.get("links", ()):
        nodes[parent].setdefault("children", []).append(child)
    for identity, process in change.get("processes", {}).items():
        if process is None:
            processes.pop(identity, None)
        else:
            processes[identity] = process
    status["progress"] = change["progress"]


def _last_write(folder: Path) -> datetime:
    return datetime.fromtimestamp(max(map(_seconds, (folder / FILE, folder / JOURNAL))), timezone.utc)


def _seconds(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _age(document: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        text(document, "metadata", "creationTimestamp"),
        text(document, "status", "startedAt"),
        text(document, "metadata", "name"),
    )


def _unreadable(path: Path, why: str) -> ArgoKedroError:
    folder = path if path.is_dir() else path.parent
    hint = f"if nobody needs it, remove {folder}; the data of the run is not in there."
    return ArgoKedroError(f"The record {path} cannot be read: {why}.", hint=hint)
