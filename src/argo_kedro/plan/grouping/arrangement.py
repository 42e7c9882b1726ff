"""Which nodes share a task, which tasks wait for which, and where they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kedro.pipeline.node import Node

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Dataset, Problem
from argo_kedro.plan.agreement import Agreed, agreed
from argo_kedro.plan.grouping.fusing import fused
from argo_kedro.plan.grouping.groups import NodeGroup, grouped, predecessors, running_order
from argo_kedro.plan.grouping.joining import joined
from argo_kedro.plan.grouping.splits import split_notes
from argo_kedro.plan.grouping.strategies import MEMORY, Strategy, is_plain, strategies, strategy_problems, wishes
from argo_kedro.plan.home import homes
from argo_kedro.plan.rules import NodeSettings
from argo_kedro.project import Project, Selection


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """The groups of a workflow; everything else gives them by their places."""

    groups: Sequence[NodeGroup]
    needs: Sequence[Sequence[int]]  # for each group those it waits for
    order: Sequence[int]  # in which they can run
    agreements: Sequence[Agreed]
    cycles: Sequence[Problem] = ()
    problems: Sequence[Problem] = ()  # of `runner.group_by`
    notes: Sequence[str] = ()  # what it wanted in one task, and is several

    @property
    def written(self) -> list[tuple[int, str]]:
        """Each name that a node writes, after the place of its group."""
        return [(place, name) for place, group in enumerate(self.groups) for name in group.written]

    @property
    def read(self) -> list[tuple[int, str]]:
        """Each name that a node reads, after the place of its group."""
        return [(place, name) for place, group in enumerate(self.groups) for name in group.read]


def arranged(
    project: Project,
    selection: Selection,
    nodes: Sequence[Node],
    settings: Mapping[str, NodeSettings],
    dataset: Callable[[str], Dataset],
) -> Arrangement:
    """The groups that the user made, those of `runner.group_by`, and what datasets in memory join of both."""
    config = project.config
    made = _arrangement(grouped(nodes, settings), settings, config)
    if made.cycles:
        return made
    if not is_plain(project):
        made = _by_strategy(made, settings, project, selection)
    keys = _joining(made.groups, project, selection)
    if not any(key is not None for key in keys):
        return made
    groups = fused(made.groups, made.needs, made.order, made.agreements, dataset, keys)
    if len(groups) == len(made.groups):
        return made
    return replace(_arrangement(groups, settings, config, made), problems=made.problems, notes=made.notes)


def _by_strategy(
    made: Arrangement, settings: Mapping[str, NodeSettings], project: Project, selection: Selection
) -> Arrangement:
    deciding = strategies(made.groups, project, selection)
    home = homes(made.groups, project.pipelines, selection)
    wanted = wishes(made.groups, made.needs, made.order, made.agreements, deciding, home)
    problems = list(strategy_problems(made.groups, deciding, project))
    if not wanted:
        return replace(made, problems=problems)
    groups = joined(made.groups, made.needs, made.order, wanted)
    found = _arrangement(groups, settings, project.config, made)
    notes = split_notes(wanted, made.groups, made.agreements, groups, found.needs)
    return replace(found, problems=problems, notes=notes)


def _joining(groups: Sequence[NodeGroup], project: Project, selection: Selection) -> Sequence[Strategy | str | None]:
    """For each group with whom datasets in memory join it: with all, with those of its strategy, or with nobody."""
    if project.config.runner.memory_datasets == "fuse":
        return [""] * len(groups)
    if MEMORY not in project.config.runner.group_by.values():
        return []
    return [each if each.how == MEMORY else None for each in strategies(groups, project, selection)]


def _arrangement(
    groups: Sequence[NodeGroup],
    settings: Mapping[str, NodeSettings],
    config: ArgoConfig,
    before: Arrangement | None = None,
) -> Arrangement:
    needs = predecessors(groups)
    order, cycles = running_order(groups, needs)
    # Most groups of a large pipeline may be as they were before others joined.
    known = {id(group): found for group, found in zip(before.groups, before.agreements, strict=True)} if before else {}
    agreements = [known.get(id(group)) or agreed(group, settings, config) for group in groups]
    return Arrangement(groups=groups, needs=needs, order=order, agreements=agreements, cycles=cycles)
