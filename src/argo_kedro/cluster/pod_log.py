"""The log of one pod, without what Argo's emissary adds to it, and without what comes twice when it is read again."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple, final

from argo_kedro.cluster.protocol import Cluster, Refused
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, text
from argo_kedro.workflows.nodes import NODE_ID

_NODE_NAME = "workflows.argoproj.io/node-name"  # annotation of a pod
_MAIN = "main"
_ATTEMPT = re.compile(r"\((\d+)\)\Z")  # an item has a colon behind its number, and no other "(" in it
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)\Z")
_SECOND = 1_000_000_000  # nanoseconds
_REPEATED = 2 * _SECOND  # of a log's end: read again from a whole second on, and two streams may write at odds
_EMISSARY = re.compile(r"time=\S+ level=\w+ msg=.* argo=true( |\Z)")
# Behind a line that a task did not end, on either stream; only texts that Argo 3.7 and 4.0 are known to write.
_JOINED = re.compile(
    r'(?<=.)time=\S+ level=\w+ msg="(?:waiting for signals|sub-process exited|file signal handler exiting [^"]*)" '
    r"(?:.* )?argo=true( |\Z)"
)
_EXIT_STATUS = re.compile(r"Error: exit status \d+\Z")
_FAILED = 'error="exit status '
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_ONE_POD = re.compile(r'container "?[^ "]*"? in pod ')
_NOT_YET = "waiting to start"


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line that a task wrote."""

    task: str  # its path, `outer.inner` within a nested DAG
    label: str  # what people call it
    attempt: int  # from 0
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class LogPod:
    """A pod of a workflow, as far as its log goes."""

    name: str
    uid: str
    node: str  # the id of its node
    path: str  # of its task
    attempt: int
    container: str  # that has something to say: main, or an init container that failed; none yet if empty
    began: int  # nanoseconds since 1970: nothing of its log is older
    over: bool
    failed: bool


class Timed(NamedTuple):
    """A line with its time, in nanoseconds since 1970, which never goes back within a log."""

    at: int
    text: str


class Gap(Exception):
    """A log was to be read on from where it broke off, and what is there begins later: read it from its beginning."""


def log_pod(workflow: str, document: Json) -> LogPod:
    """Read a Pod object."""
    status = document.get("status") or {}
    phase_over = status.get("phase") in ("Succeeded", "Failed")
    container, state = _speaker(status)
    ended = state.get("terminated") or {}
    began = (ended or state.get("running") or {}).get("startedAt") or text(document, "metadata", "creationTimestamp")
    node = text(document, "metadata", "annotations", _NODE_NAME) or text(document, "metadata", "name")
    attempt = _ATTEMPT.search(node)
    return LogPod(
        name=text(document, "metadata", "name"),
        uid=text(document, "metadata", "uid"),
        node=text(document, "metadata", "annotations", NODE_ID),
        path=_ATTEMPT.sub("", node).removeprefix(f"{workflow}."),
        attempt=int(attempt[1]) if attempt else 0,
        container=container,
        began=nanoseconds(began) or 0,
        over=bool(ended) or phase_over,
        failed=bool(ended.get("exitCode")),
    )


