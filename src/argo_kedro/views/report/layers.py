"""The layers of a graph, and the order within each that crosses few edges."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

Edge = tuple[str, str]
Layers = list[list[str]]
_SWEEPS = 8
_SWEEPS_WHERE_LARGE = 3  # the first bring nearly all there is to gain
_LARGE = 5000  # edges


def one_way(names: Sequence[str], edges: Iterable[Edge]) -> tuple[list[str], list[Edge]]:
    """The names in an order, and the edges that go forward in it: all of them, unless they close a circle."""
    edges = list(dict.fromkeys(edges))
    after = _targets(names, edges)
    missing = dict.fromkeys(names, 0)
    for _, target in edges:
        missing[target] += 1
    place: dict[str, int] = {}
    ready, rest = [name for name in reversed(names) if not missing[name]], iter(names)
    while len(place) < len(after):
        if not ready:  # a circle is opened at the first name that is left
            ready.append(next(name for name in rest if name not in place))
        name = ready.pop()
        if name in place:
            continue
        place[name] = len(place)
        for target in reversed(after[name]):
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return list(place), [(source, target) for source, target in edges if place[source] < place[target]]


def layer_numbers(order: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The layer of each name, from 0: one more than the last of those before it.

    What nothing goes before stands just before the first that it goes to: edges are short that way.
    """
    after = _targets(order, edges)
    found = dict.fromkeys(order, 0)
    for name in order:
        for target in after[name]:
            found[target] = max(found[target], found[name] + 1)
    for name in set(order) - {target for _, target in edges}:
        if after[name]:
            found[name] = min(found[target] for target in after[name]) - 1
    return found


def untangled(layers: Layers, edges: Sequence[Edge]) -> Layers:
    """The layers with each in an order that crosses few edges; an edge goes from a layer to the next one.

    Each name goes to the mean place of its neighbours in the layer before, then in the one after, and so on.
    """
    names = [name for layer in layers for name in layer]
    after = _targets(names, edges)
    before = _targets(names, [(target, source) for source, target in edges])
    best, fewest = layers, _crossings(layers, after)
    layers = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS if len(edges) < _LARGE else _SWEEPS_WHERE_LARGE):
        if not fewest:
            break
        for neighbours, way in ((before, 1), (after, -1)):
            _sweep(layers[::way], neighbours, sweep)
            count = _crossings(layers, after)
            if count < fewest:
                best, fewest = [list(layer) for layer in layers], count
    return best


def _sweep(layers: Sequence[list[str]], neighbours: Mapping[str, Sequence[str]], sweep: int) -> None:
    """Order each layer by the one before it in this sequence."""
    for fixed, moved in pairwise(layers):
        place = {name: number for number, name in enumerate(fixed)}
        wanted = {
            name: sum(place[other] for other in neighbours[name]) / len(neighbours[name])
            if neighbours[name]
            else number * len(fixed) / len(moved)
            for number, name in enumerate(moved)
        }
        if sweep % 2:  # equals change places each other time, which leads out of dead ends
            moved.reverse()
        moved.sort(key=wanted.__getitem__)


def _crossings(layers: Layers, after: Mapping[str, Sequence[str]]) -> int:
    """How many pairs of edges cross."""
    count = 0
    for layer, following in pairwise(layers):
        place = {name: number for number, name in enumerate(following)}
        seen: list[int] = []
        for name in layer:
            targets = sorted(place[target] for target in after[name])
            count += sum(len(seen) - bisect_right(seen, target) for target in targets)
            for target in targets:
                insort(seen, target)
    return count


def _targets(names: Iterable[str], edges: Iterable[Edge]) -> dict[str, list[str]]:
    """The names that each name has an edge to."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        found[source].append(target)
    return found
