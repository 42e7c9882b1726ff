"""What is wrong with machine types: resources that exclude each other, and larger ones that cannot follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.model import Problem
from argo_kedro.plan.pods.machines import resources
from argo_kedro.plan.problems.references import undefined
from argo_kedro.plan.rules import FILE
from argo_kedro.plan.tasks import Placed
from argo_kedro.quantities import amount

_OWN_KEYS = {"cpu": "cpu", "memory": "mem", "ephemeral-storage": "requests and limits"}


def machine_problems(config: ArgoConfig, placed: Iterable[Placed]) -> Iterator[Problem]:
    """Machine types that no pod can have, and rules that ask for a larger one where none is named."""
    for name, machine in config.machine_types.items():
        where = f"{FILE} machine_types.{name}"
        yield from _resource_problems(machine, where)
        if machine.larger:
            yield from _larger_problems(name, machine, config)
    yield from _no_larger(config, placed)


def _resource_problems(machine: MachineType, where: str) -> Iterator[Problem]:
    if machine.num_gpu and machine.gpu_resource in machine.resources:
        yield Problem(
            message=f"{machine.gpu_resource!r} is counted by num_gpu, and again under resources.",
            where=where,
            hint="keep one of them.",
        )
    for key in sorted(_OWN_KEYS.keys() & machine.resources.keys()):
        yield Problem(
            message=f"{key!r} is no device, so it has no place under resources.",
            where=where,
            hint=f"say it under {_OWN_KEYS[key]}.",
        )
    given = resources(machine)
    for key, request in given["requests"].items():
        limit = given["limits"].get(key)
        if limit is not None and amount(request) > amount(limit):
            yield Problem(
                message=f"it requests {request} of {key}, more than its limit of {limit}: no pod can have that.",
                where=where,
                hint=f"name {key} under both requests and limits.",
            )
        elif "/" in key and (limit is None or amount(request) < amount(limit)):
            yield Problem(
                message=f"it requests {request} of {key} with a limit of {limit or 'none'}: devices cannot be shared.",
                where=where,
                hint="leave it out of requests and limits, and name it under resources.",
            )
    memory = given["limits"].get("memory")
    if machine.shared_memory and memory is not None and amount(machine.shared_memory) > amount(memory):
        yield Problem(
            message=f"/dev/shm of {machine.shared_memory} is larger than the memory of {memory} that it counts as.",
            where=where,
            hint="give it more mem, or less shared_memory.",
            severity="warning",
        )


def _larger_problems(name: str, machine: MachineType, config: ArgoConfig) -> Iterator[Problem]:
    where = f"{FILE} machine_types.{name}.larger"
    larger = config.machine_types.get(machine.larger)
    if larger is None:
        yield undefined("machine type", machine.larger, config.machine_types, where)
        return
    if circle := _circle(name, config):
        if name == min(circle):  # said once, not at each of its members
            words = f"larger machine types lead back to where they began: {' -> '.join([*circle, name])}."
            yield Problem(message=words, where=where, hint="remove `larger` from the largest of them.")
        return
    if amount(larger.mem) <= amount(machine.mem):
        yield Problem(
            message=f"machine type {machine.larger!r} has no more memory than this one: {larger.mem}, here "
            f"{machine.mem}.",
            where=where,
            hint="name one with more, or remove `larger`.",
        )
    for words in _differences(machine, larger):
        yield Problem(
            message=f"a task cannot go on on machine type {machine.larger!r}: {words}.",
            where=where,
            hint="say the same in both, or remove `larger`.",
        )


def _circle(name: str, config: ArgoConfig) -> list[str]:
    """The machine types from this one back to itself, if `larger` leads there."""
    seen = [name]
    while (following := config.machine_types[seen[-1]].larger) in config.machine_types:
        if following == name:
            return seen
        if following in seen:  # a circle further on, which is said there
            return []
        seen.append(following)
    return []


def _differences(machine: MachineType, larger: MachineType) -> Iterator[str]:
    """What the tries of one pod template cannot have differently."""
    if machine.affinity != larger.affinity:
        yield "its affinity is another"
    for label in sorted(machine.node_selector.keys() - larger.node_selector.keys()):
        yield f"it does not say {label} in its node_selector"
    mine, theirs = resources(machine), resources(larger)
    for side in ("requests", "limits"):
        for key in sorted(key for key in mine[side].keys() ^ theirs[side].keys() if "/" not in key):
            yield f"only one of them has {key} in its {side}"


def _no_larger(config: ArgoConfig, placed: Iterable[Placed]) -> Iterator[Problem]:
    """Rules with `on_oom` whose tasks are on a machine type without a larger one: once for each of both."""
    said = set()
    for item in placed:
        machine = config.machine_types.get(item.shape.machine_type)
        asks = item.shape.retries is not None and item.shape.retries.on_oom
        source = item.settings["retries"].source if "retries" in item.settings else FILE
        if machine is None or machine.larger or not asks or (source, item.shape.machine_type) in said:
            continue
        said.add((source, item.shape.machine_type))
        yield Problem(
            message=f"on_oom asks for a larger machine type, and {item.shape.machine_type!r} of task "
            f"{item.group.name!r} names none.",
            where=source,
            hint=f"name one under machine_types.{item.shape.machine_type}.larger, or remove on_oom.",
        )
