"""What argo.yml's rules and the code's notes say of each node, and where each value came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cached_property
from typing import Any, Generic, TypeVar

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from argo_kedro.config import Rule
from argo_kedro.config.rules import Retries
from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile
from argo_kedro.model import Problem, Setting
from argo_kedro.pipeline import note

FILE = "argo.yml"
CODE = "code"  # the source of what nodes carry with them
Value = TypeVar("Value")


@dataclass(frozen=True)
class Said(Generic[Value]):
    """A value of argo.yml, and the rule that gives it."""

    value: Value
    source: str


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What the rules give together: the last one counts, for each variable and each file by itself."""

    group: Setting | None = None
    machine_type: Setting | None = None
    template: Setting | None = None
    service_account: Setting | None = None
    retries: Said[Retries] | None = None
    timeout: Said[int] | None = None
    environment: tuple[Said[EnvironmentVariable], ...] = ()
    env_from: tuple[Said[EnvironmentFrom], ...] = ()
    files: tuple[Said[MountedFile], ...] = ()


@dataclass(frozen=True)
class NodeSettings:
    """What is said of one node."""

    group: Setting | None = None
    machine_type: Setting | None = None
    template: Setting | None = None
    ruled: Ruled = Ruled()  # what only rules can say


@dataclass(frozen=True)
class Rules:
    """The rules of argo.yml."""

    rules: Sequence[Rule]
    pipelines: Mapping[str, Pipeline] = field(default_factory=dict)  # the registered ones

    def settings(self, node: Node) -> NodeSettings:
        """The code's note first, then the last rule that matches."""
        own = note(node)
        ruled = self._ruled(tuple(index for index, matches in enumerate(self._matchers) if matches(node)))
        return NodeSettings(
            group=_setting(own.group.name if own.group else None, "FusedPipeline") or ruled.group,
            machine_type=_setting(own.machine_type, CODE) or ruled.machine_type,
            template=_setting(own.template, CODE) or ruled.template,
            ruled=ruled,
        )

    def unmatched(self, nodes: Collection[Node]) -> list[Problem]:
        """A problem for each rule that matches none of these nodes, or names what none has: mostly a typing error."""
        problems = []
        known = self._named_in(nodes) if self.rules else {}
        matched = {index for matching in self._known for index in matching}  # by a node that was asked for before
        for index, (rule, matches) in enumerate(zip(self.rules, self._matchers, strict=True)):
            missing = [f"{key} {name}" for key in known for name in getattr(rule, key) if _is_gone(name, known[key])]
            if index not in matched and not any(map(matches, nodes)):
                words = f"the rule matches no node of any registered pipeline: {_criteria(rule)}"
            elif missing:
                words = f"the rule names what no registered pipeline has: {', '.join(missing)}"
            else:
                continue
            hint = "correct the pattern, or remove the rule; `kedro registry describe` lists node names"
            hint += ", `kedro registry list` those of pipelines." if rule.pipelines else "."
            problems.append(Problem(message=f"{words}.", where=_source(index), hint=hint))
        return problems

    def _named_in(self, nodes: Collection[Node]) -> dict[str, Collection[str]]:
        """All that the names of a rule can be; not tags, since a list of them may be for many projects."""
        spaces = {node.namespace for node in nodes if node.namespace}
        around = {space[: match.start()] for space in spaces for match in re.finditer(r"\.", space)}
        return {"nodes": {node.name for node in nodes}, "namespaces": spaces | around, "pipelines": self.pipelines}

    @cached_property
    def _matchers(self) -> Sequence[Callable[[Node], bool]]:
        # Membership is asked of names, once for each pipeline that a rule names.
        named = {name for rule in self.rules for name in rule.pipelines}
        inside = {name: {node.name for node in self.pipelines[name].nodes} for name in named if name in self.pipelines}
        return [_matcher(rule, inside) for rule in self.rules]

    @cached_property
    def _known(self) -> dict[tuple[int, ...], Ruled]:
        return {}

    def _ruled(self, matching: tuple[int, ...]) -> Ruled:
        """Worked out once for all nodes that the same rules match."""
        if matching not in self._known:
            self._known[matching] = _together([(_source(index), self.rules[index]) for index in matching])
        return self._known[matching]


def _together(rules: Sequence[tuple[str, Rule]]) -> Ruled:
    last: dict[str, Said[Any]] = {}
    environment: dict[str, Said[EnvironmentVariable]] = {}
    env_from: dict[EnvironmentFrom, Said[EnvironmentFrom]] = {}
    files: dict[str, Said[MountedFile]] = {}
    for source, rule in rules:
        for key in ("group", "machine_type", "template", "service_account", "retries", "timeout"):
            if (value := getattr(rule, key)) is not None:
                last[key] = Said(value, source)
        environment |= {item.name: Said(item, source) for item in rule.environment}
        for item in rule.env_from:
            env_from.pop(item, None)  # its place is that of the last rule, whose keys count
            env_from[item] = Said(item, source)
        files |= {item.path: Said(item, source) for item in rule.files}
    return Ruled(
        group=_said(last.get("group")),
        machine_type=_said(last.get("machine_type")),
        template=_said(last.get("template")),
        service_account=_said(last.get("service_account")),
        retries=last.get("retries"),
        timeout=last.get("timeout"),
        environment=tuple(environment.values()),
        env_from=tuple(env_from.values()),
        files=tuple(files.values()),
    )


def _said(said: Said[str] | None) -> Setting | None:
    return None if said is None else Setting(value=said.value, source=said.source)


def _setting(value: str | None, source: str) -> Setting | None:
    return None if value is None else Setting(value=value, source=source)


def _source(index: int) -> str:
    return f"{FILE} tasks[{index}]"


def _matcher(rule: Rule, inside: Mapping[str, Collection[str]]) -> Callable[[Node], bool]:
    """Whether a node is one that this rule names."""
    patterns = re.compile("|".join(map(translate, rule.nodes))) if rule.nodes else None
    tags, spaces = frozenset(rule.tags), tuple(f"{name}." for name in rule.namespaces)
    members = frozenset(node for name in rule.pipelines for node in inside.get(name, ()))

    def matches(node: Node) -> bool:
        return (
            (patterns is None or patterns.match(node.name) is not None)
            and (not tags or not tags.isdisjoint(node.tags))
            and (not spaces or (bool(node.namespace) and f"{node.namespace}.".startswith(spaces)))
            and (not rule.pipelines or node.name in members)
        )

    return matches


def _is_gone(name: str, known: Collection[str]) -> bool:
    """Whether this is a name, and no pattern, and nothing is called so."""
    return name not in known and not any(sign in name for sign in "*?[")


def _criteria(rule: Rule) -> str:
    given: Iterable[tuple[str, Sequence[str]]] = (
        ("nodes", rule.nodes),
        ("tags", rule.tags),
        ("namespaces", rule.namespaces),
        ("pipelines", rule.pipelines),
    )
    return ", ".join(f"{key} {', '.join(values)}" for key, values in given if values)
