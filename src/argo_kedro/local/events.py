"""What a local run tells while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Started:
    """The run has a name and a record, and its first task is about to begin."""

    name: str
    record: Path
    tasks: int  # pods in all, those of nested DAGs included


@dataclass(frozen=True, kw_only=True)
class TaskChanged:
    """A task began, ended, or will be tried again (phase `Pending`, the reason in `message`)."""

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


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A task that failed, and what it takes to run it again by itself."""

    task: str
    template: str
    exit_code: int | None
    message: str
    log: Path
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)  # what the manifest gave, without secrets


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that is over."""

    name: str
    phase: str
    record: Path
    failures: tuple[Failure, ...]
    seconds: float
    message: str = ""
