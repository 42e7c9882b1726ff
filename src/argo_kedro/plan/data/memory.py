"""Which internal datasets of a fused task stay in its memory. The task obeys; a plain `kedro run` is never touched."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from argo_kedro.model import Dataset
from argo_kedro.names import unlistable
from argo_kedro.plan.grouping.groups import NodeGroup, dataset_name

# What they load is not what was saved into them.
_NOT_ALIKE = ("PartitionedDataset", "IncrementalDataset")


def readers(pipelines: Iterable[Pipeline]) -> dict[str, set[str]]:
    """The nodes that read or confirm each dataset, in whatever registered pipeline."""
    found: dict[str, set[str]] = {}
    for pipeline in pipelines:
        for node in pipeline.nodes:
            for name in (*node.inputs, *node.confirms):
                found.setdefault(dataset_name(name), set()).add(node.name)
    return found


def in_memory(
    nodes: Sequence[Node],
    reading: Mapping[str, Collection[str]],
    dataset: Callable[[str], Dataset],
    keep: Sequence[str],
) -> tuple[str, ...]:
    """The registered datasets that only these nodes write and read, and that a MemoryDataset can stand for."""
    inside = {node.name for node in nodes}
    read = {name for node in nodes for name in node.inputs}
    confirmed = {name for node in nodes for name in node.confirms}
    return tuple(
        sorted(
            name
            for node in nodes
            if not _streams(node)
            for name in node.outputs
            if name in read
            and name not in confirmed
            and "@" not in name  # transcoded: what is loaded is not what was saved
            and not unlistable(name)
            and inside.issuperset(reading[name])
            and not any(fnmatchcase(name, pattern) for pattern in keep)
            and _replaceable(dataset(name))
        )
    )


def in_shared_memory(group: NodeGroup, dataset: Callable[[str], Dataset], spilled: Collection[str]) -> tuple[str, ...]:
    """What the group writes into a SharedMemoryDataset: that works with a ParallelRunner, and no task has one."""
    names = (name for name in group.written if dataset(name).kind == "memory")
    shared = (name for name in names if dataset(name).type.rpartition(".")[2] == "SharedMemoryDataset")
    return tuple(sorted(name for name in shared if name not in spilled))


def _streams(node: Node) -> bool:
    """A generator saves in pieces; a MemoryDataset would keep only the last."""
    return inspect.isgeneratorfunction(node.func)


def _replaceable(dataset: Dataset) -> bool:
    plain = not (dataset.versioned or dataset.appends) and dataset.type.rpartition(".")[2] not in _NOT_ALIKE
    return dataset.kind in ("local", "remote") and plain
