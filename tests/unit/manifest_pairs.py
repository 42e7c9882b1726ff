"""Manifests of plans, and what `diff` says of two of them."""

from __future__ import annotations

from typing import Any

from plans import planned

from argo_kedro.differences import Change, Differences, compared, side_of
from argo_kedro.manifest import read, render
from argo_kedro.model import Json, Kind


def manifest(*args: Any, kind: Kind = "workflow", **kwargs: Any) -> Json:
    """The manifest of a plan, read back from its text."""
    return read(render(planned(*args, **kwargs), kind=kind))


def difference(before: Json, after: Json, **names: str) -> Differences:
    """What differs between two manifests, whose tasks people call so."""
    return compared(side_of(before, names), side_of(after, names))


def said(changes: tuple[Change, ...]) -> dict[str, tuple[str | None, str | None]]:
    """Each field that changed, and how."""
    return {change.field: (change.before, change.after) for change in changes}
