"""What comes before and after each place of a graph, as the bits of a number.

A few thousand places are a few hundred bytes each, of which one instruction of the machine joins 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Places = tuple[int, ...]


class Reach:
    """All that can be reached from each place, against the edges and along them."""

    def __init__(self, order: Sequence[int], needs: Sequence[Sequence[int]]) -> None:
        """Look at some places, given in running order, and the edges between them."""
        inside = set(order)
        edges = {place: [other for other in needs[place] if other in inside] for place in order}
        turned: dict[int, list[int]] = {place: [] for place in order}
        for place, others in edges.items():
            for other in others:
                turned[other].append(place)
        self.before = _reached(order, edges)
        self.after = _reached(reversed(order), turned)

    def leaves(self, places: Places) -> bool:
        """Whether data leaves these places and comes back to them."""
        before = after = inside = 0
        for place in places:
            before |= self.before[place]
            after |= self.after[place]
            inside |= 1 << place
        return bool(before & after & ~inside)

    def parts(self, places: Places) -> list[Places]:
        """Those to which data comes after it has left all of these as often. It takes the square of their number."""
        outside = ~sum(1 << place for place in places)
        left: dict[int, int] = {}
        parts: dict[int, list[int]] = {}
        for place in places:
            earlier = (other for other in left if self.before[place] & 1 << other)
            trips = (left[other] + bool(self.after[other] & self.before[place] & outside) for other in earlier)
            left[place] = max(trips, default=0)
            parts.setdefault(left[place], []).append(place)
        return [tuple(part) for part in parts.values()]


def _reached(order: Iterable[int], edges: Mapping[int, Sequence[int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    for place in order:
        reached = 0
        for other in edges[place]:
            reached |= found[other] | 1 << other
        found[place] = reached
    return found
