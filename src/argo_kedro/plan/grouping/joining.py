"""Groups by a strategy of `runner.group_by`: as far as no two of them wait for each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from argo_kedro.names import numbered
from argo_kedro.plan.grouping.groups import NodeGroup, in_a_row
from argo_kedro.plan.grouping.partition import partition
from argo_kedro.plan.grouping.strategies import Wish


def joined(
    groups: Sequence[NodeGroup], needs: Sequence[Sequence[int]], order: Sequence[int], wanted: Sequence[Wish]
) -> list[NodeGroup]:
    """The groups, with those nodes joined that strategies want in one task; what cannot be one becomes a few.

    Args:
        groups: Those that the user made, which stay as they are, and the nodes alone.
        needs: For each group the places of those it waits for.
        order: Their places in an order in which they can run.
        wanted: What strategies want.
    """
    rank = {place: number for number, place in enumerate(order)}
    parts = {part: wish for wish in wanted for part in wish.parts if len(part) > 1}
    in_order = sorted(parts, key=lambda part: rank[part[0]])
    sets = partition(order, needs, in_order, (), splits=True)
    wish_of = {sets.find(place): wish for part, wish in parts.items() for place in part}
    names = _Names(groups, wanted)
    found = []
    for root, places in sets.members(order).items():
        inside = [groups[place] for place in places]
        found.append(inside[0] if len(inside) == 1 else _one(inside, wish_of[root], names))
    return found


def _one(members: Sequence[NodeGroup], wish: Wish, names: _Names) -> NodeGroup:
    nodes = tuple(node for group in members for node in group.nodes)
    name = names.next(wish) if wish.name else names.free(in_a_row(nodes))
    return NodeGroup(name, True, nodes, by=wish.strategy.how)


class _Names:
    """Names of groups, none of which is that of anything else."""

    def __init__(self, groups: Sequence[NodeGroup], wanted: Iterable[Wish]) -> None:
        self._taken = {name for group in groups for name in (group.name, *group.node_names)}
        # What is called so stands for no part of something else: `etl-2` is that namespace, not the rest of `etl`.
        self._given = {wish.name for wish in wanted}
        self._left: dict[str, Iterator[str]] = {}

    def next(self, wish: Wish) -> str:
        """The wish's own name for its first part, if that is free; with a number for the others."""
        own, left = wish.name, self._left.setdefault(wish.name, numbered(wish.name))
        return self._take(name for name in left if name == own or name not in self._given)

    def free(self, name: str) -> str:
        """This name; with a number if somebody called something else so."""
        return self._take(numbered(name))

    def _take(self, candidates: Iterable[str]) -> str:
        found = next(name for name in candidates if name not in self._taken)
        self._taken.add(found)
        return found
