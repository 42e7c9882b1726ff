"""The journal of a run: what has changed since `workflow.json` was written, one line for each time it was noted.

A line is written by one call, before anything that follows from it starts, so no end of this process loses it. It has a
number; `workflow.json` knows the last number that is in it. So it does not matter whether the journal was emptied after
`workflow.json` was written, and a line that was torn ends the journal for whoever reads it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

JOURNAL = "journal.jsonl"
_SHARE = 20  # waiting for the disk may take a twentieth of the time


class Journal:
    """Written by one process, which holds the lock of the run."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number  # of the last line
        self._path = folder / JOURNAL
        self._file = -1
        self._next_sync = 0.0

    def append(self, change: Mapping[str, Any], *, sync: bool) -> None:
        """Add a line; with `sync` it outlives a power cut too, as far as the disk keeps up.

        Raises:
            OSError: if the disk is full, for example.
        """
        self.number += 1
        rest = memoryview(json.dumps({"line": self.number, **change}).encode() + b"\n")
        if self._file < 0:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        began = time.monotonic()
        if sync and began >= self._next_sync:
            os.fsync(self._file)
            ended = time.monotonic()
            self._next_sync = ended + _SHARE * (ended - began)

    def empty(self) -> None:
        """All of it is in `workflow.json`."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
        elif self._path.exists():
            os.truncate(self._path, 0)

    def close(self) -> None:
        """Nothing more comes."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """The run is over, and all of it is in `workflow.json`."""
        self.close()
        self._path.unlink(missing_ok=True)


def journal_bytes(folder: Path) -> bytes:
    """What the journal of a record holds, for `changes`."""
    try:
        return (folder / JOURNAL).read_bytes()
    except FileNotFoundError:
        return b""


def changes(content: bytes, after: int) -> list[dict[str, Any]]:
    """The lines of a journal after this number, up to the first that is missing or torn."""
    found = []
    for line in content.split(b"\n")[:-1]:  # what follows the last line's end was torn, or is empty
        try:
            change = json.loads(line)
        except ValueError:
            break
        if not isinstance(change, dict) or not isinstance(change.get("line"), int):
            break
        if change["line"] > after:
            if change["line"] != after + 1:
                break
            after += 1
            found.append(change)
    return found
