"""The line that a failed task leaves for Argo, and what its log says beside it: the error, where, in whose code.

`task/__main__.py` writes the line, Argo puts it behind how the container ended: `main: Error (exit code 1): node split,
saving model: ValueError: too few rows`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath

_LINE = re.compile(
    r"^(?:main: \w* ?\(exit code \d+\): ?)?(?P<where>before the first node|after the last node"
    r"|node (?P<node>.+?)(?:, (?P<deed>loading|saving) (?P<dataset>.+?))?)"
    r": (?P<error>[A-Za-z_][\w.]*): ?(?P<text>.*)$"
)
_FRAME = re.compile(r'^ {2}File "(?P<file>[^"\n]+)", line (?P<line>\d{1,9}), in (?P<function>.+)$')
_CODE = re.compile(r"^ {4}(?P<code>\S.*)$")
_STEP = re.compile(
    r"\b(?:Saving data to (?P<saved>\S.*?)|Loading data from (?P<loaded>\S.*?)) \((?P<type>\w+)\)\.\.\."
    r"|\b(?:Running|Completed) node: "
)
_MEMORY = "MemoryDataset"  # what is in there is gone with the task
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_LIBRARY = re.compile(r"python\d+\.\d+\Z")  # the folder of Python's own modules


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a task said when it failed."""

    where: str = ""  # `node split, saving model`; empty for a line that none of our tasks wrote
    node: str = ""
    deed: str = ""  # loading or saving; empty while the node itself ran
    dataset: str = ""
    error: str = ""  # the type of the exception
    text: str = ""

    @property
    def saving(self) -> str:
        """The dataset that could not be saved; empty if that was not what failed."""
        return self.dataset if self.deed == "saving" else ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A line of code that an exception came through."""

    file: str
    line: int
    function: str
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskLog:
    """The end of what a task wrote."""

    lines: tuple[str, ...] = ()
    missing: str = ""  # why there is none


def told(message: str) -> Told:
    """What the message of a node says in a task's own words; nothing where it says something else."""
    found = _LINE.match(" ".join(message.split()))
    return Told(**found.groupdict(default="")) if found else Told()


def frames(lines: Sequence[str], package: str) -> tuple[Frame, ...]:
    """The frames of a log's tracebacks that are in the project's own code, the innermost last.

    Args:
        lines: The log, or its end.
        package: The project's, which counts as its own where it is installed too.
    """
    found: list[Frame] = []
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        frame, code = _FRAME.match(line), _CODE.match(after)
        if frame and _is_own(frame["file"], package):
            known = Frame(
                file=frame["file"],
                line=int(frame["line"]),
                function=frame["function"],
                code=code["code"] if code else "",
            )
            found = [*(each for each in found if each != known), known]
    return tuple(found)


def loaded(lines: Sequence[str]) -> tuple[str, ...]:
    """The datasets and parameters that Kedro's log says were begun to be loaded from outside the task."""
    steps = [step for step in _steps(lines) if step["loaded"]]
    outside = (step["loaded"] for step in steps if step["type"] != _MEMORY or step["loaded"].startswith("param"))
    return tuple(dict.fromkeys(outside))


def saved(lines: Sequence[str]) -> tuple[str, ...]:
    """The datasets that were saved whole, as Kedro's log tells it: after each it went on with something."""
    return tuple(
        dict.fromkeys(step["saved"] for step in _steps(lines)[:-1] if step["saved"] and step["type"] != _MEMORY)
    )


def _steps(lines: Sequence[str]) -> list[re.Match[str]]:
    return [found for found in map(_STEP.search, lines) if found]


def _is_own(file: str, package: str) -> bool:
    parts = PurePosixPath(file.replace("\\", "/")).parts
    if file.startswith("<") or "argo_kedro" in parts:
        return False
    installed = any(part in _INSTALLED or _LIBRARY.match(part) for part in parts)
    return not installed or package in parts
