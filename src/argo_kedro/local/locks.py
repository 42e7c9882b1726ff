"""The locks of a record: who runs its tasks, and whether any of them is still alive.

The operating system lets go of them when the last process that has the file open is gone, however it went.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from argo_kedro.errors import ArgoKedroError

if sys.platform != "win32":
    import fcntl

RUNNER, TASKS = ".lock", ".tasks.lock"
_PAUSE = 0.02


class Lock:
    """Held until it is closed here, and in every process that has inherited it."""

    def __init__(self, file: int) -> None:
        self.file = file

    def close(self) -> None:
        """Let go of it; a process that has inherited it still holds it."""
        os.close(self.file)

    def sign(self) -> None:
        """Write this process's id into the file, for those who wait."""
        os.ftruncate(self.file, 0)
        os.write(self.file, f"{os.getpid()}\n".encode())


def taken(path: Path, *, patience: float = 0.0) -> Lock | None:
    """The lock, taken; none where somebody else holds it after so many seconds.

    Raises:
        OSError: if the file cannot be opened.
        ArgoKedroError: if its file system has no locks.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    limit = time.monotonic() + patience
    try:
        while not _locked(file, fcntl.LOCK_EX):
            if time.monotonic() >= limit:
                os.close(file)
                return None
            time.sleep(_PAUSE)
    except OSError as error:
        os.close(file)
        message = f"{path} cannot be locked: {error.strerror or error}."
        hint = f"make {path.parent.parent} a symbolic link to a folder on a disk of this machine."
        raise ArgoKedroError(message, hint=hint) from error
    except BaseException:
        os.close(file)
        raise
    return Lock(file)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # it is not there, or nobody may read it
        return False
    try:
        return not _locked(file, fcntl.LOCK_SH)
    except OSError:  # no process can hold one where there are none
        return False
    finally:
        os.close(file)


def signed(path: Path) -> str:
    """The id of the process that took the lock last; empty if it has not said so."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
