"""Findings as text for people."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from argo_kedro.task.exit_codes import MEANINGS
from argo_kedro.views.findings import Finding
from argo_kedro.views.progress import repeat_command, seconds_text
from argo_kedro.workflows import reason
from argo_kedro.workflows.state import AttemptState
from argo_kedro.workflows.told import Frame

_WIDTH = 120  # of what is said in sentences
_FRAMES = 3  # the last ones, which are the innermost
_PHASES = {"Failed": "failed", "Error": "failed", "Pending": "waits", "Succeeded": "succeeded", "Running": "runs"}


def debug_text(found: Finding, project: Path, tail: int) -> str:
    """All that is known of a task.

    Args:
        found: What is known.
        project: The project's folder: code is named as it lies there.
        tail: How many lines of its log are shown.
    """
    parts = [*_why(found, project), *_facts(found), *_log(found, tail), *_repeat(found)]
    return "\n".join([_headline(found), *(f"  {line}" for part in parts for line in part.split("\n"))])


def exit_code_text(found: Finding) -> str:
    """What the exit code of a task of ours means; empty for one that says nothing by itself."""
    code = found.task.exit_code
    return MEANINGS.get(int(code), "") if code.isdecimal() and found.repeat.is_ours else ""


def file_here(frame: Frame, project: Path) -> str:
    """A file of the project as it is called here, where it is here: a pod has another folder."""
    parts = [part for part in Path(frame.file).parts if part not in ("/", "..")]
    endings = (os.path.join(*parts[start:]) for start in range(len(parts)))
    return next((ending for ending in endings if os.path.isfile(project / ending)), frame.file)


def command_text(found: Finding) -> str:
    """The line that repeats a task; empty where nothing does."""
    return repeat_command(found.repeat.argv, found.repeat.env) if found.repeat.argv else ""


def differing(attempts: Sequence[AttemptState]) -> bool:
    """Whether attempts did not all end in the same way."""
    return len({reason(attempt.message).text for attempt in attempts}) > 1


def _headline(found: Finding) -> str:
    tried = found.node.attempts
    words = [
        f"Task {found.label} {_PHASES.get(found.task.phase, found.task.phase.lower())}",
        f"after {tried} attempts" if tried > 1 else "",
        f"in {seconds_text(found.seconds)}" if found.task.ended else f"for {seconds_text(found.seconds)}",
    ]
    return " ".join(filter(None, words))


def _why(found: Finding, project: Path) -> Iterator[str]:
    if found.told.error:
        text, _, own_hint = found.told.text.partition(" Hint: ")
        yield f"{found.told.error}: {text}"
        doing = f", while {found.told.deed} {found.told.dataset}" if found.told.deed else ""
        place = f"in node {found.told.node}" if found.told.node else found.told.where
        yield f"  {place}{doing}"
        for frame in found.frames[-_FRAMES:]:
            yield f"  at {file_here(frame, project)}:{frame.line} in {frame.function}"
            if frame.code:
                yield f"       {frame.code}"
        hint = own_hint or found.why.hint
    else:
        hint = found.why.hint
        if found.why.text:
            yield found.why.text
    if hint:
        yield f"Hint: {_with_machine(hint, '' if found.node.grows else found.machine_type)}"


def _with_machine(hint: str, machine_type: str) -> str:
    """A hint that names the key of the very machine type."""
    if not machine_type:
        return hint
    return hint.replace("`machine_types` in argo.yml", f"`machine_types.{machine_type}` in argo.yml")


def _facts(found: Finding) -> Iterator[str]:
    meaning = exit_code_text(found)
    if meaning:
        yield f"Exit code {found.task.exit_code}: {meaning}."
    if differing(found.task.attempts):
        yield "Attempts:"
        for number, attempt in enumerate(found.task.attempts, 1):
            yield f"  {number}: {reason(attempt.message).text or attempt.phase.lower()}"
    larger = "; a try after memory ran out has its `larger` one" if found.node.grows else ""
    yield f"Machine type: {found.machine_type or f'of template {found.task.template}'}{_resources(found)}{larger}"
    if found.code or found.image:
        here = f" (the code here is {found.code_here})" if found.code_here else ""
        image = f"image {found.image}" if found.image else ""
        yield f"Ran with: {', '.join(filter(None, (f'code {found.code}{here}' if found.code else '', image)))}"
    if found.loaded:
        yield f"Loaded: {', '.join(found.loaded)}"
    if found.repeat.versions:
        yield f"In the version: {', '.join(f'{name} {version}' for name, version in found.repeat.versions.items())}"
    if found.repeat.spilled:
        yield f"From the storage: {', '.join(f'{name} in {at}' for name, at in found.repeat.spilled.items())}"
    if found.saved:
        yield f"Saved: {', '.join(found.saved)}"


def _resources(found: Finding) -> str:
    given = found.node.container.get("resources") or {}
    sides = {side: _quantities(given.get(side) or {}) for side in ("requests", "limits")}
    if sides["requests"] == sides["limits"] and sides["limits"]:
        sides = {"requests and limits": sides["limits"]}
    return "".join(f", {side} {quantities}" for side, quantities in sides.items() if quantities)


def _quantities(given: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in given.items())


def _log(found: Finding, tail: int) -> Iterator[str]:
    lines = found.log.lines[-tail:] if tail else ()
    if found.log.missing:
        yield f"No log: {found.log.missing}."
        if found.task.message:
            yield f"What is left of it: {' '.join(found.task.message.split())}"
    elif lines:
        yield "The end of its log:"
        yield from (f"  | {line}" for line in lines)


def _repeat(found: Finding) -> Iterator[str]:
    command = command_text(found)
    if command:
        yield "To repeat it here, in the project's folder:"
        yield f"  {command}"
    unset = [name for name in found.repeat.variables if name not in os.environ]
    if command and found.repeat.variables:
        here = f"; not set here: {', '.join(unset)}" if unset else ", which are all set here"
        yield f"It takes from this shell: {', '.join(found.repeat.variables)}{here}."
    for note in found.repeat.notes:
        yield from textwrap.wrap(note, _WIDTH, break_long_words=False, break_on_hyphens=False)
