"""What argo.yml's rules and the code's notes say of each node, and where each value came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from kedro.pipeline.node import Node

from argo_kedro.config import Rule
from argo_kedro.model import Problem, Setting
from argo_kedro.pipeline import note

FILE = "argo.yml"


@dataclass(frozen=True)
class NodeSettings:
    """What is said of one node."""

    group: Setting | None = None
    machine_type: Setting | None = None
    template: Setting | None = None
    rules: tuple[int, ...] = ()  # those that match, in order


@dataclass(frozen=True)
class Rules:
    """The rules of argo.yml."""

    rules: Sequence[Rule]

    def settings(self, node: Node) -> NodeSettings:
        """The code's note first, then the last rule that matches."""
        own = note(node)
        rules = tuple(index for index, rule in enumerate(self.rules) if _matches(rule, node))
        return NodeSettings(
            group=_setting(own.group.name if own.group else None, "FusedPipeline") or self._last(rules, "group"),
            machine_type=_setting(own.machine_type, "code") or self._last(rules, "machine_type"),
            template=_setting(own.template, "code") or self._last(rules, "template"),
            rules=rules,
        )

    def _last(self, rules: Iterable[int], key: str) -> Setting | None:
        for index in sorted(rules, reverse=True):
            value = getattr(self.rules[index], key)
            if value is not None:
                return Setting(value=value, source=f"{FILE} tasks[{index}]")
        return None

    def last(self, rules: Iterable[int], key: str) -> Any:
        """The value of the last of these rules that gives one, or None."""
        values = [value for index in sorted(rules) if (value := getattr(self.rules[index], key)) is not None]
        return values[-1] if values else None

    def unmatched(self, nodes: Collection[Node]) -> list[Problem]:
        """A problem for each rule that matches none of these nodes: most often a typing error."""
        return [
            Problem(
                message=f"the rule matches no node of any registered pipeline: {_criteria(rule)}.",
                where=f"{FILE} tasks[{index}]",
                hint="correct the pattern, or remove the rule; `kedro registry describe` lists node names.",
            )
            for index, rule in enumerate(self.rules)
            if not any(_matches(rule, node) for node in nodes)
        ]


def _setting(value: str | None, source: str) -> Setting | None:
    return None if value is None else Setting(value=value, source=source)


def _matches(rule: Rule, node: Node) -> bool:
    if rule.nodes and not any(fnmatchcase(node.name, pattern) for pattern in rule.nodes):
        return False
    if rule.tags and not node.tags.intersection(rule.tags):
        return False
    space = f"{node.namespace}." if node.namespace else ""
    return not rule.namespaces or any(space.startswith(f"{name}.") for name in rule.namespaces)


def _criteria(rule: Rule) -> str:
    given = {"nodes": rule.nodes, "tags": rule.tags, "namespaces": rule.namespaces}
    return ", ".join(f"{key} {', '.join(values)}" for key, values in given.items() if values)
