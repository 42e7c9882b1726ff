"""What a new workflow runs that goes on where an earlier run failed, and which of its data it reads. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kedro.pipeline.node import Node

from argo_kedro.model import Dataset
from argo_kedro.plan.grouping.groups import dataset_name


@dataclass(frozen=True, kw_only=True)
class Left:
    """What earlier runs left: in a row of them, each of which went on from the one before, what all of them left."""

    done: Mapping[str, str] = field(default_factory=dict)  # node -> the version of what it saved; empty if unknown
    spilled: Mapping[str, str] = field(default_factory=dict)  # dataset in the storage -> the version it is in
    in_memory: frozenset[str] = frozenset()  # datasets that tasks kept to themselves: they are stored nowhere
    load_versions: Mapping[str, str] = field(default_factory=dict)  # that the last run was given


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The nodes that are left to run, and what they read of the earlier runs."""

    nodes: tuple[str, ...]  # in the order that they were given in
    again: tuple[str, ...]  # those of them that had succeeded, and whose data is stored nowhere
    load_versions: Mapping[str, str]
    as_it_is: tuple[str, ...]  # datasets without versions: what is read is what is there now


def rest(nodes: Iterable[Node], left: Left, dataset: Callable[[str], Dataset]) -> Rest:
    """What did not succeed, all that depends on it, and upward whatever they need that is stored nowhere.

    Args:
        nodes: Today's nodes; one that the earlier runs did not know has not succeeded.
        left: What the earlier runs left.
        dataset: Says what the catalog knows of a dataset.
    """
    graph = _Graph(nodes)
    chosen = graph.downwards(name for name in graph.nodes if name not in left.done)
    first = set(chosen)
    waiting = deque(chosen)
    while waiting:
        for name in graph.nodes[waiting.popleft()].inputs:
            writer = graph.writers.get(dataset_name(name))
            if writer and writer not in chosen and not _stored(dataset(name), left):
                chosen.add(writer)
                waiting.append(writer)
    versions, as_it_is = _reading(graph, chosen, left, dataset)
    return Rest(
        nodes=tuple(name for name in graph.nodes if name in chosen),
        again=tuple(name for name in graph.nodes if name in chosen - first and name in left.done),
        load_versions=versions,
        as_it_is=as_it_is,
    )


class _Graph:
    """Nodes by name, and who writes and who reads each dataset."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = {node.name: node for node in nodes}
        self.writers = {dataset_name(out): name for name, node in self.nodes.items() for out in node.outputs}
        self._readers: dict[str, list[str]] = {}
        for name, node in self.nodes.items():
            for each in node.inputs:
                self._readers.setdefault(dataset_name(each), []).append(name)

    def downwards(self, names: Iterable[str]) -> set[str]:
        """These nodes, and all that depend on them."""
        found = set(names)
        waiting = deque(found)
        while waiting:
            for name in self._followers(waiting.popleft()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found

    def _followers(self, name: str) -> Iterator[str]:
        for output in self.nodes[name].outputs:
            yield from self._readers.get(dataset_name(output), ())


def _stored(dataset: Dataset, left: Left) -> bool:
    """Whether what an earlier run wrote into a dataset can still be read."""
    name = dataset_name(dataset.name)
    if dataset.kind == "memory":
        return name in left.spilled
    return name not in left.in_memory and name not in left.spilled  # else the catalog has it only since then


def _reading(
    graph: _Graph, chosen: set[str], left: Left, dataset: Callable[[str], Dataset]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The versions in which the chosen nodes read what earlier runs wrote; and what has no version of theirs."""
    versions, as_it_is = {}, []
    for name in sorted({name for node in chosen for name in graph.nodes[node].inputs}):
        writer, found = graph.writers.get(dataset_name(name), ""), dataset(name)
        if writer in chosen or found.kind == "parameter":
            continue
        if found.kind == "memory":
            version = left.spilled.get(dataset_name(name), "")
        else:
            version = left.done.get(writer, "") if found.versioned else ""
        version = version or left.load_versions.get(name, "")
        if version:
            versions[name] = version
        elif writer:
            as_it_is.append(name)
    return versions, tuple(as_it_is)
