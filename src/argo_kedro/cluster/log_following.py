"""The logs of a workflow's pods while they are written: from where they were read to, until the workflow is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

from argo_kedro.cluster.following import Clock
from argo_kedro.cluster.log_streams import Ended, Reader, Streams, Window
from argo_kedro.cluster.pod_log import Gap, LogLine, LogPod, PodLog, not_yet, only_this_pod
from argo_kedro.cluster.protocol import TEMPORARY, Busy, Cluster, Expired, NotThere
from argo_kedro.cluster.submission import pause
from argo_kedro.errors import ClusterError
from argo_kedro.events import Notice

_STREAMS = 200  # at once; as many pods more are read now and then
_ROUND = 2.0  # seconds between two looks at the pods
_SHARE = 10  # a look that takes long comes seldom: no more than a tenth of the time
_HELD = 1.0  # seconds that a line waits for older ones of other pods
_SILENT = 10.0  # seconds after the end of a pod in which its stream may still say something
_LINGER = 60.0  # seconds after the end of the workflow in which its pods should end
_TRIES = 4  # of a pod's log, before it is worth a word; and after the end, at all
_SLOWEST = 10.0  # seconds between two tries
_AWAY = 5.0  # seconds without an answer before it is worth a word
_GIVE_UP = 600.0  # seconds without an answer


@dataclass(frozen=True, kw_only=True)
class Look:
    """A workflow's pods as they are, and whether it is over."""

    pods: tuple[LogPod, ...]
    over: bool


@final
class _Follower:
    """A pod's log, and who reads it."""

    def __init__(self, log: PodLog) -> None:
        self.log = log
        self.reader: Reader | None = None
        self.next = 0.0  # not to be read again before
        self.tries = 0
        self.over = 0.0  # when the pod was seen to be
        self.gone = False  # the pod
        self.whole = False  # the last stream did not break

    def drop(self) -> None:
        """Whoever reads it need not go on."""
        if self.reader:
            self.reader.dropped = True
        self.reader = None


