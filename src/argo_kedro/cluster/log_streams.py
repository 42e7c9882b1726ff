"""Many logs at once: a thread for each request, one queue for all, and a window that orders what comes."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from queue import Empty, Full, Queue
from typing import final

from argo_kedro.cluster.pod_log import LogLine, LogPod, PodLog, Timed
from argo_kedro.cluster.protocol import Cluster
from argo_kedro.errors import ClusterError

_QUEUE = 10_000  # lines; a terminal may be slower than the pods
_TICK = 0.1  # seconds
_STOPPED = 1.0  # seconds until a thread that has nowhere to put its line sees that nobody listens


@dataclass(eq=False, kw_only=True)
class Reader:
    """A request for a pod's log. What it brings is worth nothing once it is dropped."""

    log: PodLog
    final: bool  # the pod was over: nothing comes after what it brings
    heard: float  # when it last brought something
    dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A request came to its end, or broke off."""

    error: ClusterError | None = None


@final
class Streams:
    """Requests that go on until their pods are over, nobody wants them, or all is closed."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._queue: Queue[tuple[Reader, str | Ended]] = Queue(_QUEUE)
        self._closed = threading.Event()

    def open(self, reader: Reader, *, follow: bool, since: str) -> None:
        """Begin a request."""
        # A daemon: nothing wakes a thread that waits for a line, and Ctrl-C must not wait for it.
        threading.Thread(target=self._read, args=(reader, reader.log.pod, follow, since), daemon=True).start()

    def items(self) -> Iterator[tuple[Reader, str | Ended]]:
        """Lines as they came from the cluster, and ends; nothing, after a moment, if there are none."""
        wait = _TICK
        for _ in range(_QUEUE):
            try:
                reader, item = self._queue.get(timeout=wait)
            except Empty:
                return
            wait = 0.0
            if not reader.dropped:
                yield reader, item

    def close(self) -> None:
        """Nobody listens any more."""
        self._closed.set()

    def _read(self, reader: Reader, pod: LogPod, follow: bool, since: str) -> None:
        error: ClusterError | None = None
        try:
            for raw in self._cluster.log(pod.name, pod.container, follow=follow, since=since):
                if reader.dropped or not self._put(reader, raw):
                    return
        except ClusterError as found:
            error = found
        finally:
            self._put(reader, Ended(error=error))

    def _put(self, reader: Reader, item: str | Ended) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put((reader, item), timeout=_STOPPED)
            except Full:
                continue
            return True
        return False


@final
class Window:
    """Lines that wait a moment, in the order of their time, for older ones that come later."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, int, PodLog, Timed]] = []
        self._arrivals: deque[tuple[float, int]] = deque()
        self._number = count()
        self._until = 0

    def add(self, now: float, log: PodLog, lines: Iterable[Timed]) -> None:
        """Lines that came now."""
        for line in lines:
            heapq.heappush(self._lines, (line.at, next(self._number), log, line))
            self._arrivals.append((now, line.at))

    def ripe(self, before: float) -> Iterator[LogLine]:
        """The lines that came up to this moment, and all that are older than one of them."""
        while self._arrivals and self._arrivals[0][0] <= before:
            self._until = max(self._until, self._arrivals.popleft()[1])
        while self._lines and self._lines[0][0] <= self._until:
            _, _, log, line = heapq.heappop(self._lines)
            yield log.line(line)
