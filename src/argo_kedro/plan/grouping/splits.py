"""Why what a strategy wants in one task is several, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from argo_kedro.names import few, unlistable
from argo_kedro.plan.agreement import Agreed
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.grouping.paths import way_back
from argo_kedro.plan.grouping.reach import Places
from argo_kedro.plan.grouping.strategies import Wish

_SHOWN = 5  # names in a sentence
_SPLITS = 20  # sentences with a path each, which has to be looked for


def split_notes(
    wanted: Sequence[Wish],
    alone: Sequence[NodeGroup],
    agreements: Sequence[Agreed],
    groups: Sequence[NodeGroup],
    needs: Sequence[Sequence[int]],
) -> list[str]:
    """A sentence for each wish that did not come true.

    Args:
        wanted: What strategies want.
        alone: The nodes, by the places that the wishes name.
        agreements: Where each of them runs.
        groups: What came of it.
        needs: For each of these groups the places of those it waits for.
    """
    place_of = {node: place for place, group in enumerate(groups) for node in group.node_names}
    split = []
    for wish in wanted:
        parts = [_places(part, alone, place_of) for part in wish.parts]
        if len({place for part in parts for place in part}) > 1:
            split.append((wish, parts))
    notes = []
    for wish, parts in split[:_SPLITS]:
        ways = (way_back(part, groups, needs) for part in parts if len(part) > 1)
        way = next(filter(None, ways), "")
        because = _different(wish, alone, agreements)
        because += [f"data leaves {'those that are alike' if because else 'it'} and comes back: {way}"] if way else []
        places = sorted({place for part in parts for place in part})
        names = few([repr(groups[place].name) for place in places], _SHOWN)
        notes.append(f"{wish.kind} {wish.name!r} is {len(places)} tasks ({names}), since {'; and '.join(because)}.")
    if len(split) > _SPLITS:
        names = few([repr(wish.name) for wish, _ in split[_SPLITS:]], _SHOWN)
        notes.append(f"{len(split) - _SPLITS} more are several tasks for such reasons: {names}.")
    return notes


def _places(part: Places, alone: Sequence[NodeGroup], place_of: Mapping[str, int]) -> list[int]:
    """The groups that hold these nodes."""
    return sorted({place_of[alone[place].name] for place in part})


def _different(wish: Wish, alone: Sequence[NodeGroup], agreements: Sequence[Agreed]) -> list[str]:
    """What keeps its nodes apart beside the way that data takes."""
    found = []
    for word, key in (("machine type", "machine_type"), ("template", "template")):
        first: dict[str, str] = {}  # value -> a node that names it
        for place in wish.places:
            first.setdefault(getattr(agreements[place], key).value, alone[place].name)
        if len(first) > 1:
            says = [f"{node!r} on {value!r}" for value, node in first.items()]
            found.append(f"its nodes run on different {word}s: {few(says, _SHOWN)}")
    if not found and len({agreements[place].pod for place in wish.places}) > 1:
        found.append("rules give their pods different environments, files or service accounts")
    odd = [repr(name) for place in wish.places if unlistable(name := alone[place].name)]
    if odd:
        found.append(f"a task's list of nodes cannot hold a comma, {{{{, $$ or $(: {few(odd, _SHOWN)}")
    return found
