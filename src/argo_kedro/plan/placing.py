"""Where each group runs, and which of its datasets stay in memory, travel by the storage or have a version pinned."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from argo_kedro.model import Dataset
from argo_kedro.plan.agreement import agreed
from argo_kedro.plan.data.memory import in_memory, in_shared_memory, readers
from argo_kedro.plan.data.travel import Travel
from argo_kedro.plan.data.versions import pinned
from argo_kedro.plan.grouping.arrangement import Arrangement
from argo_kedro.plan.grouping.groups import grouped
from argo_kedro.plan.home import homes
from argo_kedro.plan.rules import NodeSettings, Rules
from argo_kedro.plan.task_settings import common_settings, settled
from argo_kedro.plan.tasks import Placed
from argo_kedro.project import Project, Selection, select


def placed(
    project: Project,
    selection: Selection,
    arrangement: Arrangement,
    settings: Mapping[str, NodeSettings],
    travel: Travel,
    dataset: Callable[[str], Dataset],
) -> list[Placed]:
    """The groups, each with all that its task is told."""
    config, groups = project.config, arrangement.groups
    common = common_settings(config)
    fuses = config.runner.use_memory_datasets and any(group.own for group in groups)
    reading = readers(project.pipelines.values()) if fuses else {}
    keep = (*config.runner.keep, *selection.to_outputs)
    pins = pinned(arrangement, dataset)
    found = []
    for place, (group, home) in enumerate(zip(groups, homes(groups, project.pipelines, selection), strict=True)):
        where = arrangement.agreements[place]
        # Only what the user put together: nobody asked for the rest to become one, so it writes what it always did.
        memory = in_memory(group.own, reading, dataset, keep) if fuses else ()
        memory += in_shared_memory(group, dataset, travel.spilled)
        shape, said = settled(group, where, settings, config, common)
        found.append(
            Placed(
                group=group,
                home=home,
                shape=shape,
                machine_type=where.machine_type,
                needs=tuple(sorted(groups[other].task for other in arrangement.needs[place])),
                memory=tuple(sorted(memory)) if where.built_in else (),
                spilled=travel.of(group) if where.built_in else (),
                pinned=pins[place],
                settings=said,
            )
        )
    return found


def kept_in_memory(
    project: Project, rules: Rules, selection: Selection, dataset: Callable[[str], Dataset]
) -> dict[str, str]:
    """What a run of the whole pipelines never writes, each with its fused group; nothing, if all of it is selected."""
    whole = Selection(pipelines=selection.pipelines)
    if selection == whole or not project.config.runner.use_memory_datasets:
        return {}
    nodes = select(project.pipelines, whole).nodes
    settings = {node.name: rules.settings(node) for node in nodes}
    reading = readers(project.pipelines.values())
    return {
        name: group.name
        for group in grouped(nodes, settings)
        if group.own and agreed(group, settings, project.config).built_in
        for name in in_memory(group.own, reading, dataset, project.config.runner.keep)
    }
