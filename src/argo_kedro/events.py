"""What a run tells while it goes on, here or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENDED = frozenset({"Succeeded", "Failed", "Error", "Skipped", "Omitted"})  # phases of a task that is over


@dataclass(frozen=True, kw_only=True)
class Started:
    """The run has a name, and its first task is about to begin."""

    name: str
    where: Path | str  # its record here, or its cluster
    tasks: int  # pods in all, those of nested DAGs included


@dataclass(frozen=True, kw_only=True)
class TaskChanged:
    """A task began, ended, waits for its pod (`Pending`), or for its next attempt (`Retrying`); `message` says why."""

    task: str  # its path, `outer.inner` within a nested DAG
    template: str
    phase: str
    attempt: int = 0  # from 0
    seconds: float = 0.0  # of this attempt
    message: str = ""
    tasks: int = 1  # pods it stands for: all of a DAG that is skipped, none of an exit handler


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to know that stops nothing."""

    message: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The run is over."""

    name: str
    phase: str
    seconds: float
    message: str = ""


Event = Started | TaskChanged | Notice | Finished