def _speaker(status: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The container whose log counts, and its state. Where an init container failed, main never gets one."""
    for each in status.get("containerStatuses") or ():
        state = each.get("state") or {}
        if each.get("name") == _MAIN and (state.get("running") or state.get("terminated")):
            return _MAIN, state
    for each in status.get("initContainerStatuses") or ():
        state = each.get("state") or {}
        if (state.get("terminated") or {}).get("exitCode") and status.get("phase") == "Failed":
            return str(each.get("name")), state
    return "", {}


def nanoseconds(stamp: str) -> int | None:
    """A time as the kubelet writes it, which is finer than Python's; none if it is no time."""
    found = _STAMP.match(stamp)
    if not found:
        return None
    try:
        return _second(found[1], found[3]) * _SECOND + int((found[2] or "").ljust(9, "0"))
    except ValueError:  # the 31st of February
        return None


@lru_cache(maxsize=1024)
def _second(moment: str, zone: str) -> int:
    return int(datetime.fromisoformat(moment + ("+00:00" if zone == "Z" else zone)).timestamp())


def only_this_pod(error: ClusterError) -> bool:
    """Whether a refusal is about one pod's container: a missing right, say, is about all."""
    return isinstance(error, Refused) and bool(_ONE_POD.search(error.message))


def not_yet(error: ClusterError) -> bool:
    """Whether the container has not begun: `ContainerCreating`, `PodInitializing`."""
    return isinstance(error, Refused) and _NOT_YET in error.message


@final
class PodLog:
    """How far a pod's log has been read. It is read on from there as often as a stream breaks.

    Lines have no number. A log read again begins with the whole second of its last line, and must then hold that line;
    its times tell which lines came before.
    """

    def __init__(self, pod: LogPod, label: str) -> None:
        self.pod = pod
        self.label = label
        self.complete = False
        self.told = False  # that it cannot be read
        self._emissary = _Emissary()
        self._reads = 0
        self._last = Timed(pod.began, "")
        self._latest = pod.began
        self._recent: deque[int] = deque()  # the times of its last lines
        self._again: Counter[int] = Counter()  # those of them that have to come again
        self._unproven = False  # that it goes on where it broke off

    def read(self, cluster: Cluster) -> Iterator[Timed]:
        """What there is now, and was not there before."""
        whole = False
        while True:
            since = self.begin(whole=whole)
            try:
                for raw in cluster.log(self.pod.name, self.pod.container, since=since):
                    yield from self.take(raw)
                self.check()
            except Gap:
                whole = True
            else:
                return

    def begin(self, *, whole: bool = False) -> str:
        """Begin to read it, or to read on: from when on (RFC 3339); from its beginning if empty."""
        self._reads += 1
        self._again = Counter(self._recent)
        self._floor = self._latest - _REPEATED
        self._unproven = bool(self._recent) and not whole
        return f"{_moment(self._latest):%Y-%m-%dT%H:%M:%SZ}" if self._unproven else ""

    def take(self, raw: str) -> list[Timed]:
        """The lines to show, now that this one came.

        Raises:
            Gap: if lines before it may be missing.
        """
        stamp, _, words = raw.partition(" ")
        at = nanoseconds(stamp)
        if at is None:  # the kubelet's own words; in what is read again, the rest of a long line that was read before
            return [] if self._reads > 1 else self._new(self._latest, raw)
        if self._seen(at):
            return self._rest(at, words)
        if self._unproven:
            raise Gap
        return self._new(at, words)

    def check(self) -> None:
        """At the end of a reading: whether nothing is missing.

        Raises:
            Gap: if lines may be.
        """
        if self._unproven:
            raise Gap

    def end(self) -> list[Timed]:
        """What was held back as long as it might not have been the last line."""
        self.complete = True
        return self._emissary.rest(failed=self.pod.failed)

    def line(self, timed: Timed) -> LogLine:
        """A line as it is shown."""
        at = _moment(timed.at)
        return LogLine(task=self.pod.path, label=self.label, attempt=self.pod.attempt, at=at, text=timed.text)

    def _seen(self, at: int) -> bool:
        if not self._again:
            return False
        if at not in self._again:
            return at < self._floor
        self._again[at] -= 1
        if not self._again[at]:
            del self._again[at]
        self._unproven = False
        return True

    def _rest(self, at: int, words: str) -> list[Timed]:
        """What a line that broke off in its middle goes on with."""
        known = self._last.text
        if at != self._last.at or len(words) <= len(known) or not words.startswith(known):
            return []
        self._last = Timed(at, words)
        return self._shown(Timed(self._latest, words[len(known) :]))

    def _new(self, at: int, words: str) -> list[Timed]:
        self._last = Timed(at, words)
        self._latest = max(self._latest, at)
        self._recent.append(at)
        while self._recent[0] < self._latest - _REPEATED:
            self._recent.popleft()
        return self._shown(Timed(self._latest, words))

    def _shown(self, line: Timed) -> list[Timed]:
        return self._emissary.take(line) if self.pod.container == _MAIN else [line]


@final
class _Emissary:
    """Takes out what Argo's emissary writes into the log of main: facts in `tests/cluster/test_logs.py`."""

    def __init__(self) -> None:
        self._held: list[Timed] = []  # perhaps its last line; a user's line may look the same
        self._failed = False

    def take(self, line: Timed) -> list[Timed]:
        held, self._held = self._held, []
        if _EMISSARY.match(line.text):
            self._failed = self._failed or _FAILED in line.text
            return held
        joined = _JOINED.search(line.text)
        if joined:
            self._failed = self._failed or _FAILED in line.text
            return [*held, Timed(line.at, line.text[: joined.start()])]
        if _EXIT_STATUS.match(line.text):
            self._held = [line]
            return held
        return [*held, line]

    def rest(self, *, failed: bool) -> list[Timed]:
        held, self._held = self._held, []
        return [] if failed or self._failed else held


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at // 1000)
