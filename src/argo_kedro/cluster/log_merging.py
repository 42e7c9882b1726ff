"""The logs of many pods as they are now, in the order of time: few streams at once, and little of them in memory."""

from __future__ import annotations

import heapq
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import IO, final

from argo_kedro.cluster.pod_log import LogLine, PodLog, Timed, not_yet, only_this_pod
from argo_kedro.cluster.protocol import TEMPORARY, Cluster, NotThere
from argo_kedro.cluster.submission import Sleep, patiently
from argo_kedro.errors import ClusterError
from argo_kedro.events import Notice

_AT_ONCE = 8
_TRIES = 4  # of one pod: its node may be lost
_BLOCK = 65_536  # characters of a log in memory
_GOODBYE = 1.0  # seconds
_WAIT = 0.5  # seconds: on Windows, Ctrl-C is not heard in between


def merged(
    cluster: Cluster, logs: Sequence[PodLog], *, goes_on: bool, sleep: Sleep, there: Callable[[], object]
) -> Iterator[LogLine | Notice]:
    """The lines of these logs.

    Args:
        cluster: Where the pods are.
        logs: What to read; afterwards they know how far they were read.
        goes_on: Whether the logs of running pods will be read on afterwards.
        sleep: Waits between two tries.
        there: Asks whether the cluster is there, when a pod's log is not; raises if it is not.

    Raises:
        ClusterError: if the cluster does not give the logs.
    """
    readings = [_Reading(log, goes_on=goes_on) for log in sorted(logs, key=lambda log: log.pod.began)]
    with tempfile.TemporaryFile() as file:
        spool = _Spool(file)
        waiting: SimpleQueue[_Reading] = SimpleQueue()
        for reading in readings:
            waiting.put(reading)
        work = partial(_work, cluster, waiting, spool, sleep)
        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(readings)))]
        for thread in threads:
            thread.start()
        try:
            yield from _in_order(readings, spool, there)
        finally:
            spool.close()
            for thread in threads:  # one that Python's end meets in the middle of a request can abort the process
                thread.join(_GOODBYE)


@final
class _Spool:
    """One file for all logs: a file for each pod would be more than a process may open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.closed = False

    def write(self, lines: Sequence[str]) -> tuple[int, int]:
        """Keep a block of lines: where it is."""
        data = "\n".join(lines).encode("utf-8", "surrogatepass")
        with self._lock:
            if self.closed:
                raise _Stopped
            place = self._file.seek(0, 2)
            self._file.write(data)
            return place, len(data)

    def read(self, place: int, size: int) -> list[str]:
        """A block of lines."""
        with self._lock:
            self._file.seek(place)
            return self._file.read(size).decode("utf-8", "surrogatepass").split("\n")

    def close(self) -> None:
        """Nobody reads on; the threads that still write end."""
        with self._lock:
            self.closed = True


class _Stopped(Exception):
    """Nobody waits for the logs any more."""


@final
class _Reading:
    """A pod's log on its way from the cluster through the file."""

    def __init__(self, log: PodLog, *, goes_on: bool) -> None:
        self.log = log
        self.done = threading.Event()
        self.error: ClusterError | OSError | None = None
        self._last = log.pod.over or not goes_on
        self._blocks: list[tuple[int, int]] = []
        self._lines: list[str] = []
        self._size = 0

    def read(self, cluster: Cluster, spool: _Spool, sleep: Sleep) -> None:
        """Read it to its end, in spite of streams that break."""

        def read_on() -> None:
            for line in self.log.read(cluster):
                if spool.closed:
                    raise _Stopped
                self._keep(line, spool)

        try:
            patiently(read_on, sleep=sleep, tries=_TRIES)
            for line in self.log.end() if self._last else ():
                self._keep(line, spool)
        finally:
            self._flush(spool)

    def lines(self, spool: _Spool) -> Iterator[Timed]:
        """What was read."""
        for place, size in self._blocks:
            for line in spool.read(place, size):
                at, _, text = line.partition(" ")
                yield Timed(int(at), text)

    def _keep(self, line: Timed, spool: _Spool) -> None:
        self._lines.append(f"{line.at} {line.text}")
        self._size += len(line.text)
        if self._size > _BLOCK:
            self._flush(spool)

    def _flush(self, spool: _Spool) -> None:
        if self._lines:
            self._blocks.append(spool.write(self._lines))
        self._lines, self._size = [], 0


def _work(cluster: Cluster, waiting: SimpleQueue[_Reading], spool: _Spool, sleep: Sleep) -> None:
    """Read one log after the other."""
    while not spool.closed:
        try:
            reading = waiting.get_nowait()
        except Empty:
            return
        try:
            reading.read(cluster, spool, sleep)
        except _Stopped:
            return
        except (ClusterError, OSError) as error:  # OSError: no room for the file
            reading.error = error
        finally:
            reading.done.set()


def _in_order(readings: Sequence[_Reading], spool: _Spool, there: Callable[[], object]) -> Iterator[LogLine | Notice]:
    """No pod says anything before it began: lines older than the next pod need not wait for it."""
    heads: list[tuple[int, int, Timed, PodLog, Iterator[Timed]]] = []
    number = count()
    for reading in readings:
        while heads and heads[0][0] < reading.log.pod.began:
            yield _first(heads)
        while not reading.done.wait(_WAIT):
            pass
        if reading.error:
            yield from _unread(reading.log, reading.error, there)
        lines = reading.lines(spool)
        for first in lines:
            heapq.heappush(heads, (first.at, next(number), first, reading.log, lines))
            break
    while heads:
        yield _first(heads)


def _first(heads: list[tuple[int, int, Timed, PodLog, Iterator[Timed]]]) -> LogLine:
    _, number, line, log, lines = heads[0]
    following = next(lines, None)
    if following is None:
        heapq.heappop(heads)
    else:
        heapq.heapreplace(heads, (following.at, number, following, log, lines))
    return log.line(line)


def _unread(log: PodLog, error: ClusterError | OSError, there: Callable[[], object]) -> Iterator[Notice]:
    """One log that is not to be had does not keep the others back."""
    if isinstance(error, OSError):
        raise ClusterError(f"There is no room for the logs: {error}", hint="free some, or set TMPDIR.") from error
    if isinstance(error, NotThere) or not_yet(error):
        return
    if isinstance(error, TEMPORARY):
        there()
    elif not only_this_pod(error):
        raise error
    log.told = True
    yield Notice(message=f"the log of {log.label} cannot be read. {error.message}")
