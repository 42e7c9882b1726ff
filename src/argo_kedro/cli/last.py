"""The run that was begun last from this project, here or on a cluster: what a verb without a name means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_LAST = Path("argo", "last.json")  # in the project's folder


def remember(project: Path, run: Mapping[str, Any]) -> None:
    """Note a run as the last one; no harm if that cannot be written."""
    path = project / _LAST
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(run), encoding="utf-8")


def last(project: Path) -> Mapping[str, Any]:
    """The last run; empty if there is none."""
    try:
        found = json.loads((project / _LAST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) and isinstance(found.get("name"), str) else {}
