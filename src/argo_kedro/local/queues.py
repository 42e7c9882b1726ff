"""Tasks that could begin, and things that are to happen at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from argo_kedro.local.machine import Demand, Room


class Ranked(Protocol):
    """What can wait for room on the machine."""

    rank: int
    demand: Demand


T = TypeVar("T", bound=Ranked)


class ReadyQueue(Generic[T]):
    """Longest path first; a task that does not fit lets smaller ones pass.

    One heap for each demand, so that a full machine costs one look at each kind of task and not at each task.
    """

    def __init__(self) -> None:
        self._heaps: dict[Demand, list[tuple[int, int, T]]] = {}
        self._count = itertools.count()

    def push(self, task: T) -> None:
        """Let a task wait for its turn."""
        heapq.heappush(self._heaps.setdefault(task.demand, []), (-task.rank, next(self._count), task))

    def pop(self, room: Room) -> T | None:
        """The first task that fits, if there is one."""
        fitting = [heap for demand, heap in self._heaps.items() if heap and room.fits(demand)]
        if not fitting:
            return None
        heap = min(fitting, key=lambda heap: heap[0][:2])
        return heapq.heappop(heap)[2]


class Timers:
    """Calls to make at a time of the monotonic clock."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def at(self, time: float, call: Callable[[], None]) -> None:
        """Make this call then; it must itself see whether it still has a reason."""
        heapq.heappush(self._heap, (time, next(self._count), call))

    def next(self) -> float | None:
        """When the next call is due."""
        return self._heap[0][0] if self._heap else None

    def run(self, now: float) -> None:
        """Make every call that is due."""
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
