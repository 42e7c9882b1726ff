"""The file whose end Kubernetes keeps as a container's last words; Argo makes those of a failure the node's message."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_IN_POD = Path("/dev/termination-log")
_VARIABLE = "ARGO_KEDRO_TERMINATION_LOG"  # a local run names its own
_LIMIT = 4000  # Kubernetes keeps the last 4096 bytes


class TerminationLog:
    """Where a task says how it went; nowhere, outside of a pod and of a local run."""

    def __init__(self) -> None:
        named = os.environ.get(_VARIABLE)
        self.in_pod = not named and _IN_POD.exists()
        self._path = Path(named) if named else _IN_POD if self.in_pod else None

    @property
    def is_there(self) -> bool:
        """Whether anybody reads it."""
        return self._path is not None

    def failed(self, words: str, usage: str) -> None:
        """One line that every tool shows for the failed task; what it took is only for a local run's record."""
        line = " ".join(words.split()).encode("utf-8", "replace")[:_LIMIT]
        self._write(line if self.in_pod else line + b"\n" + usage.encode())

    def say(self, words: str) -> None:
        """The last words, if the process does not come to say others. A log that is full or gone stops no task."""
        with suppress(OSError):
            self._write(words.encode("utf-8", "replace"))

    def _write(self, content: bytes) -> None:
        if self._path is not None:
            self._path.write_bytes(content)
