"""What this machine has, and what the running tasks hold of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from argo_kedro.quantities import amount


@dataclass(frozen=True)
class Demand:
    """What a task holds while it runs; nothing, where its container asks for nothing."""

    millicores: int = 0
    memory_bytes: int = 0
    gpus: int = 0


NO_DEMAND = Demand()


@dataclass(frozen=True)
class Machine:
    """The size of this machine."""

    cores: float
    memory_bytes: int
    gpus: int = 0
    processes: int = 0  # at one time, for tasks that ask for nothing; 0 means 8 for each core

    def most(self) -> int:
        """How many processes may run at one time, whatever they ask for."""
        return self.processes or max(8, int(8 * self.cores))

    def clamped(self, demand: Demand) -> Demand:
        """The demand, or the whole machine where it asks for more than that."""
        return Demand(
            min(demand.millicores, int(self.cores * 1000)),
            min(demand.memory_bytes, self.memory_bytes),
            min(demand.gpus, self.gpus),
        )


class Room:
    """What is left of the machine."""

    def __init__(self, machine: Machine) -> None:
        self.millicores = int(machine.cores * 1000)
        self.memory_bytes = machine.memory_bytes
        self.gpus = machine.gpus
        self.processes = machine.most()

    def fits(self, demand: Demand) -> bool:
        """Whether a task with this demand may begin now."""
        return (
            self.processes > 0
            and demand.millicores <= self.millicores
            and demand.memory_bytes <= self.memory_bytes
            and demand.gpus <= self.gpus
        )

    def take(self, demand: Demand) -> None:
        """Hold this much."""
        self._add(demand, -1)

    def give_back(self, demand: Demand) -> None:
        """Let go of this much."""
        self._add(demand, 1)

    def _add(self, demand: Demand, sign: int) -> None:
        self.processes += sign
        self.millicores += sign * demand.millicores
        self.memory_bytes += sign * demand.memory_bytes
        self.gpus += sign * demand.gpus


def demand_of(resources: Mapping[str, Mapping[str, object]]) -> Demand:
    """The demand of a container's `resources`: a request, else the limit.

    Raises:
        ValueError: if a quantity is none.
    """
    wanted = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    gpus = sum(int(amount(str(value))) for key, value in wanted.items() if str(key).endswith("/gpu"))
    return Demand(int(amount(str(wanted.get("cpu", 0))) * 1000), int(amount(str(wanted.get("memory", 0)))), gpus)


def this_machine() -> Machine:
    """Count the cores, the memory and the GPUs of this machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(cores, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), _gpus())


def _gpus() -> int:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([device for device in visible.split(",") if device.strip() not in ("", "-1", "none")])
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        listed = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0  # a driver that hangs is a driver that no task can use
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines()) if listed.returncode == 0 else 0
