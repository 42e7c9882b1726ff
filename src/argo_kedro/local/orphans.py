"""Tasks that outlived their runner: ended before anything of the run starts again, and nothing else is.

Each task's process holds a lock that its runner passed on to it, and its environment names the record. Where the lock
is free nobody is left, and nothing is looked for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local.locks import TASKS, Lock, taken
from argo_kedro.local.pod_run import GRACE
from argo_kedro.local.record import writable
from argo_kedro.names import TERMINATION_LOG

_PROCESSES = Path("/proc")  # of Linux
_AFTER_KILL = 5.0  # seconds that the operating system may take to end what was killed
_PAUSE = 0.05


@contextmanager
def tasks_lock(folder: Path, processes: Collection[int] = ()) -> Iterator[int]:
    """The lock of a record's tasks, once none of them is alive: the file that each new one inherits.

    Args:
        folder: The record.
        processes: Those that the record says were running.

    Raises:
        ArgoKedroError: if a process of theirs cannot be ended.
    """
    with writable(folder):
        lock = _free(folder, processes)
    try:
        yield lock.file
    finally:
        lock.close()


def _free(folder: Path, processes: Collection[int]) -> Lock:
    lock, asked, began = taken(folder / TASKS), set[tuple[int, int]](), time.monotonic()
    while lock is None:
        passed = time.monotonic() - began
        number = signal.SIGTERM if passed < GRACE else signal.SIGKILL
        left = list(_ours(folder, processes))
        if passed > GRACE + _AFTER_KILL:
            raise _alive(folder, left)
        for process in left:
            if (process, number) not in asked:
                asked.add((process, number))
                _send(process, number)
        lock = taken(folder / TASKS, patience=_PAUSE)
    if asked:  # what a task has started need not hold its lock, and need not have heard
        for process in _ours(folder, processes):
            _send(process, signal.SIGKILL)
    return lock


def _ours(folder: Path, processes: Collection[int]) -> Iterator[int]:
    """The processes of this record's tasks; those that the runner had no time to note down are found on Linux only."""
    on_linux = _PROCESSES.joinpath("self", "environ").exists()
    listed = (int(path.name) for path in _PROCESSES.iterdir() if path.name.isdigit()) if on_linux else processes
    mark = f"{TERMINATION_LOG}={folder}{os.sep}".encode()
    for process in listed:
        environment = _environment_on_linux(process) if on_linux else environment_by_ps(process)
        if mark in environment and process != os.getpid():
            yield process


def _environment_on_linux(process: int) -> bytes:
    try:
        return b"\0" + _PROCESSES.joinpath(str(process), "environ").read_bytes()
    except OSError:  # it is gone, or somebody else's
        return b""


def environment_by_ps(process: int) -> bytes:
    """The command and the environment of a process that leads a session, as a task's does; empty for any other."""
    try:
        if os.getsid(process) != process:
            return b""
        command = ["ps", "eww", "-o", "command=", "-p", str(process)]
        return subprocess.run(command, capture_output=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return b""


def _send(process: int, number: signal.Signals) -> None:
    try:
        if os.getpgid(process) == process:
            os.killpg(process, number)
        else:
            os.kill(process, number)
    except (ProcessLookupError, PermissionError):  # it has just ended
        return


def _alive(folder: Path, left: Collection[int]) -> ArgoKedroError:
    named = f": {', '.join(map(str, left))}" if left else ""
    return ArgoKedroError(
        f"Processes of tasks are still alive, though their runner is gone{named}.",
        hint=f"end what holds {folder / TASKS} open (`lsof` names it), or restart the machine; then retry again.",
    )
