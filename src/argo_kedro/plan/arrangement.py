"""Which nodes share a task, which tasks wait for which, and where they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kedro.pipeline.node import Node

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Dataset, Problem
from argo_kedro.plan.agreement import Agreed, agreed
from argo_kedro.plan.fusing import fused
from argo_kedro.plan.groups import NodeGroup, grouped, predecessors, running_order
from argo_kedro.plan.rules import NodeSettings


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """The groups of a workflow; everything else gives them by their places."""

    groups: Sequence[NodeGroup]
    needs: Sequence[Sequence[int]]  # for each group those it waits for
    order: Sequence[int]  # in which they can run
    agreements: Sequence[Agreed]
    cycles: Sequence[Problem] = ()

    @property
    def written(self) -> list[tuple[int, str]]:
        """Each name that a node writes, after the place of its group."""
        return [(place, name) for place, group in enumerate(self.groups) for name in group.written]

    @property
    def read(self) -> list[tuple[int, str]]:
        """Each name that a node reads, after the place of its group."""
        return [(place, name) for place, group in enumerate(self.groups) for name in group.read]


def arranged(
    nodes: Sequence[Node],
    settings: Mapping[str, NodeSettings],
    config: ArgoConfig,
    dataset: Callable[[str], Dataset],
) -> Arrangement:
    """The groups that the user made, the nodes alone, and what datasets in memory join of both."""
    made = _arrangement(grouped(nodes, settings), settings, config)
    if config.runner.memory_datasets != "fuse" or made.cycles:
        return made
    joined = fused(made.groups, made.needs, made.order, made.agreements, dataset)
    return _arrangement(joined, settings, config) if len(joined) < len(made.groups) else made


def _arrangement(groups: Sequence[NodeGroup], settings: Mapping[str, NodeSettings], config: ArgoConfig) -> Arrangement:
    needs = predecessors(groups)
    order, cycles = running_order(groups, needs)
    agreements = [agreed(group, settings, config) for group in groups]
    return Arrangement(groups=groups, needs=needs, order=order, agreements=agreements, cycles=cycles)
