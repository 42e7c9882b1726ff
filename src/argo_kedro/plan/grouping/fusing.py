"""Groups that become one task, since a dataset in memory is written by one and read by the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from argo_kedro.model import Dataset
from argo_kedro.names import unlistable
from argo_kedro.plan.agreement import Agreed
from argo_kedro.plan.data.boundaries import MemoryBoundary, memory_boundaries
from argo_kedro.plan.grouping.groups import NodeGroup, in_a_row
from argo_kedro.plan.grouping.partition import partition


def fused(
    groups: Sequence[NodeGroup],
    needs: Sequence[Sequence[int]],
    order: Sequence[int],
    agreements: Sequence[Agreed],
    dataset: Callable[[str], Dataset],
    keys: Sequence[Hashable],
) -> list[NodeGroup]:
    """The groups, with those joined between which datasets in memory cross, as far as that goes.

    Args:
        groups: Those that the user or a strategy made, and the nodes alone.
        needs: For each group the places of those it waits for.
        order: Their places in an order in which they can run.
        agreements: Where each runs.
        dataset: What the catalog says of a name.
        keys: For each group what those that it joins must share; None for one that joins nobody.
    """
    boundaries = [
        boundary
        for boundary in memory_boundaries(groups, dataset)
        if can_join(boundary, groups, agreements) and _share(boundary, keys)
    ]
    if not boundaries:
        return list(groups)
    rank = {place: number for number, place in enumerate(order)}
    boundaries.sort(key=lambda boundary: rank[boundary.writer])
    own = [place for place, group in enumerate(groups) if group.own]
    sets = partition(order, needs, [boundary.places for boundary in boundaries], own)
    return [_one([groups[place] for place in places]) for places in sets.members(order).values()]


def can_join(boundary: MemoryBoundary, groups: Sequence[NodeGroup], agreements: Sequence[Agreed]) -> bool:
    """Whether the groups around this dataset may be one task, if they can run as one."""
    where = {agreements[place].pod for place in boundary.places}
    return (
        len(where) == 1
        and agreements[boundary.writer].built_in
        and not boundary.transcoded
        and sum(bool(groups[place].own) for place in boundary.places) <= 1
        and not any(unlistable(name) for place in boundary.places for name in groups[place].node_names)
    )


def _share(boundary: MemoryBoundary, keys: Sequence[Hashable]) -> bool:
    found = {keys[place] for place in boundary.places}
    return len(found) == 1 and None not in found


def _one(members: Sequence[NodeGroup]) -> NodeGroup:
    """One group of several that run in this order: of the name that one of them was given, or of its first node."""
    if len(members) == 1:
        return members[0]
    nodes = tuple(node for group in members for node in group.nodes)
    made = next((group for group in members if group.own), None)
    named = [group for group in members if group.by not in ("", "chain")]
    if made is None and len(named) == 1:
        return replace(named[0], nodes=nodes)
    name = made.name if made else in_a_row(nodes)
    return NodeGroup(name, True, nodes, made.own if made else ())
