"""Follow a workflow to its end. A stream that ends, or a cluster that is away, is not the end of the workflow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import final

from argo_kedro.cluster.protocol import TEMPORARY, Busy, Cluster, Expired, NotThere, Refused
from argo_kedro.cluster.submission import pause
from argo_kedro.cluster.waiting import waits_for
from argo_kedro.errors import ClusterError
from argo_kedro.events import Event, Finished, Notice, Started
from argo_kedro.model import Json, text
from argo_kedro.workflows.changes import changed, changes
from argo_kedro.workflows.reasons import reason
from argo_kedro.workflows.retrying import unfinished
from argo_kedro.workflows.state import RunState, run_state

_WATCH = 30  # seconds; then it is read anew, and what holds up its pods is looked for
_UNSEEN = 20.0  # seconds in which a controller should have looked at it
_GIVE_UP = 600.0  # seconds without an answer, or without a controller
_ASKED = 5  # waiting pods looked at in one round: they mostly wait for the same
_REFUSES = 20.0  # seconds in which a missing right may be an API server that only just started
_ROUND = 1.0  # second that reading it and watching it takes at least: some proxies end every stream at once
_AWAY = 5.0  # seconds without an answer before it is worth a word


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time, and waiting; tests have a quicker one."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def follow(cluster: Cluster, name: str, listen: Callable[[Event], None], *, clock: Clock | None = None) -> RunState:
    """Tell what happens to a workflow until it is over, and how it ended.

    Raises:
        ClusterError: if it is deleted, no controller takes it up, the cluster stays away, or Argo says that it
            succeeded and tasks have not run.
    """
    return _Follower(cluster, name, listen, clock or Clock()).run()


@final
class _Follower:
    def __init__(self, cluster: Cluster, name: str, listen: Callable[[Event], None], clock: Clock) -> None:
        self._cluster, self._name, self._listen, self._clock = cluster, name, listen, clock
        self._uid = ""
        self._away: float | None = None  # since when there is no answer
        self._told = False  # that there is none
        self._refused: float | None = None  # since when we are not allowed to read or watch it
        self._tries = 0
        self._first_seen = clock.now()
        self._unseen = False  # that no controller has looked at it, told
        self._waiting: dict[str, str] = {}  # task -> what it waits for, told
        self._held_up = ""  # what the workflow itself waits for, told
        self._state: RunState | None = None

    def run(self) -> RunState:
        """Go through all states to the last."""
        for document, fresh in self._documents():
            before, state = self._state, run_state(document)
            if before is None:
                self._listen(Started(name=state.name, where=self._cluster.where, tasks=state.planned))
            for event in changes(before, state):
                self._listen(event)
            self._tell_who_waits(state, ask=fresh)
            self._state = state
            if state.over:
                return self._over(document, state)
            self._look_for_a_controller(state)
        raise AssertionError("the documents of a workflow do not end before it does")

    def _documents(self) -> Iterator[tuple[Json, bool]]:
        """The workflow whenever it has changed, and whether it was read anew."""
        while True:
            began = self._clock.now()
            try:
                found = self._cluster.get("workflows", self._name)
                self._answered(found)
                yield found, True
                version = text(found, "metadata", "resourceVersion")
                fields = f"metadata.name={self._name}"
                seconds = _WATCH if self._state and self._state.phase else int(_UNSEEN)
                for change in self._cluster.watch("workflows", version=version, fields=fields, seconds=seconds):
                    self._refused = None
                    if change.type == "DELETED":
                        break  # reading it anew tells
                    if change.type in ("ADDED", "MODIFIED"):
                        self._answered(change.document)
                        yield change.document, False
                self._refused = None
            except Expired:
                pass  # reading it anew gives a version to go on from
            except NotThere as error:
                raise self._gone(error) from error
            except Refused as error:
                self._not_allowed(error)
            except TEMPORARY as error:
                self._unanswered(error)
            self._clock.sleep(max(0.0, _ROUND - (self._clock.now() - began)))

    def _answered(self, document: Json) -> None:
        if self._told:
            self._listen(Notice(message="the cluster answers again"))
        self._away, self._told, self._tries = None, False, 0
        uid = text(document, "metadata", "uid")
        if self._uid and uid != self._uid:
            raise self._gone(None)
        self._uid = uid

    def _not_allowed(self, error: Refused) -> None:
        now = self._clock.now()
        self._refused = now if self._refused is None else self._refused
        if not self._uid or now - self._refused > _REFUSES:
            raise error

    def _unanswered(self, error: ClusterError) -> None:
        now = self._clock.now()
        self._refused = None  # a server that comes back may once more not have read its rules
        self._away = now if self._away is None else self._away
        if now - self._away > _GIVE_UP:
            hint = f"the workflow goes on without us: `kedro argo status {self._name}` when the cluster is back."
            raise ClusterError(f"No answer for {_GIVE_UP:.0f} s. {error.message}", hint=hint) from error
        if now - self._away > _AWAY and not self._told:
            self._told = True
            self._listen(Notice(message=f"no answer; the workflow goes on, and we keep asking. {error.message}"))
        wait = min(error.seconds, 30.0) if isinstance(error, Busy) else min(pause(self._tries), 10.0)
        self._tries += 1
        self._clock.sleep(wait)

    def _gone(self, error: NotThere | None) -> ClusterError:
        if not self._uid and error is not None:
            return error
        hint = "somebody deleted it, or its ttlStrategy did; what its tasks wrote is where they wrote it."
        return ClusterError(f"Workflow {self._name} is no longer there: how it ended cannot be known.", hint=hint)

    def _look_for_a_controller(self, state: RunState) -> None:
        since = self._clock.now() - self._first_seen
        if state.phase or since < _UNSEEN:
            return
        if since > _GIVE_UP:
            raise ClusterError(f"{_unseen(state.name, since)}", hint=_CONTROLLER)
        if not self._unseen:
            self._unseen = True
            self._listen(Notice(message=f"{_unseen(state.name, since)} {_CONTROLLER}"))

    def _tell_who_waits(self, state: RunState, *, ask: bool) -> None:
        now = datetime.now(timezone.utc)
        if state.phase == "Pending" and state.message and state.message != self._held_up:
            self._held_up = state.message  # by a mutex, or by too many other workflows
            self._listen(Notice(message=reason(state.message).line))
        late = [task for task in state.tasks if task.phase == "Pending"][:_ASKED]
        for task in late:
            found = waits_for(self._cluster, task, now, ask=ask)
            if found and found.text != self._waiting.get(task.path):
                self._waiting[task.path] = found.text
                self._listen(changed(task, "Pending", found.line, task.seconds(now)))

    def _over(self, document: Json, state: RunState) -> RunState:
        seconds = (state.ended - state.began).total_seconds() if state.ended and state.began else 0.0
        self._listen(Finished(name=state.name, phase=state.phase, seconds=seconds, message=reason(state.message).text))
        missing = unfinished(document) if state.phase == "Succeeded" else []
        if missing:
            raise ClusterError(
                f"Argo says that {state.name} succeeded, but these tasks have not: {', '.join(missing)}.",
                hint="what they write is missing or old. Submit it again.",
            )
        return state


_CONTROLLER = (
    "Its controller is down, watches other namespaces, or cannot process it: whoever runs Argo finds the reason in the "
    "log of the workflow-controller."
)


def _unseen(name: str, since: float) -> str:
    return f"Argo has not looked at {name} for {since:.0f} s."
