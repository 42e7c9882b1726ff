"""What differs between two manifests, as text that reads as a diff does, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from argo_kedro.differences import Change, Differences, Moved, TaskAlone
from argo_kedro.differences.comparing import RUNS, WAITS_FOR
from argo_kedro.names import few
from argo_kedro.views.documents import VERSION

_SHOWN = 8  # tasks in a line; JSON has all of them
_WIDTH = 100  # characters of a value
_AROUND = 20  # characters before the first difference of two long values
_VERBS = {WAITS_FOR: ("no longer waits for", "also waits for"), RUNS: ("no longer runs", "also runs")}


def differences_json(found: Differences, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """All that `diff --json` shows.

    Args:
        found: What differs.
        before: What the first manifest is.
        after: What the second is.
    """
    return {
        "version": VERSION,
        "before": {**before, "tasks": found.tasks_before},
        "after": {**after, "tasks": found.tasks_after},
        "same": found.same,
        "tasks": {
            "added": [_lists(asdict(task)) for task in found.added],
            "removed": [_lists(asdict(task)) for task in found.removed],
            "renamed": [_lists(asdict(task)) for task in found.renamed],
            "changed": [{**_field(change), "tasks": list(change.names)} for change in found.changed],
        },
        "nodes": {
            "added": list(found.nodes_added),
            "removed": list(found.nodes_removed),
            "moved": [asdict(moved) for moved in found.moved],
            "changed": [{**_field(change), "nodes": list(change.names)} for change in found.nodes_changed],
        },
        "workflow": [_field(change) for change in found.workflow],
    }


def differences_text(found: Differences, before: str, after: str) -> str:
    """The same for people; empty if nothing differs."""
    if found.same:
        return ""
    common = found.tasks_before - len(found.removed)
    blocks = [
        [f"{_word(before)} -> {_word(after)}: {_counted(found)}."],
        list(_alone("+", found.added)),
        list(_alone("-", found.removed)),
        [f"~ {_word(each.before)} is called {_word(each.after)}" for each in found.renamed],
        list(_moves(found.moved)),
        *_changes(found.changed, "task", common),
        *_changes(found.nodes_changed, "node", len(found.moved)),
        ["~ the workflow", *map(_change, found.workflow)] if found.workflow else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _alone(sign: str, tasks: Sequence[TaskAlone]) -> Iterator[str]:
    for task in tasks:
        resources = ", ".join(f"{what} {amount}" for what, amount in sorted(task.resources.items()))
        waits = f", waits for {few([*map(_word, task.waits_for)], _SHOWN)}" if task.waits_for else ""
        yield f"{sign} {_word(task.name)}{f' ({resources})' if resources else ''}{waits}"
        if task.nodes not in ((), (task.name,)):
            yield f"    runs {', '.join(map(_word, task.nodes))}"


def _moves(moved: Sequence[Moved]) -> Iterator[str]:
    """Nodes that went the same way, in a line."""
    ways: dict[tuple[str, str], list[str]] = {}
    for each in moved:
        before = "" if each.before == each.node else each.before
        ways.setdefault((before, "" if each.after == each.node else each.after), []).append(each.node)
    for (before, after), nodes in ways.items():
        own = "a task of its own" if len(nodes) == 1 else "tasks of their own"
        come, goes = (_word(name) if name else own for name in (before, after))
        yield f"~ {', '.join(map(_word, nodes))}: {come} -> {goes}"


def _changes(changed: Sequence[Change], kind: str, common: int) -> Iterator[list[str]]:
    """What changes for the same tasks, or for the same nodes that moved, is said together."""
    blocks: dict[tuple[str, ...], list[Change]] = {}
    for change in changed:
        blocks.setdefault(change.names, []).append(change)
    for names, changes in sorted(blocks.items(), key=lambda block: -len(block[0])):
        yield [f"~ {_who(names, kind, common)}", *map(_change, changes)]


def _who(names: Sequence[str], kind: str, common: int) -> str:
    if len(names) == 1:
        return f"{'node ' if kind == 'node' else ''}{_word(names[0])}"
    if len(names) == common:
        return f"all {common} {kind}s that {'moved' if kind == 'node' else 'both have'}"
    return f"{len(names)} {kind}s: {few([*map(_word, names)], _SHOWN)}"


def _change(change: Change) -> str:
    if change.field in _VERBS:
        lost, gained = _VERBS[change.field]
        verb, name = (lost, change.before) if change.after is None else (gained, change.after)
        return f"    {verb} {_word(name or '')}"
    if change.before == change.after:
        return f"    {_word(change.field)}: another value, which is not shown"
    before, after = _shortened(change.before, change.after)
    return f"    {_word(change.field)}: {before} -> {after}"


def _shortened(before: str | None, after: str | None) -> tuple[str, str]:
    """Both values, of long ones the part where they begin to differ."""
    same = 0
    if before and after and max(len(before), len(after)) > _WIDTH:
        same = next((place for place, (one, other) in enumerate(zip(before, after)) if one != other), 0)  # noqa: B905  # one may be longer
    start = max(same - _AROUND, 0)
    return _value(before, start), _value(after, start)


def _value(text: str | None, start: int) -> str:
    if text is None:
        return "none"
    shown = text[start : start + _WIDTH]
    return f"{'...' if start else ''}{_word(shown)}{'...' if start + _WIDTH < len(text) else ''}"


def _word(text: str) -> str:
    """A text as it can stand in a line, whoever wrote it."""
    return text if text.isprintable() and text == text.strip() and text else json.dumps(text)


def _counted(found: Differences) -> str:
    before, after = found.tasks_before, found.tasks_after
    return f"{before}{f' -> {after}' if after != before else ''} task{'' if before == after == 1 else 's'}"


def _field(change: Change) -> dict[str, Any]:
    return {"field": change.field, "before": change.before, "after": change.after}


def _lists(found: dict[str, Any]) -> dict[str, Any]:
    return {key: list(item) if isinstance(item, tuple) else item for key, item in found.items()}
