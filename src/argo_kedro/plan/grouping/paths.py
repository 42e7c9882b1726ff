"""Ways that data takes between groups, in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from itertools import pairwise

from argo_kedro.plan.grouping.groups import NodeGroup, hop


def way_back(ends: Collection[int], groups: Sequence[NodeGroup], needs: Sequence[Sequence[int]]) -> str:
    """The shortest way on which data leaves these groups and comes back to them; empty if there is none."""
    hops = _way_back(set(ends), needs)
    return ", then ".join(hop(groups[one], groups[other]) for one, other in pairwise(hops))


def _way_back(ends: set[int], needs: Sequence[Sequence[int]]) -> list[int]:
    behind: dict[int, int] = {}  # each group outside, with the one on its way to the ends
    queue: deque[int] = deque()
    for end in sorted(ends):
        for other in needs[end]:
            if other not in ends and behind.setdefault(other, end) == end:
                queue.append(other)
    while queue:
        place = queue.popleft()
        start = next((other for other in needs[place] if other in ends), None)
        if start is not None:
            hops = [start, place]
            while hops[-1] not in ends:
                hops.append(behind[hops[-1]])
            return hops
        for other in needs[place]:
            if other not in behind:
                behind[other] = place
                queue.append(other)
    return []
