"""Datasets in memory that one group writes and another reads: as they are, they end with the writer's process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from argo_kedro.model import Dataset
from argo_kedro.plan.grouping.groups import NodeGroup, dataset_name


@dataclass(frozen=True, kw_only=True)
class MemoryBoundary:
    """A dataset in memory between groups, each of which is given by its place."""

    dataset: Dataset
    names: tuple[str, ...]  # by which it is written and read: several, if it is transcoded
    writer: int
    readers: tuple[int, ...]  # none, if the writer reads it itself by another name

    @property
    def name(self) -> str:
        """The name without transcoding."""
        return dataset_name(self.names[0])

    @property
    def places(self) -> tuple[int, ...]:
        """The groups that write or read it."""
        return (self.writer, *self.readers)

    @property
    def transcoded(self) -> bool:
        """Whether it has several names; in memory each of them is a dataset of its own, in `kedro run` as well."""
        return any("@" in name for name in self.names)


def memory_boundaries(groups: Sequence[NodeGroup], dataset: Callable[[str], Dataset]) -> list[MemoryBoundary]:
    """All of them, in the order in which the groups and their nodes write them."""
    used = {name for group in groups for name in (*group.written, *group.read)}
    kept = {dataset_name(name) for name in used if dataset(name).kind == "memory"}
    read: dict[str, tuple[set[str], set[int]]] = {}
    for place, group in enumerate(groups) if kept else ():
        for name in group.read:
            if dataset_name(name) in kept:
                names, places = read.setdefault(dataset_name(name), (set(), set()))
                names.add(name)
                places.add(place)
    found = []
    for place, group in enumerate(groups) if kept else ():
        for output in (name for name in group.written if dataset_name(name) in kept):
            names, places = read.get(dataset_name(output), (set(), set()))
            others, named = tuple(sorted(places - {place})), tuple(sorted({output, *names}))
            if others or len(named) > 1:
                shown = next(item for item in map(dataset, named) if item.kind == "memory")
                found.append(MemoryBoundary(dataset=shown, names=named, writer=place, readers=others))
    return found
