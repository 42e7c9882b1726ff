"""How often a group is tried, and how long it may take, by what rules say of its nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from argo_kedro.config.rules import Retries
from argo_kedro.model import Setting
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.rules import NodeSettings, Said

_UNITS = ((3600, "h"), (60, "m"))


def retries_of(group: NodeGroup, settings: Mapping[str, NodeSettings]) -> Said[Retries] | None:
    """The most that one of its nodes has, since a try runs all of them; on a larger machine type, if any needs that."""
    found = [(node, said) for node in group.node_names if (said := settings[node].ruled.retries) is not None]
    if not found:
        return None
    name, most = max(found, key=lambda each: each[1].value.limit)
    careful = most.value.on_oom or any(said.value.on_oom for _, said in found)
    value = most.value if careful == most.value.on_oom else most.value.model_copy(update={"on_oom": careful})
    alike = len(found) == len(group.nodes) and len({said.source for _, said in found}) == 1
    return Said(value, most.source if alike else f"{most.source}, for node {name}")


def timeout_of(group: NodeGroup, settings: Mapping[str, NodeSettings]) -> tuple[int | None, Setting | None]:
    """The time for all of its nodes, one after the other, and words for it; none where a node has no limit.

    What the user put together has the time of each rule once: a rule for several of its nodes is about their task.
    What else joined it was a task by itself before, and brings its own time.
    """
    said = {node: settings[node].ruled.timeout for node in group.node_names}
    given = [each for each in said.values() if each is not None]
    if not given:
        return None, None
    endless = next((node for node, each in said.items() if each is None), None)
    if endless is not None:
        return None, Setting(value="none", source=f"{given[0].source} is not for node {endless}")
    own = {node.name for node in group.own}
    by_rule = {each.source: each.value for node, each in said.items() if node in own and each is not None}
    joined = [each.value for node, each in said.items() if node not in own and each is not None]
    total = sum(by_rule.values()) + sum(joined)
    return total, Setting(value=duration(total), source=_sources(each.source for each in given))


def duration(seconds: int) -> str:
    """A time as argo.yml spells it: `90s`, `10m`, `2h`."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0), (1, "s"))
    return f"{seconds // size}{unit}"


def _sources(sources: Iterable[str]) -> str:
    """The places, each once; the file is named once."""
    first, *others = dict.fromkeys(sources)
    return ", ".join([first, *(other.rpartition(" ")[2] for other in others)])
