"""Which places of a graph can become one: as many as can, and no two that then wait for each other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from plans import cyclic

from argo_kedro.plan.grouping.partition import partition
from argo_kedro.plan.grouping.reach import Places


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[int]], list[Places], set[int]]:
    """For each place those it waits for, all before it; sets to join; and the user's own."""
    size = draw(st.integers(2, 9))
    needs = [sorted(draw(st.sets(st.integers(0, place - 1), max_size=3))) if place else [] for place in range(size)]
    places = st.integers(0, size - 1)
    wanted = draw(st.lists(st.lists(places, min_size=2, max_size=3, unique=True).map(tuple), max_size=12))
    return needs, wanted, draw(st.sets(places, max_size=3))


def joined(needs: list[list[int]], root: dict[int, int]) -> dict[int, set[int]]:
    graph: dict[int, set[int]] = {each: set() for each in root.values()}
    for place, others in enumerate(needs):
        graph[root[place]] |= {root[other] for other in others} - {root[place]}
    return graph


@settings(deadline=None)
@given(graphs())
def test_all_that_can_be_joined_is_and_nothing_else(graph: tuple[list[list[int]], list[Places], set[int]]) -> None:
    needs, wanted, own = graph
    sets = partition(range(len(needs)), needs, wanted, own)
    root = {place: sets.find(place) for place in range(len(needs))}

    assert not cyclic(joined(needs, root))
    owners = [root[place] for place in own]
    assert len(set(owners)) == len(owners)
    for places in wanted:  # to join one set more would be a cycle, or one group of two
        ends = {root[place] for place in places}
        further = {place: min(ends) if each in ends else each for place, each in root.items()}
        possible = not cyclic(joined(needs, further)) and len({further[place] for place in own}) == len(own)
        assert len(ends) == 1 or not possible


def test_what_stood_between_two_that_are_joined_still_stands_before_them_if_they_read_it() -> None:
    """0 -> 2 -> 3, and 1: when 1 and 3 are one, they come after 2, by which 0 and they are kept apart."""
    sets = partition(range(4), [[], [], [0], [2]], [(1, 3), (0, 3)], ())

    assert [sets.find(place) == sets.find(3) for place in range(4)] == [False, True, False, True]


@settings(deadline=None)
@given(graphs())
def test_nothing_is_joined_that_no_set_asks_for(graph: tuple[list[list[int]], list[Places], set[int]]) -> None:
    needs, wanted, own = graph
    sets = partition(range(len(needs)), needs, wanted, own)
    asked = {place: {place} for place in range(len(needs))}
    for places in wanted:
        union = set().union(*(asked[place] for place in places))
        asked.update(dict.fromkeys(union, union))

    for place in range(len(needs)):
        assert {other for other in asked if sets.find(other) == sets.find(place)} <= asked[place]


def test_a_chain_of_any_length_is_joined_without_recursion() -> None:
    size = 20_000
    needs = [[place - 1] if place else [] for place in range(size)]
    sets = partition(range(size), needs, [(place, place + 1) for place in range(size - 1)], {0})

    assert {sets.find(place) for place in range(size)} == {sets.find(0)}
