"""What would be read and is not there, or is somebody else's: things that show in the whole plan only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from argo_kedro.model import Dataset, Problem
from argo_kedro.plan.data.obstacles import task_verb
from argo_kedro.plan.grouping.groups import NodeGroup, dataset_name

# They list their partitions anew in each process.
_LISTS = ("PartitionedDataset", "IncrementalDataset")


def confirmed_elsewhere(groups: Sequence[NodeGroup], dataset: Callable[[str], Dataset]) -> Iterator[Problem]:
    """Partitions that one task loads and another confirms: it would confirm those that came since."""
    loading: dict[str, list[str]] = {}
    confirming = [group for group in groups if any(node.confirms for node in group.nodes)]
    for group in groups if confirming else ():
        for name in set(group.read):
            loading.setdefault(name, []).append(group.task)
    for group in confirming:
        for name in sorted({name for node in group.nodes for name in node.confirms}):
            others = [task for task in loading.get(name, ()) if task != group.task]
            if others and dataset(name).type.rpartition(".")[2] in _LISTS:
                yield Problem(
                    message=f"{task_verb(others, 'load')} it and task {group.task!r} confirms it in another process, "
                    "where partitions that came since would be confirmed and never processed.",
                    where=f"dataset {name}",
                    hint="put these nodes into one task: a FusedPipeline, or a rule with `group` in argo.yml.",
                )


def never_written(
    groups: Sequence[NodeGroup], kept_in_memory: Mapping[str, str], loaded: Collection[str]
) -> Iterator[Problem]:
    """Inputs of a part of a pipeline that a run of all of it keeps in memory.

    Args:
        groups: The groups that were selected.
        kept_in_memory: Datasets that a run of the whole pipeline never writes, each with its fused group.
        loaded: Those that --load-versions names.
    """
    if not kept_in_memory:
        return
    written = {dataset_name(name) for group in groups for name in group.written}
    read = {name for group in groups for name in group.read}
    for name in sorted(read.intersection(kept_in_memory).difference(loaded)):
        if dataset_name(name) not in written:
            yield Problem(
                message=f"no selected node writes it, and a run of the whole pipeline keeps it in the memory of fused "
                f"group {kept_in_memory[name]!r}: what is read is what an older run has left.",
                where=f"dataset {name}",
                hint="name it in `runner.keep` of argo.yml and run the whole group once, or select the whole group.",
                severity="cluster",
            )
