"""Run a manifest on this machine: `run`."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any

from argo_kedro.errors import ConfigError
from argo_kedro.events import Event
from argo_kedro.local.execution import Start, carried_out, need_posix
from argo_kedro.local.holding import held
from argo_kedro.local.machine import Machine, this_machine
from argo_kedro.local.orphans import tasks_lock
from argo_kedro.local.outcome import Run
from argo_kedro.local.reader import read_manifest
from argo_kedro.local.record import RUNS, writable
from argo_kedro.local.templates import Manifest
from argo_kedro.manifest.validation.metadata import is_workflow_name
from argo_kedro.workflows.code import with_code
from argo_kedro.workflows.labels import labelled
from argo_kedro.workflows.source_code import code_of_project

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' own: no vowels, no words
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


def run(
    manifest: str | Mapping[str, Any],
    *,
    folder: Path,
    name: str | None = None,
    labels: Mapping[str, str] = _NO_LABELS,
    listen: Callable[[Event], None] = lambda event: None,
    machine: Machine | None = None,
) -> Run:
    """Execute an Argo Workflow on this machine, each task in its own process.

    Args:
        manifest: YAML of a Workflow, or the parsed mapping.
        folder: the project's folder, in which each task runs, and the record is written.
        name: the name of the run; without it the manifest's own.
        labels: what people call the tasks, by their names in the manifest; kept in the record.
        listen: told of everything that happens.
        machine: what tasks may use of this machine; without it all of it.

    Raises:
        CompileError: if the manifest holds something that cannot run here; nothing has started then.
        KeyboardInterrupt: after Ctrl-C, when every process is gone and the record is written. SystemExit for SIGTERM.
    """
    need_posix()
    read = read_manifest(manifest)
    machine, folder = machine or this_machine(), folder.resolve()
    runs = folder / RUNS
    with writable(runs):
        record = _new_folder(read.document, name, runs)
    with held(record), tasks_lock(record) as lock:
        document = labelled(_document(read, record.name, code_of_project(folder)), labels)
        start = Start(document=document)
        return carried_out(read, start, folder=folder, record=record, lock=lock, machine=machine, listen=listen)


def _new_folder(document: Mapping[str, Any], name: str | None, runs: Path) -> Path:
    """The folder of a record that nobody else has."""
    metadata = document["metadata"]
    wanted, prefix = name or metadata.get("name"), metadata.get("generateName")
    if wanted and not is_workflow_name(wanted):
        raise ConfigError(
            f"{wanted!r} is no name of a workflow.", hint="use at most 63 lower-case letters, digits, '-' and '.'"
        )
    runs.mkdir(parents=True, exist_ok=True)
    (runs / ".gitignore").write_text("*\n", encoding="utf-8")
    while True:
        folder = runs / (wanted or _generated(prefix))
        try:
            folder.mkdir()
        except FileExistsError as error:
            if wanted:
                hint = f"choose another name, or remove {folder}"
                raise ConfigError(f"A local run named {wanted!r} exists already.", hint=hint) from error
        else:
            return folder


def _generated(prefix: str) -> str:
    return prefix[:58] + "".join(secrets.choice(_LETTERS) for _ in range(5))


def _document(manifest: Manifest, name: str, code: str) -> dict[str, Any]:
    """The manifest as the API server would store it."""
    created = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = dict(manifest.document["metadata"])
    metadata.pop("generateName", None)
    metadata |= {
        "name": name,
        "namespace": metadata.get("namespace") or "default",
        "uid": str(uuid.uuid4()),
        "creationTimestamp": created,
    }
    head = {key: manifest.document[key] for key in ("apiVersion", "kind")}
    return with_code({**head, "metadata": metadata, "spec": manifest.document["spec"]}, code, created)
