"""What a task waits for on one side and not on the other, as far as that changes when it begins.

A need that a regrouping gave another name is none, nor is one that holds already since a DAG waits for a whole DAG.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from argo_kedro.differences.dags import Place
from argo_kedro.differences.reading import Side

Names = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The needs of both sides, each in the names of the other."""

    before: Side
    after: Side
    pairs: Mapping[str, str]  # task before -> task after

    @cached_property
    def _forth(self) -> _Names:
        return _Names(self.before, self.after, self.pairs)

    @cached_property
    def _back(self) -> _Names:
        return _Names(self.after, self.before, {new: old for old, new in self.pairs.items()})

    def changed(self, old: str, new: str) -> tuple[list[str], list[str]]:
        """What this task waits for no longer, and what it waits for now: tasks, and DAGs as a whole."""
        was, now = self.before.tasks[old].place, self.after.tasks[new].place
        return _missing(was, now, new, self._forth), _missing(now, was, old, self._back)


class _Names:
    """The tasks of one side as the other one calls them."""

    def __init__(self, side: Side, other: Side, pairs: Mapping[str, str]) -> None:
        self._tasks, self._homes, self._pairs = side.tasks, other.homes, pairs
        self._known: dict[str, Names] = {}
        self._dags: dict[Names, Names] = {}

    def of(self, name: str) -> Names:
        """The tasks that do there what this task does here."""
        if name not in self._known:
            task = self._tasks.get(name)
            homes = [self._homes.get(node, frozenset()) for node in (task.nodes if task else ())]
            paired = {self._pairs[name]} if name in self._pairs else set()
            self._known[name] = frozenset(paired.union(*homes)) or frozenset({name})
        return self._known[name]

    def of_all(self, names: Names) -> Names:
        """The same for all tasks of a DAG."""
        if names not in self._dags:
            self._dags[names] = frozenset().union(*map(self.of, names))
        return self._dags[names]


def _missing(here: Place, there: Place, itself: str, names: _Names) -> list[str]:
    """What is waited for here, and not there."""
    same = here.needs == there.needs and here.whole.keys() == there.whole.keys()
    if same and not here.whole and all(names.of(need) == {need} for need in here.needs):
        return []
    waited = there.needs | {itself}
    missing = [
        need
        for need in sorted(here.needs)
        if (known := names.of(need)).isdisjoint(waited) and known.isdisjoint(there.inherited)
    ]
    for dag, tasks in sorted(here.whole.items()):
        known = names.of_all(tasks)
        if known and known.isdisjoint(waited) and known.isdisjoint(there.inherited):
            missing.append(dag)
    return missing
