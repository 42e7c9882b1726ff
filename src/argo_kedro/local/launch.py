"""Run a manifest on this machine: `run`."""

from __future__ import annotations

import os
import secrets
import signal
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.events import Event, Finished, Notice, Started
from argo_kedro.local import attempts
from argo_kedro.local.engine import Engine
from argo_kedro.local.machine import Machine, this_machine
from argo_kedro.local.outcome import Run
from argo_kedro.local.reader import read_manifest
from argo_kedro.local.record import RUNS, Record
from argo_kedro.local.sizes import sizes
from argo_kedro.local.templates import Manifest, Pod
from argo_kedro.local.variables import workflow_values
from argo_kedro.manifest.validation.metadata import is_workflow_name

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' own: no vowels, no words


def run(
    manifest: str | Mapping[str, Any],
    *,
    folder: Path,
    name: str | None = None,
    listen: Callable[[Event], None] = lambda event: None,
    machine: Machine | None = None,
) -> Run:
    """Execute an Argo Workflow on this machine, each task in its own process.

    Args:
        manifest: YAML of a Workflow, or the parsed mapping.
        folder: the project's folder, in which each task runs, and the record is written.
        name: the name of the run; without it the manifest's own.
        listen: told of everything that happens.
        machine: what tasks may use of this machine; without it all of it.

    Raises:
        CompileError: if the manifest holds something that cannot run here; nothing has started then.
        KeyboardInterrupt: after Ctrl-C, when every process is gone and the record is written. SystemExit for SIGTERM.
    """
    if os.name != "posix":
        raise ConfigError("A local run needs Linux or macOS.", hint="use the Windows Subsystem for Linux")
    read = read_manifest(manifest)
    machine = machine or this_machine()
    engine = _engine(read, name, folder.resolve(), machine, listen)
    _carry_out(engine, listen, tuple(_notices(read, machine)))
    return Run(
        name=engine.record.name,
        phase=engine.record.status["phase"],
        record=engine.record.folder,
        failures=tuple(engine.failures),
        seconds=engine.seconds,
        message=engine.message,
    )


def _carry_out(engine: Engine, listen: Callable[[Event], None], notices: tuple[str, ...]) -> None:
    tasks = engine.sizes[engine.manifest.entrypoint].pods
    started = Started(name=engine.record.name, where=engine.record.folder, tasks=tasks)
    listen(started)
    for message in notices:
        listen(Notice(message=message))
    with _writable(engine.record.folder):
        phase = engine.run()
    listen(Finished(name=engine.record.name, phase=phase, seconds=engine.seconds, message=engine.message))
    if engine.interrupted is signal.SIGINT:
        raise KeyboardInterrupt
    if engine.interrupted is not None:
        raise SystemExit(128 + engine.interrupted)


def _engine(
    manifest: Manifest, name: str | None, folder: Path, machine: Machine, listen: Callable[[Event], None]
) -> Engine:
    runs = folder / RUNS
    document = _document(manifest, _run_name(manifest.document, name, runs))
    with _writable(runs):
        runs.mkdir(parents=True, exist_ok=True)
        (runs / ".gitignore").write_text("*\n", encoding="utf-8")
    created = datetime.fromisoformat(document["metadata"]["creationTimestamp"].replace("Z", "+00:00"))
    values = workflow_values(document, manifest.parameters, created)
    known = sizes(manifest)
    with _writable(runs):
        record = Record(runs / document["metadata"]["name"], document, known[manifest.entrypoint].pods)
    return Engine(manifest, sizes=known, record=record, values=values, folder=folder, machine=machine, listen=listen)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"The record of the run cannot be written: {error.filename or folder}: {error.strerror or error}."
        raise ArgoKedroError(message, hint="make room there, or make the folder writable.") from error


def _run_name(document: Mapping[str, Any], name: str | None, runs: Path) -> str:
    metadata = document["metadata"]
    wanted, prefix = name or metadata.get("name"), metadata.get("generateName")
    chosen: str = wanted or _generated(prefix)
    while not wanted and (runs / chosen).exists():
        chosen = _generated(prefix)
    if not is_workflow_name(chosen):
        raise ConfigError(
            f"{chosen!r} is no name of a workflow.", hint="use at most 63 lower-case letters, digits, '-' and '.'"
        )
    if (runs / chosen).exists():
        hint = f"choose another name, or remove {runs / chosen}"
        raise ConfigError(f"A local run named {chosen!r} exists already.", hint=hint)
    return chosen


def _generated(prefix: str) -> str:
    return prefix[:58] + "".join(secrets.choice(_LETTERS) for _ in range(5))


def _document(manifest: Manifest, name: str) -> dict[str, Any]:
    """The manifest as the API server would store it."""
    metadata = dict(manifest.document["metadata"])
    metadata.pop("generateName", None)
    metadata |= {
        "name": name,
        "namespace": metadata.get("namespace") or "default",
        "uid": str(uuid.uuid4()),
        "creationTimestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    head = {key: manifest.document[key] for key in ("apiVersion", "kind")}
    return {**head, "metadata": metadata, "spec": manifest.document["spec"]}


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
