"""What the tasks of a local run wrote, read from its record; a run that goes on is followed to its end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from argo_kedro.events import Notice
from argo_kedro.local import log_path
from argo_kedro.model import Json, text
from argo_kedro.views.progress import last_lines
from argo_kedro.workflows import RunState, labels_of, run_state
from argo_kedro.workflows.labels import names_of, nodes_in, shown
from argo_kedro.workflows.meaning import meant_by
from argo_kedro.workflows.told import TaskLog

_LOOK = 0.3  # seconds between two looks at files that grow
_ATTEMPT = re.compile(r"--- attempt (\d+), .+ ---\Z")  # what the engine writes between two attempts
_MOST = 1024 * 1024  # bytes of a log's end
_RETURN = "\r"


def lines(record: Path, document: Callable[[], Json], *, task: str, follow: bool) -> Iterator[str | Notice]:
    """The lines of all tasks in the order in which they began, each with the task's label in front.

    Args:
        record: The folder of the run.
        document: Reads the run anew.
        task: One task, or a group of them: its name in Kedro's words or in Argo's, or its path. All, if empty.
        follow: Go on with what is written until the run is over.

    Raises:
        ArgoKedroError: if there is no such task.
    """
    tasks = _Tasks(document(), task)
    files: dict[str, _File] = {}
    found = document()
    while True:
        state = run_state(found)
        for path in tasks.begun(state):
            file = files.setdefault(path, _File(log_path(record, path), shown(path, tasks.labels)))
            yield from file.new(whole=state.over or not follow)
        if state.over or not follow:
            break
        time.sleep(_LOOK)
        found = document()
    if not any(file.place for file in files.values()):
        yield Notice(message=f"there are no logs of {task or text(found, 'metadata', 'name')}: nothing was written.")


def last_words(record: Path, path: str, most: int) -> TaskLog:
    """At most so many lines of what the last attempt at a task wrote last."""
    found = last_lines(log_path(record, path), most, _MOST)
    again = [place for place, line in enumerate(found) if _ATTEMPT.match(line)]
    found = found[again[-1] + 1 :] if again else found
    return TaskLog(lines=tuple(found), missing="" if found else "it wrote nothing")


class _Tasks:
    """The tasks that are asked for."""

    def __init__(self, document: Json, asked: str) -> None:
        self.labels = labels_of(document)
        self._asked, self._nodes = asked, nodes_in(document)
        if asked:
            meant_by(asked, document)

    def begun(self, state: RunState) -> Sequence[str]:
        """The paths of those that have begun."""
        return [task.path for task in state.tasks if not self._asked or self._asked in self._names(task.path)]

    def _names(self, path: str) -> set[str]:
        return names_of(path, self.labels, self._nodes)


@dataclass
class _File:
    """A log that may grow."""

    path: Path
    label: str
    place: int = 0  # bytes read
    attempt: int = 1

    def new(self, *, whole: bool) -> Iterator[str]:
        """What came since the last look; the last line only once it is whole, or nothing more comes."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.place)
                content = file.read()
        except FileNotFoundError:
            return
        end = len(content) if whole else content.rfind(b"\n") + 1
        self.place += end
        found = content[:end].decode("utf-8", "replace").split("\n")
        for line in found if found[-1] else found[:-1]:
            again = _ATTEMPT.match(line)
            if again:
                self.attempt = int(again[1])
            else:
                yield f"{self.label}{f' ({self.attempt})' if self.attempt > 1 else ''}: {line.removesuffix(_RETURN)}"
