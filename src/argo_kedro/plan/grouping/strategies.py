"""Which strategy of `runner.group_by` decides for each group, and which nodes it wants in one task."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from kedro.pipeline.node import Node

from argo_kedro.model import Problem
from argo_kedro.names import few, nearest, unlistable
from argo_kedro.plan.agreement import Agreed
from argo_kedro.plan.grouping.chains import chains
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.grouping.reach import Places
from argo_kedro.plan.home import homes
from argo_kedro.plan.rules import FILE
from argo_kedro.project import Project, Selection
from argo_kedro.project.selection import DEFAULT

WHERE = f"{FILE} runner.group_by"
CHAIN, MEMORY = "chain", "memory"
_NAMESPACE, _PIPELINE, _TAG = "namespace", "pipeline", "tag:"
_SHOWN = 10  # tags in a sentence


@dataclass(frozen=True)
class Strategy:
    """How the nodes of a registered pipeline become tasks."""

    pipeline: str  # the key of `group_by` that says so
    how: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Nodes, each still alone, that a strategy wants in one task."""

    strategy: Strategy
    name: str  # of the namespace, the tag or the pipeline; empty for a chain
    parts: tuple[Places, ...]  # those that may be together: of one machine type and template

    @property
    def kind(self) -> str:
        """What its name is the name of."""
        return self.strategy.how.partition(":")[0]

    @property
    def places(self) -> Places:
        """All of its nodes."""
        return tuple(place for part in self.parts for place in part)


def is_plain(project: Project) -> bool:
    """Whether each node is a task, and nothing else is said."""
    return project.config.runner.group_by == {DEFAULT: "node"}


def strategies(groups: Sequence[NodeGroup], project: Project, selection: Selection) -> list[Strategy]:
    """For each group that of the one pipeline that is selected, else that of the smallest one which has all of it."""
    by_pipeline = project.config.runner.group_by
    known = {name: Strategy(name, how) for name, how in by_pipeline.items()}
    one = selection.pipelines[0] if len(selection.pipelines) == 1 else DEFAULT
    if len(known) == 1 or (one != DEFAULT and one in known):
        return [known.get(one, known[DEFAULT])] * len(groups)
    named = {name: project.pipelines[name] for name in known if name in project.pipelines}
    return [known[name] for name in homes(groups, named, Selection())]


def wishes(
    groups: Sequence[NodeGroup],
    needs: Sequence[Sequence[int]],
    order: Sequence[int],
    agreements: Sequence[Agreed],
    deciding: Sequence[Strategy],
    homes_of: Sequence[str],
) -> list[Wish]:
    """What the strategies want, where it is more than one node; what `memory` wants is another matter.

    Args:
        groups: Those that the user made, and the nodes alone.
        needs: For each group the places of those it waits for.
        order: Their places in an order in which they can run.
        agreements: Where each runs.
        deciding: The strategy of each.
        homes_of: The smallest registered pipeline that has it.
    """
    found: dict[tuple[Strategy, str], dict[Hashable, list[int]]] = {}
    together: list[Hashable | None] = [None] * len(groups)
    for place in order:
        group, strategy = groups[place], deciding[place]
        if group.own:
            continue
        where = _where(group, agreements[place])
        if strategy.how == CHAIN:
            together[place] = (strategy, where)
        name = _name(group.nodes[0], strategy.how, homes_of[place])
        if name:
            found.setdefault((strategy, name), {}).setdefault(where, []).append(place)
    wanted = [
        Wish(strategy=strategy, name=name, parts=tuple(map(tuple, parts.values())))
        for (strategy, name), parts in found.items()
        if len(parts) > 1 or len(next(iter(parts.values()))) > 1
    ]
    linked = chains(needs, order, together) if any(together) else []
    return [*wanted, *(Wish(strategy=deciding[row[0]], name="", parts=(row,)) for row in linked)]


def strategy_problems(groups: Sequence[NodeGroup], deciding: Sequence[Strategy], project: Project) -> Iterator[Problem]:
    """Nodes that two tags claim, strategies for pipelines that are not registered, and tags that no node has."""
    known = sorted(name for name in project.pipelines if name != DEFAULT)
    for name in project.config.runner.group_by:
        if name != DEFAULT and name not in known:
            close = nearest(name, known)
            guess = f"did you mean {close!r}? " if close else ""
            hint = f"{guess}Registered: {', '.join(known) or 'none by a name'}."
            yield Problem(message=f"pipeline {name!r} is not registered.", where=WHERE, hint=hint)
    yield from _tags_of_no_node(project)
    for group, strategy in zip(groups, deciding, strict=True):
        tags = [] if group.own else _tags(group.nodes[0], strategy.how)
        if len(tags) > 1:
            prefix = strategy.how.removeprefix(_TAG)
            yield Problem(
                message=f"its tags {' and '.join(map(repr, tags))} ask for a task each, by {strategy.how!r}.",
                where=f"node {group.name}",
                hint=f"leave it one tag that begins with {prefix!r}, or put it into a fused group.",
            )


def _tags_of_no_node(project: Project) -> Iterator[Problem]:
    wanted = sorted({how for how in project.config.runner.group_by.values() if how.startswith(_TAG)})
    if not wanted:
        return
    tags = sorted({tag for pipeline in project.pipelines.values() for node in pipeline.nodes for tag in node.tags})
    for how in wanted:
        prefix = how.removeprefix(_TAG)
        if not any(tag.startswith(prefix) for tag in tags):
            yield Problem(
                message=f"no node of any registered pipeline has a tag that begins with {prefix!r}.",
                where=WHERE,
                hint=f"correct the prefix, or choose another strategy. Tags: {few(tags, _SHOWN) or 'none at all'}.",
            )


def _where(group: NodeGroup, agreed: Agreed) -> Hashable:
    """What nodes must share to be one task. A name that no list can hold is alone."""
    alone = group.name if unlistable(group.name) else ""
    return agreed.pod, alone


def _name(node: Node, how: str, home: str) -> str:
    if how == _NAMESPACE:
        return node.namespace or ""
    if how == _PIPELINE:
        return home
    tags = _tags(node, how)
    return tags[0] if len(tags) == 1 else ""


def _tags(node: Node, how: str) -> list[str]:
    """The tags of a node that a strategy goes by."""
    prefix = how.removeprefix(_TAG)
    return sorted(tag for tag in node.tags if tag.startswith(prefix)) if how.startswith(_TAG) else []
