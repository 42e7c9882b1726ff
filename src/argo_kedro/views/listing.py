"""Workflows in lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from argo_kedro.model import Json
from argo_kedro.views.columns import table
from argo_kedro.views.progress import seconds_text
from argo_kedro.workflows import summary

_HEAD = ("NAME", "PHASE", "CREATED", "TIME", "PROGRESS", "PIPELINE", "ENV")


def listing(workflows: Sequence[Json]) -> str:
    """One line for each workflow."""
    now = datetime.now(timezone.utc)
    rows: list[Sequence[str]] = [_HEAD]
    for workflow in workflows:
        found = summary(workflow)
        created = found.created.astimezone().strftime("%Y-%m-%d %H:%M") if found.created else ""
        time = seconds_text(found.seconds(now)) if found.began else ""
        rows.append((found.name, found.phase or "-", created, time, found.progress, found.pipeline, found.env))
    return table(rows)
