"""What `run` and `retry` have in common: an engine for a record, and its way to the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from argo_kedro.errors import ConfigError
from argo_kedro.events import Event, Finished, Notice, Started
from argo_kedro.local import attempts
from argo_kedro.local.engine import Engine
from argo_kedro.local.machine import Machine
from argo_kedro.local.outcome import Run
from argo_kedro.local.record import Record, writable
from argo_kedro.local.sizes import sizes
from argo_kedro.local.templates import Manifest, Pod
from argo_kedro.local.variables import workflow_values
from argo_kedro.model import text

Listener = Callable[[Event], None]


def need_posix() -> None:
    """Refuse a platform without process groups.

    Raises:
        ConfigError: on Windows.
    """
    if os.name != "posix":
        raise ConfigError("A local run needs Linux or macOS.", hint="use the Windows Subsystem for Linux")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a run begins: with nothing done, or with what a retry keeps."""

    document: Mapping[str, Any]  # nodes in its status are kept
    notices: tuple[str, ...] = ()
    line: int = 0  # the last one of the journal that is in the document
    not_before: datetime | None = None  # the last time that the document tells


def carried_out(
    manifest: Manifest, start: Start, *, folder: Path, record: Path, lock: int, machine: Machine, listen: Listener
) -> Run:
    """Run all that is left of a workflow, and tell of it; the process of each task inherits the lock.

    Raises:
        KeyboardInterrupt: after Ctrl-C. SystemExit for SIGTERM.
    """
    created = datetime.fromisoformat(text(start.document, "metadata", "creationTimestamp").replace("Z", "+00:00"))
    known = sizes(manifest)
    with writable(record):
        pods = known[manifest.entrypoint].pods
        written = Record(record, start.document, pods, lock=lock, line=start.line, not_before=start.not_before)
    values = workflow_values(start.document, manifest.parameters, created)
    engine = Engine(manifest, sizes=known, record=written, values=values, folder=folder, machine=machine, listen=listen)
    listen(Started(name=written.name, where=record, tasks=engine.to_do))
    for message in (*start.notices, *_notices(manifest, machine)):
        listen(Notice(message=message))
    return _to_the_end(engine, listen)


def _to_the_end(engine: Engine, listen: Listener) -> Run:
    record = engine.record
    try:
        with writable(record.folder):
            phase = engine.run()
    finally:
        record.close()
    listen(Finished(name=record.name, phase=phase, seconds=engine.seconds, message=engine.message))
    if engine.interrupted is signal.SIGINT:
        raise KeyboardInterrupt
    if engine.interrupted is not None:
        raise SystemExit(128 + engine.interrupted)
    return Run(
        name=record.name,
        phase=phase,
        record=record.folder,
        failures=tuple(engine.failures),
        seconds=engine.seconds,
        message=engine.message,
    )


def _notices(manifest: Manifest, machine: Machine) -> Iterator[str]:
    yield from manifest.notices
    pods = [template for template in manifest.templates.values() if isinstance(template, Pod)]
    wanted = {name for pod in pods for name in attempts.secrets(pod)}
    missing = sorted(wanted - os.environ.keys())
    if missing:
        yield (
            f"Not set on this machine, though a cluster takes them from secrets or config maps: {', '.join(missing)}."
            " Set them in this shell where tasks need them."
        )
    large = sorted(pod.name for pod in pods if machine.clamped(pod.demand) != pod.demand)
    if large:
        gib = machine.memory_bytes / 1024**3
        yield (
            f"Templates that ask for more than this machine has ({machine.cores:g} cores, {gib:.0f} GiB,"
            f" {machine.gpus} GPUs) get all of it: {', '.join(large)}."
        )
