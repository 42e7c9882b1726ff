"""Which groups can become one, so that no two of the larger groups wait for each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

Places = tuple[int, ...]


class Sets:
    """Places that belong together (union-find)."""

    def __init__(self, places: Iterable[int]) -> None:
        self._parent = {place: place for place in places}

    def find(self, place: int) -> int:
        """The place that stands for all those which belong together with this one."""
        root = place
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[place] != root:
            self._parent[place], place = root, self._parent[place]
        return root

    def join(self, places: Iterable[int], into: int) -> None:
        """Let these places, and all that belong to them, belong together with another one."""
        root = self.find(into)
        for place in places:
            self._parent[self.find(place)] = root


def partition(
    order: Sequence[int], needs: Sequence[Sequence[int]], wanted: Sequence[Places], own: Collection[int]
) -> Sets:
    """Join as many of the wanted sets of places as can be.

    Mostly all of them can be joined at once. Only where that makes a cycle, or one group of two that the user made, the
    sets of that part are tried one by one.

    Args:
        order: All places, in an order in which they can run.
        needs: For each place those it waits for.
        wanted: The sets to join; in doubt the first of them are.
        own: Places of groups that the user made, two of which never become one.
    """
    sets = Sets(order)
    for places in wanted:
        sets.join(places, places[0])
    parts = _parts(order, needs, sets)
    knots = _knots(order, sets, parts, own)
    if not knots:
        return sets
    result = Sets(order)
    tried: dict[int, list[Places]] = {part: [] for part in knots}
    for places in wanted:
        part = parts[sets.find(places[0])]
        if part in knots:
            tried[part].append(places)
        else:
            result.join(places, places[0])
    for part, places in knots.items():
        growing = _Growing(places, needs, own)
        growing.join_all(tried[part])
        for place in places:
            result.join([place], growing.find(place))
    return result


def _knots(
    order: Sequence[int], sets: Sets, parts: Mapping[int, int], own: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """The parts of the graph in which not everything can be joined, each with its places in running order."""
    owners = Counter(sets.find(place) for place in own)
    roots: dict[int, set[int]] = {}
    for root, part in parts.items():
        roots.setdefault(part, set()).add(root)
    bad = {part for part, inside in roots.items() if len(inside) > 1 or owners[next(iter(inside))] > 1}
    found: dict[int, list[int]] = {}
    for place in order if bad else ():
        part = parts[sets.find(place)]
        if part in bad:
            found.setdefault(part, []).append(place)
    return {part: tuple(places) for part, places in found.items()}


def _parts(order: Sequence[int], needs: Sequence[Sequence[int]], sets: Sets) -> dict[int, int]:
    """For each joined set a number, the same for all sets that wait for each other (Kosaraju's algorithm)."""
    before: dict[int, list[int]] = {sets.find(place): [] for place in order}
    after: dict[int, list[int]] = {root: [] for root in before}
    for place in order:
        for other in needs[place]:
            before[sets.find(place)].append(sets.find(other))
            after[sets.find(other)].append(sets.find(place))
    finished: list[int] = []
    seen: set[int] = set()
    for root in before:
        finished.extend(_finished(root, before, seen))
    parts: dict[int, int] = {}
    seen = set()
    for number, root in enumerate(reversed(finished)):
        parts.update(dict.fromkeys(_finished(root, after, seen), number))
    return parts


def _finished(start: int, edges: Mapping[int, Sequence[int]], seen: set[int]) -> list[int]:
    """What is reached from here and was not seen before, each after all that is reached from it."""
    if start in seen:
        return []
    seen.add(start)
    found, path = [], [(start, iter(edges[start]))]
    while path:
        place, others = path[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            found.append(place)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(edges[following])))
    return found


class _Growing:
    """Groups that grow while they can still run one after the other.

    It keeps an order in which they can run, and on each growth rearranges only what stands between the first and the
    last of those that become one.
    """

    def __init__(self, places: Places, needs: Sequence[Sequence[int]], own: Collection[int]) -> None:
        inside = set(places)
        self._sets = Sets(places)
        self._own = inside.intersection(own)  # roots that hold a group of the user's
        self._order: list[int | None] = list(places)
        self._rank = {place: rank for rank, place in enumerate(places)}
        self._after: dict[int, set[int]] = {place: set() for place in places}
        for place in places:
            for other in inside.intersection(needs[place]):
                self._after[other].add(place)

    def find(self, place: int) -> int:
        """The place that stands for the group of this one."""
        return self._sets.find(place)

    def join_all(self, wanted: Sequence[Places]) -> None:
        """Join what can be joined, until nothing more can: one growth may make room for another."""
        left = list(wanted)
        grown = True
        while grown and left:
            refused = [places for places in left if not self._join(places)]
            grown, left = len(refused) < len(left), refused

    def _join(self, places: Places) -> bool:
        roots = {self.find(place) for place in places}
        if len(roots) == 1:
            return True
        below = self._below(roots)
        if below is None or len(self._own & roots) > 1:
            return False
        into = max(roots, key=lambda root: (len(self._after[root]), root))
        ranks = [self._rank[root] for root in roots]
        region = slice(min(ranks), max(ranks) + 1)
        between = [root for root in self._order[region] if root is not None and root not in roots]
        new = [
            *(root for root in between if root not in below),
            into,
            *(root for root in between if root in below),
        ]
        self._order[region] = [*new, *[None] * (region.stop - region.start - len(new))]
        self._rank.update((root, region.start + number) for number, root in enumerate(new))
        for root in roots - {into}:
            self._after[into] |= self._after.pop(root)
        if self._own & roots:
            self._own = (self._own - roots) | {into}
        self._sets.join(roots, into)
        return True

    def _below(self, roots: set[int]) -> set[int] | None:
        """What must run after these and stands before the last of them; None if data comes back from there."""
        last = max(self._rank[root] for root in roots)
        below: set[int] = set()
        path = list(roots)
        while path:
            place = path.pop()
            for root in {self.find(other) for other in self._after[place]}:
                if root in roots:
                    if place not in roots:
                        return None
                elif root not in below and self._rank[root] < last:
                    below.add(root)
                    path.append(root)
        return below
