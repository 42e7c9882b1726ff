"""The next larger machine type after a task ran out of memory: one pod template that changes with its tries.

Argo works out what stands in `{{=...}}` of a podSpecPatch for each try, before it reads the text as JSON: any text of
it may be chosen so, names of labels among them, but nothing can be left out. What a machine type does not have is there
under a name that means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.model import Json
from argo_kedro.plan.pods.machines import SCRATCH, SHM, machines_in_turn, measures, resources, tolerations
from argo_kedro.plan.pods.shapes import Shape

_EVERYWHERE = ("kubernetes.io/os", "linux")  # a label that all cluster nodes have that can run a Linux image
_NO_TAINT = "argo-kedro/none"


def larger_patch(shape: Shape, config: ArgoConfig) -> dict[str, Any]:
    """What a podSpecPatch must say so that tries run on larger machine types; empty where they do not."""
    machines = [config.machine_types[name] for name in machines_in_turn(shape, config)]
    if len(machines) == 1:
        return {}
    turn = Turn(last=len(machines) - 1)
    fields = {
        "containers": [{"name": "main", **_container(machines, turn)}],
        "nodeSelector": _selector(machines, turn),
        "tolerations": _tolerations(machines, turn),
        "volumes": _volumes(machines, turn),
        "priorityClassName": turn.chosen([machine.priority_class for machine in machines]),
    }
    return {key: value for key, value in fields.items() if value}


@dataclass(frozen=True)
class Turn:
    """Which of several values a try has."""

    last: int

    def of(self, values: Sequence[str]) -> str:
        """The value that Argo works out for a try.

        After memory ran out it is as many machine types further as there were tries. Argo knows only how the last one
        ended: after another failure it is one less, so that a task which is on a larger one does not go back.
        """
        if len(set(values)) == 1:
            return values[0]
        listed = ", ".join(f"'{value}'" for value in values)
        back = "(asInt(retries) == 0 || asInt(lastRetry.exitCode) == 137 ? 0 : 1)"
        return f"{{{{=[{listed}][min(asInt(retries) - {back}, {self.last})]}}}}"

    def chosen(self, values: Sequence[str]) -> str:
        """As `of`, and nothing where all are the same: then the template itself says it."""
        return self.of(values) if len(set(values)) > 1 else ""


def _container(machines: Sequence[MachineType], turn: Turn) -> Json:
    told = [measures(machine) for machine in machines]
    env = [{"name": name, "value": turn.chosen([each[name] for each in told])} for name in told[0]]
    sides = [resources(machine) for machine in machines]
    both = {side: _resources([each[side] for each in sides], turn) for side in ("requests", "limits")}
    return {
        "resources": {side: found for side, found in both.items() if found},
        "env": [variable for variable in env if variable["value"]],
    }


def _resources(given: Sequence[Mapping[str, str]], turn: Turn) -> Json:
    """Devices that a machine type does not have are none; what all have must stand in all of them."""
    names = dict.fromkeys(name for each in given for name in each)
    alike = [name for name in names if "/" in name or all(name in each for each in given)]
    found = {name: turn.chosen([each.get(name, "0") for each in given]) for name in alike}
    return {name: value for name, value in found.items() if value}


def _selector(machines: Sequence[MachineType], turn: Turn) -> Json:
    selectors = [machine.node_selector for machine in machines]
    found = {}
    for label in dict.fromkeys(label for selector in selectors for label in selector):
        pairs = [(label, selector[label]) if label in selector else _EVERYWHERE for selector in selectors]
        if len(set(pairs)) > 1:
            found[turn.of([name for name, _ in pairs])] = turn.of([value for _, value in pairs])
    return found


def _tolerations(machines: Sequence[MachineType], turn: Turn) -> list[Json]:
    """All of them, each by its key where its machine type has it: Kubernetes replaces the list as a whole."""
    given = [tolerations(machine) for machine in machines]
    every = [item for place, each in enumerate(given) for item in each if not any(item in one for one in given[:place])]
    if all(len(each) == len(every) for each in given):
        return []
    return [
        {**item, "key": turn.of([item.get("key", "") if item in each else _NO_TAINT for each in given])}
        for item in every
    ]


def _volumes(machines: Sequence[MachineType], turn: Turn) -> list[Json]:
    """Their sizes; the volumes are there from the first try on, or not at all."""
    first = machines[0]
    scratch = turn.chosen([each.emph_storage or first.emph_storage for each in machines]) if first.emph_storage else ""
    shared = (
        turn.chosen([each.shared_memory or first.shared_memory for each in machines]) if first.shared_memory else ""
    )
    claim = {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": scratch}}}}}
    return [
        *([{"name": SCRATCH, "ephemeral": claim}] if scratch else []),
        *([{"name": SHM, "emptyDir": {"sizeLimit": shared}}] if shared else []),
    ]
