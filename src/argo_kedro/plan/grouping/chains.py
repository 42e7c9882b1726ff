"""Nodes in a row: one that has only one successor, and is all that this one waits for."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from argo_kedro.plan.grouping.reach import Places, Reach


def chains(needs: Sequence[Sequence[int]], order: Sequence[int], together: Sequence[Hashable | None]) -> list[Places]:
    """The rows of two places or more, each in running order; as one task they end no later than apart.

    In the words of graphs: places with one edge out, to a place with one edge in, in the transitive reduction. So data
    that also goes past a place of the row, to one further on in it, parts nothing.

    Args:
        needs: For each place those it waits for.
        order: The places in an order in which they can run.
        together: What neighbours must share to be in one row; None for a place that is in none.
    """
    rank = {place: number for number, place in enumerate(order)}
    reach = Reach(order, needs)
    before, after = reach.before, reach.after
    follows: dict[int, int] = {}
    for place in order:
        if not needs[place] or together[place] is None:
            continue
        other = max(needs[place], key=rank.__getitem__)
        alone = before[place] == before[other] | 1 << other and after[other] == after[place] | 1 << place
        if alone and together[place] == together[other]:
            follows[other] = place
    return _rows(order, follows)


def _rows(order: Sequence[int], follows: dict[int, int]) -> list[Places]:
    inner = set(follows.values())
    rows = []
    for place in order:
        if place in follows and place not in inner:
            row = [place]
            while row[-1] in follows:
                row.append(follows[row[-1]])
            rows.append(tuple(row))
    return rows
