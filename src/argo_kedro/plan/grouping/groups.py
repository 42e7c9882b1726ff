"""Which nodes share a task, and which tasks wait for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from kedro.pipeline.node import Node

from argo_kedro.model import Problem
from argo_kedro.names import k8s_name
from argo_kedro.pipeline import note
from argo_kedro.plan.rules import NodeSettings


@dataclass(frozen=True)
class NodeGroup:
    """The nodes of one task, in running order."""

    name: str  # Kedro's: the group's, or the only node's
    fused: bool  # whether it has more than the node it is named for
    nodes: tuple[Node, ...]
    own: tuple[Node, ...] = ()  # those that the user put together; the rest joined them by datasets in memory
    by: str = ""  # the strategy that made it, where one of `runner.group_by` did

    @cached_property
    def task(self) -> str:
        """The name of its task."""
        return k8s_name(self.name)

    @cached_property
    def node_names(self) -> tuple[str, ...]:
        """The names of its nodes, in running order."""
        return tuple(node.name for node in self.nodes)

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The names that its nodes write. Kedro makes a new list of them on each look at a node."""
        return tuple(name for node in self.nodes for name in node.outputs)

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The names that its nodes read, once for each node."""
        return tuple(name for node in self.nodes for name in node.inputs)


def dataset_name(name: str) -> str:
    """The name without a transcoding suffix: `cars@spark` and `cars@pandas` are one dataset."""
    return name.partition("@")[0]


def in_a_row(nodes: Sequence[Node]) -> str:
    """The name of nodes that nobody gave one: `split +2`."""
    return f"{nodes[0].name} +{len(nodes) - 1}"


def grouped(nodes: Sequence[Node], settings: Mapping[str, NodeSettings]) -> list[NodeGroup]:
    """The groups, in the order of their first nodes; a node that nothing groups is alone."""
    members: dict[tuple[str, bool], list[Node]] = {}
    for node in nodes:
        group = settings[node.name].group
        key = (group.value, True) if group else (node.name, False)
        members.setdefault(key, []).append(node)
    return [
        NodeGroup(name, fused, tuple(inside), tuple(inside) if fused else ())
        for (name, fused), inside in members.items()
    ]


def predecessors(groups: Sequence[NodeGroup]) -> list[list[int]]:
    """For each group the places of those it waits for. Linear in nodes and edges."""
    writers = {dataset_name(output): place for place, group in enumerate(groups) for output in group.written}
    found = [{writers.get(dataset_name(name)) for name in group.read} for group in groups]
    return [
        sorted(other for other in places if other is not None and other != place) for place, places in enumerate(found)
    ]


def running_order(groups: Sequence[NodeGroup], needs: Sequence[Sequence[int]]) -> tuple[list[int], list[Problem]]:
    """The groups' places in an order in which they can run; with a problem, if they wait for each other."""
    try:
        return list(TopologicalSorter(dict(enumerate(needs))).static_order()), []
    except CycleError as error:
        return list(range(len(groups))), [_cycle([groups[place] for place in error.args[1]])]


def mixed_groups(groups: Sequence[NodeGroup]) -> list[Problem]:
    """A problem for each name that two different fused pipelines have, or two copies of one."""
    problems = []
    for group in groups:
        members = [found.members for node in group.own if (found := note(node).group) is not None]
        if len(set(members)) > 1 or (members and len(members) > len(members[0])):
            problems.append(
                Problem(
                    message=f"two fused pipelines are called {group.name!r}.",
                    where=f"node {group.own[0].name}",
                    hint="give each FusedPipeline a name of its own, or a namespace.",
                )
            )
    return problems


def _cycle(cycle: Sequence[NodeGroup]) -> Problem:
    """Words for a cycle of groups, each of which must run before the next."""
    hops = [hop(before, after) for before, after in pairwise(cycle)]
    fused = sorted({group.name for group in cycle if group.fused})
    return Problem(
        message=f"the nodes of {' and '.join(map(repr, fused))} cannot share a task, since data leaves the group and "
        f"comes back: {', then '.join(hops)}.",
        where=f"fused group {fused[0]}" if fused else "pipeline",
        hint="leave one of these nodes out of its group, or take those between into it.",
    )


def hop(before: NodeGroup, after: NodeGroup) -> str:
    """`a -> b (dataset)`: the nodes by which one group waits for another."""
    written = {dataset_name(output): node.name for node in before.nodes for output in node.outputs}
    reads = [(node.name, dataset_name(name)) for node in after.nodes for name in node.inputs]
    return next(f"{written[name]} -> {node} ({name})" for node, name in reads if name in written)
