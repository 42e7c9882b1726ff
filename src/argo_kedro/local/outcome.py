"""What a local run leaves: how it ended, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


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
