"""Which groups can become one, so that no two of the larger groups wait for each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from argo_kedro.plan.grouping.reach import Places, Reach

_FEW = 30  # places, of which each two may be looked at
_TRIES = 50  # to divide once more what others stand in the way of; each may look at all of the graph


class Sets:
    """Places that belong together (union-find)."""

    def __init__(self, places: Iterable[int], together: Iterable[Places] = ()) -> None:
        """Each place by itself, but for those that belong together."""
        self._parent = {place: place for place in places}
        for some in together:
            self.join(some, some[0])

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

    def members(self, order: Iterable[int]) -> dict[int, list[int]]:
        """For each place that stands for others all of them, in this order."""
        found: dict[int, list[int]] = {}
        for place in order:
            found.setdefault(self.find(place), []).append(place)
        return found


def partition(
    order: Sequence[int],
    needs: Sequence[Sequence[int]],
    wanted: Sequence[Places],
    own: Collection[int],
    *,
    splits: bool = False,
) -> Sets:
    """Join as many of the wanted sets of places as can be.

    Mostly all of them can be joined at once. Only where that makes a cycle, or one group of two that the user made, the
    sets of that part are tried one by one.

    Args:
        order: All places, in an order in which they can run.
        needs: For each place those it waits for.
        wanted: The sets to join; in doubt the first of them are.
        own: Places of groups that the user made, two of which never become one.
        splits: Whether a set that cannot become one becomes a few, by how often data has left it on the way there. The
            sets must share no place, and none with groups of the user's.
    """
    sets = Sets(order, wanted)
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
        growing = _grown(places, needs, tried[part], own, splits=splits)
        for place in places:
            result.join([place], growing.find(place))
    return result


def _grown(
    places: Places, needs: Sequence[Sequence[int]], wanted: Sequence[Places], own: Collection[int], *, splits: bool
) -> _Growing:
    growing = _Growing(places, needs, own)
    if splits:
        growing.join_or_split(wanted, Reach(places, needs))
    else:
        growing.join_all(wanted)
    return growing


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

    def join_or_split(self, wanted: Sequence[Places], reach: Reach) -> None:
        """Join those that can be one first, then the parts of the others. Sets apart never make room for each other.

        Args:
            wanted: The sets, each in running order.
            reach: Of the places as they were before any were joined: what leaves a set there does so ever after.
        """
        more = _TRIES
        for places in [places for places in wanted if reach.leaves(places) or not self._join(places)]:
            for part in reach.parts(places) if len(places) <= _FEW else self._divided(places):
                if not self._join(part) and len(part) > 2 and more:  # else each of it is left alone
                    more -= 1
                    for smaller in self._divided(part):
                        self._join(smaller)

    def _divided(self, places: Places) -> list[Places]:
        """What can be joined of a set that cannot: those to which data comes after it has left the set as often.

        No way leads from a later part to an earlier one, so all of them can be joined.
        """
        roots = {self.find(place) for place in places}
        ranks = [self._rank[root] for root in roots]
        left = dict.fromkeys(roots, 0)  # how often data left the set on its way to a place
        for root in self._order[min(ranks) : max(ranks) + 1]:
            if root is None or root not in left:
                continue
            for other in {self.find(each) for each in self._after[root]}:
                leaves = root in roots and other not in roots
                left[other] = max(left.get(other, 0), left[root] + leaves)
        parts: dict[int, list[int]] = {}
        for root in sorted(roots, key=self._rank.__getitem__):
            parts.setdefault(left[root], []).append(root)
        return [tuple(part) for part in parts.values()]

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
