"""A machine type in the words of Kubernetes and Argo: resources, placement, volumes, tries."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.config.rules import Retries
from argo_kedro.errors import ConfigError
from argo_kedro.model import Json
from argo_kedro.plan.pods.fields import ephemeral, mounted
from argo_kedro.plan.pods.shapes import Shape
from argo_kedro.quantities import GIB, amount, plain

SCRATCH, SHM = "scratch", "shared-memory"  # volumes
# What Argo says of a pod that ended with its cluster node, tried by deleting pods in each way: `pod deleted` where the
# process was killed, exit code 143 where it ended at the SIGTERM before. The rest is what the kubelet writes. None of
# it can be text of the task's own: that comes after `main: Error (exit code N): `. A task that had used up its time
# ends with 143 too, under other words.
_LOST = "pod deleted|imminent node shutdown|node is shutting|preempt|node was low on resource"
ENDED_WITH_ITS_NODE = f"lastRetry.message matches '(?i)^([^:]*({_LOST})|(main|wait): error .exit code 143)'"


def resources(machine: MachineType) -> dict[str, dict[str, str]]:
    """Requests and limits of a container on this machine type."""
    base: dict[str, str | None] = {"memory": machine.mem, "cpu": machine.cpu, **machine.resources}
    if machine.num_gpu:
        base[machine.gpu_resource] = str(machine.num_gpu)
    sides = {"requests": {**base, **machine.requests}, "limits": {**base, **machine.limits}}
    return {side: {key: value for key, value in given.items() if value is not None} for side, given in sides.items()}


def gib(quantity: str) -> str:
    """A quantity as a number of GiB."""
    return plain((amount(quantity) / GIB).quantize(amount("0.001")))


def measures(machine: MachineType) -> dict[str, str]:
    """What the environment says of the machine: variables with their values."""
    limits = resources(machine)["limits"]
    return {
        # Whole cores: code makes so many threads of it.
        "NUM_CPU": str(amount(limits.get("cpu", machine.cpu)).to_integral_value(ROUND_CEILING)),
        "MEM_LIMIT_GB": gib(limits.get("memory", machine.mem)),
    }


def placement(machine: MachineType) -> Json:
    """Where in the cluster pods of this machine type may run, and before which others."""
    fields = {
        "nodeSelector": machine.node_selector,
        "tolerations": tolerations(machine),
        "affinity": machine.affinity,
        "priorityClassName": machine.priority_class,
    }
    return {key: value for key, value in fields.items() if value}


def tolerations(machine: MachineType) -> list[dict[str, Any]]:
    """Those of argo.yml, and one for each kind of device: cluster nodes that have it keep other pods away."""
    devices = [*([machine.gpu_resource] if machine.num_gpu else []), *machine.resources]
    given = [dict(item) for item in machine.tolerations]
    own = [{"key": name, "operator": "Exists", "effect": "NoSchedule"} for name in dict.fromkeys(devices)]
    return [*given, *(item for item in own if item not in given)]


def on_machine(body: Mapping[str, Any], machine: MachineType, scratch_path: str) -> dict[str, Any]:
    """A pod with the volumes of its machine type, and its place in the cluster."""
    found = dict(body)
    if machine.emph_storage:
        found = mounted(found, ephemeral(SCRATCH, machine.emph_storage), scratch_path)
    if machine.shared_memory:
        volume = {"name": SHM, "emptyDir": {"medium": "Memory", "sizeLimit": machine.shared_memory}}
        found = mounted(found, volume, "/dev/shm")
    return {**found, **placement(machine)}


def machines_in_turn(shape: Shape, config: ArgoConfig) -> tuple[str, ...]:
    """The machine type, and those that follow when memory runs out; no more than there are tries."""
    names: tuple[str, ...] = (shape.machine_type,)
    if shape.retries is None or not shape.retries.on_oom:
        return names
    while (larger := config.machine_types[names[-1]].larger) in config.machine_types and larger not in names:
        names += (larger,)
    spot = max(config.machine_types[name].spot for name in names)
    return names[: shape.retries.limit + spot + 1]


def tries(shape: Shape, config: ArgoConfig) -> Json:
    """How often a pod is tried, and how long each may take."""
    spot = max(config.machine_types[name].spot for name in machines_in_turn(shape, config))
    retries = shape.retries if shape.retries and shape.retries.limit else None  # 0 takes an earlier rule's back
    strategy = _strategy(retries, spot)
    deadline = {"activeDeadlineSeconds": shape.timeout} if shape.timeout else {}
    return {**({"retryStrategy": strategy} if strategy else {}), **deadline}


def _strategy(retries: Retries | None, spot: int) -> Json:
    # A wrong configuration stays wrong.
    right = f"asInt(lastRetry.exitCode) != {ConfigError.exit_code}"
    if retries is None:
        return {"limit": str(spot), "retryPolicy": "Always", "expression": ENDED_WITH_ITS_NODE} if spot else {}
    # Argo has one limit for both. `retries` counts those before the last: what the rule allows is never exceeded by
    # failures of the task itself.
    spared = f"{right} && ({ENDED_WITH_ITS_NODE} || asInt(retries) < {retries.limit})"
    return {
        "limit": str(retries.limit + spot),
        "retryPolicy": "Always",
        "expression": spared if spot else right,
        **_backoff(retries),
    }


def _backoff(retries: Retries) -> Json:
    if retries.backoff is None:
        return {}
    backoff = retries.backoff
    longest = {"maxDuration": f"{backoff.max_duration}s"} if backoff.max_duration else {}
    return {"backoff": {"duration": f"{backoff.duration}s", "factor": str(backoff.factor), **longest}}