@final
class Following:
    """Follow the logs of a workflow's pods.

    Args:
        cluster: Where they are.
        look: Looks at the pods.
        log: Makes the log of a new pod.
        clock: The time.
    """

    def __init__(
        self, cluster: Cluster, look: Callable[[], Look], log: Callable[[LogPod], PodLog], clock: Clock
    ) -> None:
        self._look, self._log, self._clock = look, log, clock
        self._streams, self._window = Streams(cluster), Window()
        self._followers: dict[str, _Follower] = {}  # by the pod's uid
        self._next = 0.0  # round
        self._over: float | None = None  # since when the workflow is
        self._away: float | None = None  # since when there is no answer
        self._told = False  # that there is none
        self._tries = 0

    def lines(self, logs: Iterable[PodLog]) -> Iterator[LogLine | Notice]:
        """What is written from now on, to these logs and to those of pods that come; in order as far as it comes so.

        Raises:
            ClusterError: if the cluster stays away, or does not give the logs.
        """
        self._followers = {log.pod.uid: _Follower(log) for log in logs}
        self._next = self._clock.now()
        try:
            while not self._done():
                if self._clock.now() >= self._next:
                    yield from self._round()
                for reader, item in self._streams.items():
                    yield from self._heard(reader, item)
                yield from self._window.ripe(self._clock.now() - _HELD)
            yield from self._window.ripe(self._clock.now())
        finally:
            self._streams.close()

    def _done(self) -> bool:
        return self._over is not None and all(each.log.complete for each in self._followers.values())

    # The pods --------------------------------------------------------------------------------------------------------

    def _round(self) -> Iterator[Notice]:
        began = self._clock.now()
        try:
            look = self._look()
        except Expired:
            return
        except NotThere:
            look = Look(pods=(), over=True)
            if self._over is None:
                yield Notice(message="the workflow was deleted, and its pods with it.")
        except TEMPORARY as error:
            yield from self._unanswered(error)
            return
        if self._told:
            yield Notice(message="the cluster answers again")
        self._away, self._told, self._tries = None, False, 0
        self._seen(look)
        now = self._clock.now()
        self._next = now + max(_ROUND, _SHARE * (now - began))
        for follower in sorted(self._followers.values(), key=lambda each: each.next):
            if not follower.log.complete:
                yield from self._tend(follower)

    def _seen(self, look: Look) -> None:
        now = self._clock.now()
        if look.over and self._over is None:
            self._over = now
        present = {pod.uid: pod for pod in look.pods}
        for uid, pod in present.items():
            if pod.container and uid not in self._followers:
                self._followers[uid] = _Follower(self._log(pod))
        for uid, follower in self._followers.items():
            follower.gone = uid not in present
            pod = present.get(uid) or replace(follower.log.pod, over=True)
            if pod.over and not follower.log.pod.over:
                follower.over = now
            follower.log.pod = pod

    def _tend(self, follower: _Follower) -> Iterator[Notice]:
        """Let somebody read it, or give it up."""
        now, reader, pod = self._clock.now(), follower.reader, follower.log.pod
        if reader and pod.over and not reader.final and now - max(reader.heard, follower.over) > _SILENT:
            follower.drop()  # a connection that is dead without a word
        if follower.reader is None and follower.gone:
            self._end(follower)
            if not follower.whole:
                yield Notice(message=f"the end of the log of {follower.log.label} may be missing: its pod is gone.")
        elif self._over is not None and not pod.over and now - self._over > _LINGER:
            follower.drop()
            self._end(follower)
            yield Notice(message=f"the pod of {follower.log.label} still runs, and is not followed any more.")
        elif follower.reader is None and now >= follower.next:
            self._open(follower)

    def _end(self, follower: _Follower) -> None:
        self._window.add(self._clock.now(), follower.log, follower.log.end())

    # Their streams ---------------------------------------------------------------------------------------------------

    def _open(self, follower: _Follower, *, whole: bool = False) -> None:
        follower.drop()
        others = sum(each.reader is not None for each in self._followers.values())
        if others >= 2 * _STREAMS:
            return
        log, now = follower.log, self._clock.now()
        follower.next = now + _ROUND
        follower.reader = Reader(log=log, final=log.pod.over, heard=now)
        # What is over is not followed: such a request has a time limit.
        follow = not log.pod.over and others < _STREAMS
        self._streams.open(follower.reader, follow=follow, since=log.begin(whole=whole))

    def _heard(self, reader: Reader, item: str | Ended) -> Iterator[Notice]:
        follower = self._followers[reader.log.pod.uid]
        reader.heard = self._clock.now()
        try:
            if isinstance(item, str):
                self._window.add(reader.heard, reader.log, reader.log.take(item))
                follower.tries = 0
            elif item.error is None:
                reader.log.check()
                follower.drop()
                follower.whole = True
                if reader.final:
                    self._end(follower)
            else:
                follower.drop()
                yield from self._broken(follower, item.error)
        except Gap:
            self._open(follower, whole=True)

    def _broken(self, follower: _Follower, error: ClusterError) -> Iterator[Notice]:
        if isinstance(error, NotThere) or not_yet(error):
            return  # the next look tells
        if isinstance(error, TEMPORARY):
            follower.whole = False
            follower.next = self._clock.now() + _wait(error, follower.tries)
            follower.tries += 1
            if follower.tries < _TRIES or self._away is not None:
                return
            if self._over is not None:
                self._end(follower)
        elif only_this_pod(error):
            self._end(follower)
        else:
            raise error
        if not follower.log.told:
            follower.log.told = True
            yield Notice(message=f"the log of {follower.log.label} cannot be read. {error.message}")

    def _unanswered(self, error: ClusterError) -> Iterator[Notice]:
        now = self._clock.now()
        self._away = now if self._away is None else self._away
        if now - self._away > _GIVE_UP:
            hint = "the workflow goes on without us: look again when the cluster is back."
            raise ClusterError(f"No answer for {_GIVE_UP:.0f} s. {error.message}", hint=hint) from error
        self._next = now + _wait(error, self._tries)
        self._tries += 1
        if now - self._away > _AWAY and not self._told:
            self._told = True
            yield Notice(message=f"no answer; the workflow goes on, and we keep asking. {error.message}")


def _wait(error: ClusterError, tries: int) -> float:
    return min(error.seconds if isinstance(error, Busy) else pause(tries), _SLOWEST)
