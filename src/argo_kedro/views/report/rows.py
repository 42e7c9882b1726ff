"""The tasks as rows of a table and as details, in the words that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argo_kedro.model import Json
from argo_kedro.views.report.words import KINDS, Phase, bytes_text, cores_text, phase_of, share_text, time_text


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of the time of a task."""

    kind: str
    word: str
    name: str
    began: float
    ended: float
    attempt: int

    @property
    def began_text(self) -> str:
        """When, from the begin of the run."""
        return time_text(self.began)

    @property
    def seconds_text(self) -> str:
        """How long."""
        return time_text(self.ended - self.began)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What a task asked for of one thing, what it may have, and what it used; empty where it is not known."""

    name: str
    asked: str
    limit: str
    used: str
    amount: float | None  # by which the table is sorted
    share: float | None  # of what it asked for, or may have where it asked for nothing
    limit_share: float | None  # its limit, as the same share

    @property
    def short(self) -> str:
        """For a cell: `0.9 of 2`."""
        return " of ".join(text for text in (self.used, self.asked or self.limit) if text)

    @property
    def share_text(self) -> str:
        """`45 %`, or nothing."""
        return share_text(self.share)


@dataclass(frozen=True, kw_only=True)
class Link:
    """Another task."""

    number: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A task."""

    number: int
    task: Json
    name: str
    phase: Phase
    began: float | None
    ended: float | None
    spans: tuple[Span, ...]
    resources: tuple[Resource, ...]
    needs: tuple[Link, ...]
    needed_by: tuple[Link, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def seconds(self) -> float | None:
        """From its first span to the end of its last."""
        return None if self.began is None or self.ended is None else self.ended - self.began

    @property
    def began_text(self) -> str:
        """When it began, from the begin of the run."""
        return time_text(self.began)

    @property
    def seconds_text(self) -> str:
        """How long it took in all."""
        return time_text(self.seconds)

    def summary(self, plan: bool) -> str:
        """The last cell of its line: the nodes of what is planned, the message of what ran."""
        return ", ".join(self.task["nodes"]) if plan else self.task["message"]

    @property
    def failed(self) -> bool:
        """Whether it needs a look."""
        return self.phase.style == "failed"


def rows(found: Json) -> list[Row]:
    """The tasks in the order of the input, which is that of their numbers."""
    tasks: Sequence[Json] = found["tasks"]
    plan = found["subject"] == "plan"
    numbers = {task["id"]: number for number, task in enumerate(tasks)}
    followers: dict[str, list[str]] = {}
    for task in tasks:
        for need in task["needs"]:
            followers.setdefault(need, []).append(task["id"])
    reads, writes = _crossing(found["datasets"])

    def links(ids: Iterable[str]) -> tuple[Link, ...]:
        return tuple(Link(number=numbers[id_], name=tasks[numbers[id_]]["name"]) for id_ in ids if id_ in numbers)

    return [
        _row(
            number,
            task,
            plan=plan,
            needs=links(task["needs"]),
            needed_by=links(followers.get(task["id"], [])),
            reads=tuple(reads.get(task["id"], [])),
            writes=tuple(writes.get(task["id"], [])),
        )
        for number, task in enumerate(tasks)
    ]


def in_table_order(tasks: Iterable[Row]) -> list[Row]:
    """Those that failed first, then those that go on, then the others; each as they began."""
    return sorted(tasks, key=lambda row: (row.phase.rank, row.began is None, row.began or 0.0, row.number))


def _row(number: int, task: Json, *, plan: bool, **others: Any) -> Row:
    spans = tuple(_spans(task["spans"]))
    return Row(
        number=number,
        task=task,
        name=task["name"],
        phase=phase_of(task["phase"], plan=plan),
        began=min((span.began for span in spans), default=None),
        ended=max((span.ended for span in spans), default=None),
        spans=spans,
        resources=tuple(_resources(task)),
        **others,
    )


def _spans(spans: Iterable[Json]) -> Iterable[Span]:
    for span in spans:
        began, ended = span.get("from"), span.get("to")
        if began is None or ended is None:
            continue
        kind = span["kind"]
        word = KINDS[kind][0] if kind in KINDS else kind
        attempt = span.get("attempt") or 1
        name = span.get("name") or ""
        yield Span(kind=kind, word=word, name=name, began=began, ended=max(began, ended), attempt=attempt)


def _resources(task: Json) -> Iterable[Resource]:
    asked, limit, used = (task[key] for key in ("requests", "limits", "used"))
    for key, name, text in (
        ("cpu", "CPU cores", cores_text),
        ("memory", "Memory", bytes_text),
        ("gpu", "Devices", cores_text),
    ):
        if any(amounts.get(key) is not None for amounts in (asked, limit, used)):
            yield Resource(
                name=name,
                asked=text(asked.get(key)),
                limit=text(limit.get(key)),
                used=text(used.get(key)),
                amount=next((found for part in (used, asked, limit) if (found := part.get(key)) is not None), None),
                share=_share(used.get(key), asked.get(key) or limit.get(key)),
                limit_share=_share(limit.get(key), asked.get(key) or limit.get(key)),
            )


def _share(used: float | None, of: float | None) -> float | None:
    return used / of if used is not None and of else None


def _crossing(datasets: Iterable[Json]) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """The datasets that each task reads of others, and those that it writes for others."""
    reads: dict[str, list[str]] = {}
    writes: dict[str, list[str]] = {}
    for dataset in datasets:
        writes.setdefault(dataset["producer"], []).append(dataset["name"])
        for consumer in dataset["consumers"]:
            reads.setdefault(consumer, []).append(dataset["name"])
    return reads, writes
