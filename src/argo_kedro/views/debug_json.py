"""Findings for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from argo_kedro.views.debug import command_text, exit_code_text, file_here
from argo_kedro.views.documents import VERSION
from argo_kedro.views.findings import Finding
from argo_kedro.workflows import RunState, reason
from argo_kedro.workflows.state import AttemptState


def debug_json(state: RunState, found: Sequence[Finding], more: int, project: Path, tail: int) -> dict[str, Any]:
    """The run, and what is known of these tasks.

    Args:
        state: The run.
        found: What is known.
        more: How many tasks were left out.
        project: The project's folder: code is named as it lies there.
        tail: How many lines of each log are shown.
    """
    return {
        "version": VERSION,
        "name": state.name,
        "namespace": state.namespace,
        "phase": state.phase,
        "message": reason(state.message).text,
        "tasks": [_task(each, project, tail) for each in found],
        "more": more,
    }


def _task(found: Finding, project: Path, tail: int) -> dict[str, Any]:
    given = found.node.container.get("resources") or {}
    return {
        "task": found.task.path,
        "name": found.label,
        "phase": found.task.phase,
        "seconds": round(found.seconds, 1),
        "reason": found.why.text,
        "hint": found.why.hint or None,
        "exit_code": _number(found.task.exit_code),
        "exit_code_means": exit_code_text(found) or None,
        "error": _error(found),
        "frames": [
            {"file": file_here(each, project), "line": each.line, "function": each.function, "code": each.code}
            for each in found.frames
        ],
        "attempts": [_attempt(each) for each in found.task.attempts],
        "template": found.task.template,
        "machine_type": found.machine_type or None,
        "requests": dict(given.get("requests") or {}),
        "limits": dict(given.get("limits") or {}),
        "pod": found.task.pod or None,
        "image": found.image or None,
        "code": found.code or None,
        "code_here": found.code_here or None,
        "loaded": list(found.loaded),
        "load_versions": dict(found.repeat.versions),
        "spilled": dict(found.repeat.spilled),
        "saved": list(found.saved),
        "log": {"lines": list(found.log.lines[-tail:]) if tail else [], "missing": found.log.missing or None},
        "command": command_text(found) or None,
        "variables": list(found.repeat.variables),
        "notes": list(found.repeat.notes),
    }


def _error(found: Finding) -> dict[str, Any] | None:
    if not found.told.error:
        return None
    return {
        "type": found.told.error,
        "message": found.told.text,
        "node": found.told.node or None,
        "while": found.told.deed or None,
        "dataset": found.told.dataset or None,
    }


def _attempt(attempt: AttemptState) -> dict[str, Any]:
    return {
        "phase": attempt.phase,
        "reason": reason(attempt.message).text,
        "exit_code": _number(attempt.exit_code),
        "seconds": round(attempt.seconds(attempt.ended), 1) if attempt.ended else None,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
