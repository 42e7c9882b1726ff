"""A workflow's states from its creation to its end, and an API server that tells them badly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from api_server import Answer, ApiServer, Request, refused
from workflow_states import node, packed, retry, template, workflow

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.following import Clock

TEMPLATES = (template("main", "pre", "grp", "post", "skip"), template("grp", "g1", "g2"), template("pre"))
ROOT = ("pre", "skip")


def story(end: str) -> list[dict[str, Any]]:
    """The states of a run with a skipped task, a nested DAG, a second attempt and an exit handler; the end is told."""
    good = end == "Succeeded"
    pre, skip = node("pre", children=["grp"]), node("skip", "Skipped", "Skipped")
    begun = [node("grp", "Running", "DAG", ["grp.g1", "grp.g2"], boundaryID="demo-x"), pre, skip]
    done = [node("grp", end, "DAG", ["grp.g1", "grp.g2"], boundaryID="demo-x"), pre, skip, node("grp.g1")]
    done += retry("grp.g2", end, "Failed", "Succeeded" if good else "Failed")
    nodes: list[list[Any]] = [
        [node("pre", "Pending")],
        [node("pre", "Running")],
        [*begun, node("grp.g1", "Pending"), *retry("grp.g2", "Running", "Pending")],
        [*begun, node("grp.g1", "Running"), *retry("grp.g2", "Running", "Running")],
        [*begun, node("grp.g1", "Running"), *retry("grp.g2", "Running", ("Failed", "main: Error (exit code 3)"))],
        [*begun, node("grp.g1"), *retry("grp.g2", "Running", "Failed", "Pending")],
        [*begun, node("grp.g1"), *retry("grp.g2", "Running", "Failed", "Running")],
        [*done, node("post", *(["Running"] if good else ["Omitted", "Skipped"]))],
        [*done, node("post", *(["Succeeded"] if good else ["Omitted", "Skipped"]))],
    ]
    exits = [[*nodes[-1], node("onExit", phase, flags=["hooked"])] for phase in ("Running", "Succeeded")]
    states = [workflow("", templates=TEMPLATES, version=1), workflow("Pending", templates=TEMPLATES, version=2)]
    for version, each in enumerate([*nodes, *exits], start=3):
        root = node("", "Running" if version < 12 else end, "DAG", ROOT)
        states.append(workflow("Running", root, each, templates=TEMPLATES, version=version))
    last = workflow(end, node("", end, "DAG", ROOT), exits[-1], templates=TEMPLATES, version=len(states) + 1)
    return [packed(state) if version % 3 == 2 else state for version, state in enumerate([*states, last])]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one request meets: the workflow goes on by so many states, then the server does this."""

    on: int = 0
    fault: str = ""


GET_FAULTS = {
    "cut": Answer(lost="before"),
    "half": Answer(lost="within"),
    "500": refused(500, "InternalError", "etcd is away"),
    "busy": refused(429, "TooManyRequests", "slow down", {"Retry-After": "2"}),
    "not ready": refused(403, "Forbidden", "its rules are not read yet"),
    "page": Answer(body="<html>"),
    "empty": Answer(body=""),
}
WATCH_FAULTS = {**GET_FAULTS, "gone": refused(410, "Expired", "too old resource version")}
LINES = {  # what a stream says after the changes, and how it ends
    "closed": ([], ""),
    "cut within": ([], "within"),
    "silent": ([], "silent"),
    "half a line": ([b'{"type": "MODIFIED", "object": {"metadata": {"na'], "within"),
    "half a line, closed": ([b'{"type": "MODIFIED", "object": {"metadata": {"na'], ""),
    "garbage": (["<html>"], ""),
    "not an object": ([b"null\n"], ""),
    "410": ([{"type": "ERROR", "object": {"code": 410, "message": "too old resource version"}}], ""),
    "another error": ([{"type": "ERROR", "object": {"code": 500, "message": "etcd is away"}}], ""),
    "bookmark": ([{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "99"}}}], "within"),
}
BOOKMARK = {"type": "BOOKMARK", "object": {"kind": "Workflow", "metadata": {"resourceVersion": "1"}}}


class Teller:
    """Tells a story: each request meets the next step, and once there are no more, all goes well to the end."""

    def __init__(self, api: ApiServer, states: Sequence[dict[str, Any]], steps: Iterable[Step] = ()) -> None:
        self._states, self._at = states, 0
        self._steps = chain(steps)
        api.always |= {"get": self._get, "watch": self._watch}

    def _get(self, _: Request) -> Answer:
        step = self._go_on()
        return GET_FAULTS.get(step.fault, Answer(body=self._states[self._at]))

    def _watch(self, request: Request) -> Answer:
        known, step = int(request.query["resourceVersion"]), self._go_on()
        if step.fault in WATCH_FAULTS:
            return WATCH_FAULTS[step.fault]
        told = [{"type": "MODIFIED", "object": state} for state in self._states[known : self._at + 1]]
        more, lost = LINES.get(step.fault, ([], ""))
        return Answer(body=[*told[:1], BOOKMARK, *told[1:], *more], lost=lost)  # type: ignore[arg-type]

    def _go_on(self) -> Step:
        step = next(self._steps, Step(on=len(self._states)))
        self._at = min(len(self._states) - 1, self._at + step.on)
        return step


class QuickCluster(KubernetesCluster):
    """The real class, except that it asks for watches of no length, and takes them for dead so many seconds later."""

    def __init__(self, *, silence: float = 30) -> None:
        super().__init__(patience=30)
        self._patience = silence
        self.lengths: list[int] = []  # of the watches that were asked for

    def watch(self, kind: Any, *, version: str, fields: str = "", seconds: int) -> Any:
        """What changes after this version."""
        self.lengths.append(seconds)
        return super().watch(kind, version=version, fields=fields, seconds=0)


class QuickClock:
    """A time that goes on only by waiting, or where a test pushes it."""

    def __init__(self) -> None:
        self.time = 0.0

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.time += seconds

    @property
    def clock(self) -> Clock:
        """The clock."""
        return Clock(now=lambda: self.time, sleep=self.sleep)
