"""Go on with a local run that did not succeed: `retry`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from argo_kedro.errors import ArgoKedroError
from argo_kedro.events import Event
from argo_kedro.local.clock import Clock
from argo_kedro.local.execution import Start, carried_out, need_posix
from argo_kedro.local.holding import held
from argo_kedro.local.machine import Machine, this_machine
from argo_kedro.local.orphans import tasks_lock
from argo_kedro.local.outcome import Run
from argo_kedro.local.reader import read_manifest
from argo_kedro.local.reading import ended, last_time, phase_of, stored
from argo_kedro.local.record import FILE, RUNS, writable
from argo_kedro.manifest.validation.metadata import is_workflow_name
from argo_kedro.names import few, nearest
from argo_kedro.workflows.code import code_now, with_code
from argo_kedro.workflows.labels import labels_of, shown
from argo_kedro.workflows.nodes import nodes
from argo_kedro.workflows.retrying import retried
from argo_kedro.workflows.source_code import code_of_project

_OF_MANIFEST = ("apiVersion", "kind", "metadata", "spec")
_SHOWN = 5  # tasks that a notice names


def retry(
    name: str,
    *,
    folder: Path,
    listen: Callable[[Event], None] = lambda event: None,
    machine: Machine | None = None,
) -> Run:
    """Go on with a run under its own name: what has succeeded is kept, the rest runs with today's code.

    Args:
        name: the name of the run.
        folder: the project's folder, whose `argo/runs` holds the record.
        listen: told of everything that happens.
        machine: what tasks may use of this machine; without it all of it.

    Raises:
        ArgoKedroError: if there is no such run, it is still going on, it succeeded, or its record cannot be read.
        CompileError: if this version cannot run its manifest any more; nothing has changed then.
        KeyboardInterrupt: after Ctrl-C, when every process is gone and the record is written. SystemExit for SIGTERM.
    """
    need_posix()
    machine, folder = machine or this_machine(), folder.resolve()
    record = _record(name, folder / RUNS)
    with held(record):
        left = stored(record)
        document = ended(left.document, record)
        if phase_of(document) == "Succeeded":
            raise ArgoKedroError(
                f"{name} succeeded: there is nothing to retry.", hint="to run it again: kedro argo run"
            )
        manifest = read_manifest({key: document[key] for key in _OF_MANIFEST})
        with tasks_lock(record, left.processes.values()) as lock:
            _remove_reasons(record)
            start = _start(document, record, left.line, code_of_project(folder))
            return carried_out(manifest, start, folder=folder, record=record, lock=lock, machine=machine, listen=listen)


def _record(name: str, runs: Path) -> Path:
    known = sorted(path.parent.name for path in runs.glob(f"*/{FILE}"))
    if name in known:
        return runs / name
    if is_workflow_name(name) and (runs / name).is_dir():
        hint = f"remove {runs / name}, and run it: kedro argo run"
        raise ArgoKedroError(f"{name} was stopped before it began: there is nothing to retry.", hint=hint)
    near = nearest(name, known)
    there = f"did you mean {near!r}?" if near else f"there are: {', '.join(known[-_SHOWN:])}." if known else ""
    raise ArgoKedroError(f"There is no local run named {name!r}.", hint=there or "start one: kedro argo run")


def _start(document: dict[str, Any], record: Path, line: int, code: str) -> Start:
    last = last_time(document)
    now = Clock(last).now()
    opened, again = _opened(document, record, now)
    notices = tuple(_notices(document, code, again))
    return Start(document=with_code(opened, code, now), notices=notices, line=line, not_before=last)


def _opened(document: dict[str, Any], record: Path, now: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The workflow as it is to go on, and the tasks that run again."""
    if not nodes(document):
        return {**document, "status": {"nodes": {}}}, ()
    try:
        made = retried(document, now=now)
    except ArgoKedroError as error:
        hint = f"run it anew: kedro argo run; and please report this, with {record / FILE}."
        raise ArgoKedroError(error.message, hint=hint) from error
    return {**made.document, "status": {"startedAt": now, "nodes": nodes(made.document)}}, made.again


def _notices(document: Mapping[str, Any], code: str, again: tuple[str, ...]) -> Iterator[str]:
    labels, before = labels_of(document), code_now(document)
    if again:
        names = few([shown(task, labels) for task in again], _SHOWN)
        yield f"Goes on: what has succeeded is kept, and these run again: {names}."
    if before and before != code:
        yield f"The code has changed from {before} to {code}: what is kept ran with the earlier one."


def _remove_reasons(record: Path) -> None:
    """What tasks wrote down whose runner was killed: it would pass for the words of those that run now."""
    with writable(record):
        for reason in record.glob(".reason-*"):
            reason.unlink()
