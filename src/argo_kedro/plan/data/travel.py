"""Where datasets in memory travel that tasks share: by the run's storage, or nowhere, which is a problem."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from argo_kedro.config import ArgoConfig
from argo_kedro.config.running import RunStorage
from argo_kedro.model import Dataset, Problem
from argo_kedro.names import unlistable
from argo_kedro.plan.agreement import Agreed
from argo_kedro.plan.data.boundaries import MemoryBoundary, memory_boundaries
from argo_kedro.plan.data.obstacles import obstacle, task_verb
from argo_kedro.plan.data.versions import left_by_older_runs
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.grouping.partition import Sets
from argo_kedro.plan.grouping.strategies import MEMORY
from argo_kedro.plan.pods.own_templates import template_names
from argo_kedro.plan.rules import FILE
from argo_kedro.project import Project


@dataclass(frozen=True, kw_only=True)
class Travel:
    """The datasets that travel by the run's storage, and what is wrong with those that would have to."""

    spilled: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    def of(self, group: NodeGroup) -> tuple[str, ...]:
        """The spilled datasets that a group writes or reads."""
        return tuple(sorted(self.spilled.intersection((*group.read, *group.written)))) if self.spilled else ()


def travel(
    project: Project,
    arrangement: Arrangement,
    dataset: Callable[[str], Dataset],
    load_versions: Mapping[str, str],
) -> Travel:
    """Decide for each dataset in memory that another group reads, or that an older run has left in the storage."""
    runner, storage = project.config.runner, project.config.storage
    # A strategy that joins nodes by datasets in memory was there before the storage, or the error, had its turn.
    tried = "fuse" if MEMORY in runner.group_by.values() else runner.memory_datasets
    spilled: set[str] = set()
    problems: list[Problem] = []
    # Groups that wait for each other are told first: what else becomes one is not known before.
    boundaries = memory_boundaries(arrangement.groups, dataset) if not arrangement.cycles else []
    for boundary in _of_defined(boundaries, arrangement.agreements, project.config, fuses=tried == "fuse"):
        can = _can_spill(boundary, arrangement.agreements)
        if can and storage.root and runner.memory_datasets != "error":
            spilled.add(boundary.name)
        else:
            what = obstacle(boundary, arrangement, tried)
            ways = [_by_catalog(boundary, project.env), what.way_out]
            ways += [_by_storage(storage, runner.memory_datasets)] if can else []
            message = f"{_who(boundary, arrangement.groups)}, but it {_why(boundary.dataset)}{what.words}."
            hint = f"{', or '.join(filter(None, ways))}."
            problems.append(Problem(message=message, where=f"dataset {boundary.dataset.name}", hint=hint))
    if storage.root:
        spilled |= left_by_older_runs(load_versions, arrangement, dataset)
    problems.extend(_not_mounted(spilled, storage))
    return Travel(spilled=frozenset(spilled), problems=tuple(problems))


def _of_defined(
    boundaries: Sequence[MemoryBoundary], agreements: Sequence[Agreed], config: ArgoConfig, *, fuses: bool
) -> Iterator[MemoryBoundary]:
    """Those that no task with a machine type or template that nothing defines could change: that is told first."""
    places = {place for boundary in boundaries for place in boundary.places}
    sets, names = Sets(places, [boundary.places for boundary in boundaries]), template_names(config)
    machines = config.machine_types if fuses else None  # on which it depends what is fused, and nothing else
    unknown = {sets.find(place) for place in places if not _is_known(agreements[place], names, machines)}
    yield from (boundary for boundary in boundaries if sets.find(boundary.writer) not in unknown)


def _is_known(where: Agreed, templates: Collection[str], machines: Collection[str] | None) -> bool:
    return where.template.value in templates and (machines is None or where.machine_type.value in machines)


def _can_spill(boundary: MemoryBoundary, agreements: Sequence[Agreed]) -> bool:
    listable = not boundary.transcoded and not unlistable(boundary.name)
    return listable and all(agreements[place].built_in for place in boundary.places)


def _not_mounted(spilled: set[str], storage: RunStorage) -> Iterator[Problem]:
    if spilled and storage.root.startswith("/") and not storage.claim:
        yield Problem(
            message=f"pods do not share {storage.root}, by which {', '.join(sorted(spilled))} would travel.",
            where=f"{FILE} storage.root",
            hint="name the PersistentVolumeClaim to mount there in `storage.claim`, or a bucket in `storage.root`.",
            severity="cluster",
        )


def _who(boundary: MemoryBoundary, groups: Sequence[NodeGroup]) -> str:
    if not boundary.readers:
        return f"task {groups[boundary.writer].name!r} writes it and reads it by another name"
    readers = task_verb([groups[place].name for place in boundary.readers], "read")
    return f"task {groups[boundary.writer].name!r} writes it and {readers} it in another process"


def _why(dataset: Dataset) -> str:
    return f"is a {dataset.type.rpartition('.')[2]}" if dataset.registered else "is not in the catalog"


def _by_catalog(boundary: MemoryBoundary, env: str) -> str:
    if boundary.transcoded:
        return f"give {' and '.join(boundary.names)} one path in the catalog of env {env!r}"
    return f"{'store it in' if boundary.dataset.registered else 'add it to'} the catalog of env {env!r}"


def _by_storage(storage: RunStorage, mode: str) -> str:
    root = (
        "" if storage.root else "name a bucket or a shared path in `storage.root` of argo.yml, by which it can travel"
    )
    if mode != "error":
        return root
    return f"{root}, and " * bool(root) + "set `runner.memory_datasets` to `fuse` or `spill`"
