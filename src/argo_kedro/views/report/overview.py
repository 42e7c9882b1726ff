"""What stands at the top of the report: how many did what, where the time went, and what was asked for and used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from argo_kedro.views.report.rows import Row
from argo_kedro.views.report.words import KINDS, Phase, bytes_text, count_text, share_text, time_text


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a bar."""

    kind: str
    word: str
    meaning: str
    text: str
    percent: float


def phases(rows: Sequence[Row]) -> list[tuple[Phase, int]]:
    """The phases that there are, what needs a look first, and how many tasks each has."""
    counted = Counter(row.phase for row in rows)
    return sorted(counted.items(), key=lambda item: (item[0].rank, item[0].word))


def time_parts(rows: Sequence[Row]) -> list[Part]:
    """Where the time of these tasks went, by kind."""
    seconds: Counter[str] = Counter()
    for row in rows:
        for span in row.spans:
            seconds[span.kind] += span.ended - span.began  # type: ignore[assignment]  # a Counter counts what adds up
    total = sum(seconds.values())
    return [
        Part(kind=kind, word=word, meaning=meaning, text=time_text(seconds[kind]), percent=100 * seconds[kind] / total)
        for kind, (word, meaning) in KINDS.items()
        if seconds[kind] > 0
    ]


def use_sentences(rows: Sequence[Row]) -> list[str]:
    """What was asked for and used, over the time that the tasks had a machine."""
    return [sentence for key in ("cpu", "memory") if (sentence := _use(rows, key))]


def _use(rows: Sequence[Row], key: str) -> str:
    asked = used = 0.0
    measured = 0
    for row in rows:
        want = row.task["requests"].get(key)
        had = row.task["used"].get(key)
        if want and had is not None:
            seconds = sum(span.ended - span.began for span in row.spans if span.kind not in ("waiting", "place"))
            asked += want * seconds
            used += had * seconds
            measured += 1
    if not asked:
        return ""
    share = share_text(used / asked)
    who = count_text(measured, "measured task")
    if key == "cpu":
        return f"{who} held {asked / 60:,.1f} core-minutes and used {used / 60:,.1f}, {share}."
    held, needed = (bytes_text(amount / 60) for amount in (asked, used))
    return f"{who} held {held}·min of memory; at their peaks they used {needed}·min of it, {share}."
