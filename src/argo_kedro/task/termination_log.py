"""The file whose end Kubernetes keeps as a container's last words; Argo makes those of a failure the node's message."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from argo_kedro.names import TERMINATION_LOG

_IN_POD = Path("/dev/termination-log")
_LIMIT = 4000  # Kubernetes keeps the last 4096 bytes


class TerminationLog:
    """Where a task says how it went; nowhere, outside of a pod and of a local run."""

    def __init__(self) -> None:
        named = os.environ.get(TERMINATION_LOG)
        self.in_pod = not named and _IN_POD.exists()
        self._path = Path(named) if named else _IN_POD if self.in_pod else None
        self._file = -1

    @property
    def is_there(self) -> bool:
        """Whether anybody reads it."""
        return self._path is not None

    def failed(self, words: str, usage: str) -> None:
        """One line that every tool shows for the failed task; what it took is only for a local run's record."""
        line = " ".join(words.split()).encode("utf-8", "replace")[:_LIMIT]
        self._write(line if self.in_pod else line + b"\n" + usage.encode())

    def say(self, words: str) -> None:
        """The last words, if the process does not come to say others."""
        self._write(words.encode("utf-8", "replace"))

    def _write(self, content: bytes) -> None:
        """In the place of what is there, which is never gone meanwhile.

        A process may be killed for its memory just where it writes: the file is open by then, and not emptied first.
        A log that is full or gone changes nothing of the task.
        """
        if self._path is None:
            return
        with suppress(OSError):
            if self._file < 0:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
            os.pwrite(self._file, content, 0)
            os.ftruncate(self._file, len(content))
