"""Who writes and who reads the datasets of a workflow."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from kedro.pipeline.node import Node

from argo_kedro.model import Dataset, DatasetUse
from argo_kedro.plan.grouping.groups import NodeGroup, dataset_name


def dataset_uses(
    groups: Sequence[NodeGroup], dataset: Callable[[str], Dataset], spilled: Collection[str], root: str
) -> tuple[DatasetUse, ...]:
    """The inputs, boundary datasets and outputs of the workflow, by name; what stays inside one task is left out.

    The path of a spilled dataset is the root of the storage by which it travels.
    """
    written: dict[str, tuple[str, str]] = {}  # dataset -> the name it is written by, and the task
    read: dict[str, tuple[set[str], set[str]]] = {}  # dataset -> the names it is read by, and the tasks
    for group in groups:
        written.update({dataset_name(name): (name, group.task) for name in group.written})
        for name in group.read:
            names, tasks = read.setdefault(dataset_name(name), (set(), set()))
            names.add(name)
            tasks.add(group.task)
    uses = []
    for base in sorted({*written, *read}):
        names, tasks = read.get(base, (set(), set()))
        producer = written[base][1] if base in written else ""
        consumers = tuple(sorted(tasks - {producer}))
        if consumers or not tasks:
            names = {*names, written[base][0]} if producer else names
            found = [dataset(name) for name in sorted(names)]
            # Of several transcoded names the one that cannot travel decides.
            shown = next((item for item in found if item.kind == "memory"), found[0])
            shown = replace(shown, path=root) if base in spilled else shown
            uses.append(DatasetUse(dataset=shown, producer=producer, consumers=consumers))
    return tuple(uses)


def uses_of_tasks(
    tasks: Mapping[str, Sequence[str]],
    nodes: Mapping[str, Node],
    dataset: Callable[[str], Dataset],
    spilled: Collection[str] = (),
    root: str = "",
) -> tuple[DatasetUse, ...]:
    """The same for tasks that are there already, such as those of a run; a node that is not known writes nothing.

    Args:
        tasks: The names of each task's nodes.
        nodes: The nodes of the project, by their names.
        dataset: Describes the dataset of a name.
        spilled: The datasets that travel by the storage of the run.
        root: That storage.
    """
    groups = [
        NodeGroup(task, len(names) > 1, tuple(nodes[name] for name in names if name in nodes))
        for task, names in tasks.items()
    ]
    return dataset_uses(groups, dataset, spilled, root)


def is_below(path: str, root: str) -> bool:
    """Whether a path of this machine, as a dataset shows it, is in a folder that is given by an absolute path."""
    shown = posixpath.normpath(path.removeprefix("file://"))
    return bool(root) and PurePosixPath(shown).is_relative_to(posixpath.normpath(root))
