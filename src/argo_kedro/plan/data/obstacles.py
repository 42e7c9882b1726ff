"""Why the tasks around a dataset in memory are not one task, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argo_kedro.names import unlistable
from argo_kedro.plan.agreement import Agreed
from argo_kedro.plan.data.boundaries import MemoryBoundary
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.grouping.paths import way_back
from argo_kedro.plan.pods.shapes import BUILT_IN

_ONE_TASK = "put both nodes into one task: a FusedPipeline, or a rule with `group` in argo.yml"
_SHOWN = 5


@dataclass(frozen=True)
class Obstacle:
    """Words that go on after a comma, and the way around it."""

    words: str
    way_out: str


def obstacle(boundary: MemoryBoundary, arrangement: Arrangement, mode: str) -> Obstacle:
    """Why these groups did not become one: the first reason that holds."""
    if boundary.transcoded:
        return Obstacle(f", and in memory {' and '.join(boundary.names)} are datasets of their own", "")
    groups, agreements = arrangement.groups, arrangement.agreements
    foreign = [place for place in boundary.places if not agreements[place].built_in]
    if foreign:
        names = task_verb([groups[place].name for place in foreign], "run")
        template = agreements[foreign[0]].template.value
        words = f"; {names} template {template!r}, whose `kedro run` knows nothing of other tasks"
        return Obstacle(words, f"let both run template {BUILT_IN!r}")
    if mode != "fuse":
        return Obstacle("; `runner.memory_datasets` is `error`" if mode == "error" else "", _ONE_TASK)
    return _different(boundary, groups, agreements) or _way_back(boundary, groups, arrangement.needs)


def task_verb(names: Sequence[str], verb: str) -> str:
    """`task 'a' reads`, or `tasks 'a' and 'b' read`."""
    if len(names) == 1:
        return f"task {names[0]!r} {verb}s"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"tasks {(', ' if more else ' and ').join(map(repr, names[:_SHOWN]))}{more} {verb}"


def _different(boundary: MemoryBoundary, groups: Sequence[NodeGroup], agreements: Sequence[Agreed]) -> Obstacle | None:
    writer = agreements[boundary.writer].machine_type.value
    for place in boundary.readers:
        machine_type = agreements[place].machine_type.value
        if machine_type != writer:
            words = f"; one runs on machine type {writer!r}, task {groups[place].name!r} on {machine_type!r}"
            return Obstacle(words, "give both one machine type")
        if agreements[place].pod != agreements[boundary.writer].pod:
            words = (
                f"; rules tell the pods of tasks {groups[boundary.writer].name!r} and {groups[place].name!r} different"
            )
            return Obstacle(
                f"{words} things", "let the same rules give both their environment, files and service account"
            )
    own = [groups[place].name for place in boundary.places if groups[place].own]
    if len(own) > 1:
        return Obstacle(f"; {' and '.join(map(repr, own))} are fused groups of their own", "make them one fused group")
    odd = next((name for place in boundary.places for name in groups[place].node_names if unlistable(name)), "")
    if odd:
        return Obstacle(
            f"; node {odd!r} cannot share a task, with a comma, {{{{, $$ or $( in its name", "rename that node"
        )
    return None


def _way_back(boundary: MemoryBoundary, groups: Sequence[NodeGroup], needs: Sequence[Sequence[int]]) -> Obstacle:
    """Data leaves the groups and comes back to them."""
    said = way_back(boundary.places, groups, needs)
    if not said:
        return Obstacle("", _ONE_TASK)
    words = f"; they cannot share a task, since data leaves them and comes back: {said}"
    return Obstacle(words, "fuse them with the nodes between")
