"""Local runs that are killed at a chosen moment, and what is found and done after that.

Run as a script it is a warm parent: it imports the engine once, and each run is a fork of it, which kills itself.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from local_runs import BIG

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import RUNS, read_run, retry, run
from argo_kedro.local.orphans import _ours

_CALLS = ("write", "replace", "fsync", "ftruncate", "open", "unlink", "mkdir")
RAN = "ran.txt"  # each task adds its name there when it begins
SUCCEEDED = "Succeeded"


class Parent:
    """The warm parent, seen from a test."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def play(self, folder: Path, **job: Any) -> dict[str, Any]:
        """Do a job in a process of its own, and give what it said; nothing where it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), **job}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)


@contextlib.contextmanager
def parent() -> Iterator[Parent]:
    """A warm parent."""
    made = Parent()
    try:
        yield made
    finally:
        made.close()


def began(folder: Path) -> Counter[str]:
    """How often each task has begun."""
    file = folder / RAN
    return Counter(file.read_text().split()) if file.exists() else Counter()


def record(folder: Path) -> Path:
    """The record of the one run."""
    return folder / RUNS / "wf"


def succeeded(document: Mapping[str, Any]) -> set[str]:
    """The tasks whose pod has succeeded, by the names that they write down."""
    nodes = document["status"]["nodes"].values()
    done = [node for node in nodes if node["type"] in ("Pod", "Retry") and node["phase"] == SUCCEEDED]
    return {node["name"] for node in done if not node.get("nodeFlag")}  # no attempts, and no exit handler


def left_running(folder: Path) -> list[int]:
    """Processes of the run's tasks."""
    return list(_ours(record(folder).resolve(), ()))


def survives(playing: Parent, folder: Path, manifest: Mapping[str, Any], **fault: Any) -> str:
    """Whether a run reaches its end after a fault: `unhurt`, `survived`, or `never began` where nothing was lost."""
    folder.mkdir()
    said = playing.play(folder, manifest=manifest, **fault)
    if said.get("phase") == SUCCEEDED:
        return "unhurt"
    try:
        found = read_run(record(folder))
    except ArgoKedroError as error:
        assert "There is no record" in error.message
        assert not began(folder)
        return "never began"
    kept, before = succeeded(found), began(folder)
    assert found["status"]["phase"] in ("Error", SUCCEEDED)
    if found["status"]["phase"] == "Error":
        said = playing.play(folder, retry="wf")
        assert said.get("phase") == SUCCEEDED, said
    after, end = began(folder), read_run(record(folder))
    assert {task: after[task] for task in kept} == {task: before[task] for task in kept}
    assert end["status"]["phase"] == SUCCEEDED
    assert succeeded(end) <= set(after)
    assert left_running(folder) == []
    assert end["metadata"]["uid"] == found["metadata"]["uid"]
    return "survived"


class _Call(Protocol):
    def __call__(self, *arguments: Any, **named: Any) -> Any: ...


def _main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            said = _done(job)
            with open(writing, "w") as pipe:
                pipe.write(json.dumps(said))
            os._exit(0)
        os.close(writing)
        with open(reading) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        sys.stdout.write((text or "{}") + "\n")
        sys.stdout.flush()


def _done(job: Mapping[str, Any]) -> dict[str, Any]:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    real_write = os.write
    count = itertools.count(1)

    def faulty(call: _Call, name: str) -> _Call:
        def called(*arguments: Any, **named: Any) -> Any:
            number = next(count)
            if number >= job.get("full_from", sys.maxsize) and name in ("write", "replace", "open"):
                if name == "write":
                    real_write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise OSError(28, "No space left on device")
            if number != job.get("kill_at"):
                return call(*arguments, **named)
            try:
                if job.get("torn"):  # killed in the middle of a write, or after anything else
                    arguments = (arguments[0], bytes(arguments[1])[:-9]) if name == "write" else arguments
                    call(*arguments, **named)
            finally:
                os.kill(os.getpid(), signal.SIGKILL)

        return called

    for name in _CALLS:
        setattr(os, name, faulty(getattr(os, name), name))
    if job.get("kill_at"):
        subprocess.Popen = faulty(subprocess.Popen, "Popen")  # type: ignore[misc,assignment]
    folder = Path(job["folder"])
    try:
        if "retry" in job:
            done = retry(job["retry"], folder=folder, machine=BIG)
        else:
            done = run(job["manifest"], folder=folder, machine=BIG)
    except (ArgoKedroError, OSError) as error:
        return {"error": str(error), "calls": next(count)}
    return {"phase": done.phase, "message": done.message, "calls": next(count)}


if __name__ == "__main__":
    _main()
