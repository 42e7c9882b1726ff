"""The right to run the tasks of a record: one process has it, and has it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local.locks import RUNNER, signed, taken
from argo_kedro.local.record import writable

_PATIENCE = 0.5  # seconds: whoever reads the record holds the lock for a moment


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of the runner.

    Raises:
        ArgoKedroError: if the run is still going on.
    """
    with writable(folder):
        lock = taken(folder / RUNNER, patience=_PATIENCE)
    if lock is None:
        process = signed(folder / RUNNER)
        by = f" (process {process})" if process else ""
        hint = f"wait for its end, or end it: kedro argo stop {folder.name}"
        raise ArgoKedroError(f"The local run {folder.name} is still going on{by}.", hint=hint)
    try:
        with writable(folder):
            lock.sign()
        yield
    finally:
        lock.close()
