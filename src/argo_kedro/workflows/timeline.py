"""Where the time of each task went: waiting, a place for its pod, the image, the start, each node, the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

from argo_kedro.usage import Usage, read_usage
from argo_kedro.workflows.state import AttemptState, TaskState

Kind = Literal["waiting", "place", "image", "start", "node", "end"]


@dataclass(frozen=True, kw_only=True)
class PodTimes:
    """What a pod tells of itself, as long as it is there."""

    created: datetime | None = None
    scheduled: datetime | None = None
    pulling: datetime | None = None
    pulled: datetime | None = None
    began: datetime | None = None  # its main container
    usage: str = ""  # the line of `usage.py`


class Stretch(NamedTuple):
    """A stretch of a task's time; of a node where it has a name."""

    kind: Kind
    name: str
    began: datetime
    ended: datetime
    attempt: int  # from 0


def stretches(
    task: TaskState, ready: datetime | None, pods: Mapping[str, PodTimes], now: datetime
) -> Iterator[Stretch]:
    """The time of a task, in order; what took no time is left out.

    Args:
        task: The task.
        ready: When all that it waits for was over.
        pods: What pods tell, by their names.
        now: The end of what has not ended.
    """
    free = ready
    for number, attempt in enumerate(task.attempts):
        if attempt.began is None:
            continue
        begun, end = attempt.began, attempt.ended or now
        if free and free < begun:
            yield Stretch("waiting", "", free, begun, number)
        pod = pods.get(attempt.pod, PodTimes())
        marks = list(_marks(attempt, pod))
        for (kind, name, at), (_, _, until) in pairwise([*marks, ("end", "", end)]):
            began, ended = min(max(at, begun), end), min(max(until, begun), end)
            if began < ended:
                yield Stretch(kind, name, began, ended, number)
        free = attempt.ended


def usage_of(attempt: AttemptState, pods: Mapping[str, PodTimes]) -> Usage | None:
    """What an attempt took; None where nobody kept it, or it did not come to say so."""
    return read_usage(attempt.usage or pods.get(attempt.pod, PodTimes()).usage)


def _marks(attempt: AttemptState, pod: PodTimes) -> Iterator[tuple[Kind, str, datetime]]:
    """What begins when; each lasts until the next."""
    begun = pod.created or attempt.began
    if begun is None:
        return
    if pod.scheduled or attempt.phase == "Pending":
        yield "place", "", begun
    if attempt.phase == "Pending" and not pod.scheduled:
        return
    here = pod.scheduled or begun
    yield "start", "", here
    if pod.pulling and pod.pulled:
        yield "image", "", pod.pulling
        yield "start", "", pod.pulled
    if attempt.phase == "Pending":
        return
    usage = usage_of(attempt, {attempt.pod: pod})
    if usage is None:  # then its nodes cannot be told apart
        yield "node", "", pod.began or here
        return
    last = usage.began
    for name, began, ended in usage.nodes:
        yield "node", name, usage.began + timedelta(seconds=began)
        last = usage.began + timedelta(seconds=ended)
    yield "end", "", last
