"""docs/troubleshooting.md: what people see, why, and the way out; by the texts that Argo, Kubernetes and we print."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from argo_kedro.workflows.causes import CAUSES, KINDS_OF_CAUSES, Cause
from argo_kedro.workflows.reasons import EXITS, reason
from generators.own_errors import OWN_ERRORS, OwnError

# What clusters have really said, the same that the tests read.
_TEXTS = Path(__file__).parents[2] / "tests" / "unit" / "cluster_texts.py"
_SHORT = 400
_UNKNOWN = "ask who runs the cluster."  # the way out where the scheduler says what nobody knows
_WITH_A_LINE = (
    "main: OOMKilled (exit code 137)",
    "main: Error (exit code 1): node split: ValueError: too few rows",
    "main: Error (exit code 3): before the first node: DatasetError: no such type",
    "main: Error (exit code 7): node split, loading flights: OSError: no such bucket",
)
_HEAD = """\
# Troubleshooting, by error text

Search this page for the words that you see: the grey boxes hold what a terminal, `kedro argo status`, Argo's UI or
`kubectl describe` shows, with names as examples. Each heading is the cause, below it is the way out. `kedro argo
status` finds the cause by itself: its words are these headings.

This page is made from the code that does so (`make docs`).

* [What argo-kedro says](#what-argo-kedro-says): before anything runs, and on the way to the cluster
* [What Argo and Kubernetes say](#what-argo-and-kubernetes-say): why a task failed, or does not start
* [How a container ended](#how-a-container-ended): by exit code

A command that ends with a traceback is a mistake of ours, unless the traceback is in your own code: please report it.
`No such command 'argo'` is Kedro's way to say that argo-kedro is not installed in the environment that runs it, or
that the folder is no Kedro project.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "## What argo-kedro says\n"]
    for title, errors in OWN_ERRORS.items():
        parts += [f"### {title}\n", *(_own(error) for error in errors)]
    parts += ["## What Argo and Kubernetes say\n", *_foreign(runpy.run_path(str(_TEXTS))["WORDS"])]
    parts += ["## How a container ended\n", *_ends()]
    return "\n".join(parts)


def _own(error: OwnError) -> str:
    return _entry(error.cause, [error.said], error.way_out)


def _foreign(words: Mapping[str, str]) -> Iterator[str]:
    """Causes by kind, in the order in which they are looked for; then the texts of the scheduler."""
    by_cause: dict[Cause, list[str]] = {}
    unplaced = []
    for message in words:
        cause = next((each for each in CAUSES if re.search(each.pattern, _line(message))), None)
        if cause is None:
            unplaced.append(message)
        else:
            by_cause.setdefault(cause, []).append(message)
    for title, causes in KINDS_OF_CAUSES.items():
        yield f"### {title}\n"
        for cause in causes:
            yield _explained(by_cause[cause])
    yield "### No cluster node takes the pod\n"
    for message in unplaced:
        if reason(message).hint != _UNKNOWN:
            yield _explained([message])


def _ends() -> Iterator[str]:
    """The ends of our own tasks, which leave a line that says why; then each exit code without a word."""
    for message in (*_WITH_A_LINE, *(f"main: Error (exit code {code})" for code in EXITS)):
        yield _explained([message], level=3)


def _explained(messages: Sequence[str], *, level: int = 4) -> str:
    found = reason(messages[0])
    return _entry(found.text, messages, found.hint, level=level)


def _entry(cause: str, said: Sequence[str], way_out: str, *, level: int = 4) -> str:
    boxes = "\n".join(_shortened(_line(each)) for each in said)
    begins = cause[:1].upper() if re.match(r"[a-z]+ ", cause) else cause[:1]  # not the name of something
    heading = begins + cause[1:].rstrip(".")
    way_out = way_out[:1].upper() + way_out[1:] or "Nothing to do but to wait, or to ask who runs the cluster."
    return f"{'#' * level} {_escaped(heading)}\n\n```text\n{boxes}\n```\n\n{way_out}\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def _escaped(text: str) -> str:
    """As the text of a heading; what stands in backticks is code already."""
    if "`" in text:
        return text
    return "".join(f"\\{each}" if each in "_*<[]" else each for each in text)
