"""What the nodes of a group agree on: where it runs, and what its pod is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from argo_kedro.config import ArgoConfig
from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile
from argo_kedro.model import Problem, Setting
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.pods.shapes import BUILT_IN
from argo_kedro.plan.rules import CODE, FILE, NodeSettings, Ruled, Said

_ONE_RULE = "let one rule name it for all of them."
_HINTS = {
    "machine_type": "pass machine_type= to the FusedPipeline, or let one rule name it for all of them.",
    "template": "pass template= to the FusedPipeline, or let one rule name it for all of them.",
    "service_account": _ONE_RULE,
}


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What counts for all of a group."""

    machine_type: Setting
    template: Setting
    service_account: Setting | None = None
    environment: tuple[Said[EnvironmentVariable], ...] = ()
    env_from: tuple[Said[EnvironmentFrom], ...] = ()
    files: tuple[Said[MountedFile], ...] = ()

    @property
    def built_in(self) -> bool:
        """Whether our own template runs it; one of the user's runs `kedro run`, which knows nothing of other tasks."""
        return self.template.value == BUILT_IN

    @cached_property
    def pod(self) -> Hashable:
        """What groups must have alike to become one that nobody asked for by name."""
        account = self.service_account.value if self.service_account else ""
        lists = (self.environment, self.env_from, self.files)
        told = tuple(frozenset(said.value for said in values) for values in lists)
        return self.machine_type.value, self.template.value, account, told


def agreed(group: NodeGroup, settings: Mapping[str, NodeSettings], config: ArgoConfig) -> Agreed:
    """The values that the group's nodes name; what the code names counts before what rules name, then the default."""
    # What is said by the same rules is one object: to tell them apart by value would cost more than the rest.
    ruled = list({id(each): each for each in (settings[node.name].ruled for node in group.nodes)}.values())
    accounts = [each.service_account for each in ruled if each.service_account is not None]
    return Agreed(
        machine_type=_named(group, settings, "machine_type")
        or _default(config.default_machine_type, "default_machine_type"),
        template=_named(group, settings, "template")
        or _default(config.template.default_template, "template.default_template"),
        service_account=accounts[0] if accounts else None,
        environment=_first(ruled, lambda each: each.environment, lambda variable: variable.name),
        env_from=_first(ruled, lambda each: each.env_from, lambda source: source),
        files=_first(ruled, lambda each: each.files, lambda file: file.path),
    )


def disagreements(groups: Sequence[NodeGroup], settings: Mapping[str, NodeSettings]) -> Iterator[Problem]:
    """Groups whose nodes name different values."""
    for group in groups:
        where = f"fused group {group.name}"
        for key, found in _by_key(group, settings) if group.own else ():
            in_code = {name: value for name, value in found.items() if value.source == CODE}
            named = in_code or found
            if len({value.value for value in named.values()}) > 1:
                says = ", ".join(f"{name}: {value.value} ({value.source})" for name, value in named.items())
                message = f"its nodes name different values of {key}: {says}."
                yield Problem(message=message, where=where, hint=_HINTS.get(key, _ONE_RULE))


def variable_words(variable: EnvironmentVariable) -> str:
    """The value of an environment variable, or where it comes from."""
    return _key_words(variable) or variable.field_ref or variable.value or ""


def file_words(file: MountedFile) -> str:
    """Where a mounted file comes from."""
    return _key_words(file) or (f"Secret {file.secret}" if file.secret else f"ConfigMap {file.config_map}")


def _key_words(given: EnvironmentVariable | MountedFile) -> str:
    for kind, ref in (("Secret", given.secret_ref), ("ConfigMap", given.config_map_ref)):
        if ref is not None:
            return f"key {ref.key} of {kind} {ref.name}"
    return ""


def _by_key(group: NodeGroup, settings: Mapping[str, NodeSettings]) -> Iterator[tuple[str, dict[str, Setting]]]:
    """What the nodes say of each key that they have to agree on."""
    own = {node.name: settings[node.name] for node in group.own}
    for key in ("machine_type", "template"):
        yield key, {name: value for name, each in own.items() if (value := getattr(each, key)) is not None}
    accounts = {name: each.ruled.service_account for name, each in own.items()}
    yield "service_account", {name: value for name, value in accounts.items() if value is not None}
    told: dict[str, dict[str, Setting]] = {}
    for name, each in own.items():
        for variable in each.ruled.environment:
            said = Setting(value=variable_words(variable.value), source=variable.source)
            told.setdefault(f"environment variable {variable.value.name}", {})[name] = said
        for file in each.ruled.files:
            said = Setting(value=file_words(file.value), source=file.source)
            told.setdefault(f"file {file.value.path}", {})[name] = said
    yield from told.items()


def _first(
    ruled: Sequence[Ruled], values: Callable[[Ruled], Sequence[Said[Any]]], key: Callable[[Any], Hashable]
) -> tuple[Said[Any], ...]:
    """All that is said, once by this key; two values by one key are a problem by themselves."""
    found: dict[Hashable, Said[Any]] = {}
    for each in ruled:
        for said in values(each):
            found.setdefault(key(said.value), said)
    return tuple(found.values())


def _named(group: NodeGroup, settings: Mapping[str, NodeSettings], key: str) -> Setting | None:
    found = [value for node in group.nodes if (value := getattr(settings[node.name], key)) is not None]
    return next((value for value in found if value.source == CODE), found[0] if found else None)


def _default(value: str, key: str) -> Setting:
    return Setting(value=value, source=f"{FILE} {key}")
