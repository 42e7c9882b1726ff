"""How the report says phases, times and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argo_kedro.quantities import GIB
from argo_kedro.views.progress import seconds_text


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase as people see it: a sign and a word beside the colour of its style."""

    sign: str
    word: str
    style: str
    rank: int  # in the table: what needs a look comes first


_PHASES: Mapping[str, Phase] = {
    "Failed": Phase(sign="✕", word="failed", style="failed", rank=0),
    "Error": Phase(sign="!", word="error", style="failed", rank=1),
    "Retrying": Phase(sign="↻", word="retrying", style="waits", rank=2),
    "Running": Phase(sign="▸", word="running", style="runs", rank=3),
    "Pending": Phase(sign="…", word="pending", style="waits", rank=4),
    "Succeeded": Phase(sign="✓", word="succeeded", style="good", rank=5),
    "Skipped": Phase(sign="»", word="skipped", style="idle", rank=6),
    "Omitted": Phase(sign="-", word="omitted", style="idle", rank=7),
    "": Phase(sign="○", word="not begun", style="idle", rank=8),
}
PLANNED = Phase(sign="○", word="planned", style="plan", rank=8)
KINDS: Mapping[str, tuple[str, str]] = {  # of spans, in the order in which they come
    "waiting": ("waiting", "for what it needs to be seen done, or for room"),
    "place": ("place", "the pod exists and has no machine yet"),
    "image": ("image", "its image is pulled"),
    "start": ("start-up", "from its place on a cluster node, without the pull, to its first node"),
    "node": ("nodes", "the work itself"),
    "end": ("end", "after the last node"),
}


def phase_of(phase: str, *, plan: bool) -> Phase:
    """The phase by Argo's word; one that is not known keeps its word."""
    if plan:
        return PLANNED
    return _PHASES.get(phase) or Phase(sign="?", word=phase.lower(), style="idle", rank=9)


def time_text(seconds: float | None) -> str:
    """`3.2 s`, `4 min 05 s`; nothing where it is not known."""
    return "" if seconds is None else seconds_text(seconds)


def cores_text(cores: float | None) -> str:
    """`0.5`, `12`: cores with two digits that matter."""
    return "" if cores is None else _short(cores)


def bytes_text(amount: float | None) -> str:
    """`512 Mi`, `1.5 Gi`, as Kubernetes names them."""
    if amount is None:
        return ""
    for unit, size in (("Ti", GIB * 1024), ("Gi", GIB), ("Mi", 1024**2), ("Ki", 1024)):
        if amount >= size:
            return f"{_short(amount / size)} {unit}"
    return f"{_short(amount)} B"


def share_text(share: float | None) -> str:
    """`45 %`."""
    return "" if share is None else f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def count_text(number: int, word: str) -> str:
    """`1 task`, `18 tasks`."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _short(number: float) -> str:
    digits = 0 if number >= 10 else 1 if number >= 1 else 2
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment_text(moment: str) -> str:
    """A time in UTC as people read it, by ISO 8601: `2026-11-21 08:03:47 UTC`."""
    return moment.replace("T", " ").removesuffix("Z").removesuffix("+00:00") + " UTC"
