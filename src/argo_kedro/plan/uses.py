"""Who writes and who reads the datasets of a workflow."""

from __future__ import annotations

from collections.abc import Sequence

from argo_kedro.model import DatasetUse
from argo_kedro.plan.groups import NodeGroup, dataset_name
from argo_kedro.project import Catalog


def dataset_uses(groups: Sequence[NodeGroup], catalog: Catalog) -> tuple[DatasetUse, ...]:
    """The inputs, boundary datasets and outputs of the workflow, by name; what stays inside one task is left out."""
    written: dict[str, tuple[str, str]] = {}  # dataset -> the name it is written by, and the task
    read: dict[str, tuple[set[str], set[str]]] = {}  # dataset -> the names it is read by, and the tasks
    for group in groups:
        for node in group.nodes:
            written.update({dataset_name(name): (name, group.task) for name in node.outputs})
            for name in node.inputs:
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
            found = [catalog.dataset(name) for name in sorted(names)]
            # Of several transcoded names the one that cannot travel decides.
            dataset = next((item for item in found if item.kind == "memory"), found[0])
            uses.append(DatasetUse(dataset=dataset, producer=producer, consumers=consumers))
    return tuple(uses)
