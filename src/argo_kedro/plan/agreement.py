"""What the nodes of a group agree on: its machine type and its template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Problem, Setting
from argo_kedro.plan.groups import NodeGroup
from argo_kedro.plan.pods import BUILT_IN
from argo_kedro.plan.rules import FILE, NodeSettings


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What counts for all of a group."""

    machine_type: Setting
    template: Setting

    @property
    def built_in(self) -> bool:
        """Whether our own template runs it; one of the user's runs `kedro run`, which knows nothing of other tasks."""
        return self.template.value == BUILT_IN


def agreed(group: NodeGroup, settings: Mapping[str, NodeSettings], config: ArgoConfig) -> Agreed:
    """The values that the group's nodes name; what the code names counts before what rules name, then the default."""
    return Agreed(
        machine_type=_named(group, settings, "machine_type")
        or _default(config.default_machine_type, "default_machine_type"),
        template=_named(group, settings, "template") or _default(config.template.default_template, "default_template"),
    )


def disagreements(groups: Sequence[NodeGroup], settings: Mapping[str, NodeSettings]) -> Iterator[Problem]:
    """Groups whose nodes name different values."""
    for group in groups:
        for key in ("machine_type", "template") if group.own else ():
            found = {node.name: getattr(settings[node.name], key) for node in group.own}
            in_code = {name: value for name, value in found.items() if value and value.source == "code"}
            named = in_code or {name: value for name, value in found.items() if value}
            if len({value.value for value in named.values()}) > 1:
                says = ", ".join(f"{name}: {value.value} ({value.source})" for name, value in named.items())
                yield Problem(
                    message=f"its nodes name different values of {key}: {says}.",
                    where=f"fused group {group.name}",
                    hint=f"pass {key}= to the FusedPipeline, or let one rule name it for all of them.",
                )


def _named(group: NodeGroup, settings: Mapping[str, NodeSettings], key: str) -> Setting | None:
    found = [value for node in group.nodes if (value := getattr(settings[node.name], key)) is not None]
    return next((value for value in found if value.source == "code"), found[0] if found else None)


def _default(value: str, key: str) -> Setting:
    return Setting(value=value, source=f"{FILE} {key}")
