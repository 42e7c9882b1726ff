"""What argo.yml says of machines: resources and placement of pods."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from argo_kedro.config.fields import Cores, Count, Memory, Number, Quantity, Storage, Strict, Text


class MachineType(Strict):
    """A named set of resources and placement. Limits equal requests unless said otherwise."""

    cpu: Cores = Field(description="Cores: 4, 0.5 or 500m.")
    mem: Memory = Field(description="Memory: a number of GiB, or a quantity such as 512Mi.")
    num_gpu: Number = Field(default=0, ge=0, description="Number of GPUs; pods with any tolerate the GPU nodes' taint.")
    gpu_resource: str = Field(default="nvidia.com/gpu", description="Resource name of the GPUs.")
    resources: dict[str, Count] = Field(
        default={},
        description="Other devices, as the cluster's device plugins name them: {nvidia.com/mig-1g.5gb: 1}. Pods with "
        "any tolerate a taint of that name.",
    )
    emph_storage: Storage = Field(
        default="10Gi", description="Scratch volume of its own for each pod: a number of GiB or a quantity; 0 for none."
    )
    shared_memory: Storage = Field(
        default="",
        description="Size of /dev/shm, which PyTorch's data loaders need: a number of GiB or a quantity. It counts as "
        "memory of the pod. The cluster's own, mostly 64 MB, if empty.",
    )
    requests: dict[str, Quantity] = Field(
        default={}, description="Requests that differ: {cpu: 500m, memory: 8Gi, ...}; null removes one."
    )
    limits: dict[str, Quantity] = Field(
        default={}, description="Limits that differ, or of other resources; null removes one."
    )
    node_selector: dict[str, Text] = Field(default={}, description="Labels that a cluster node must have.")
    tolerations: tuple[dict[str, Any], ...] = Field(default=(), description="Kubernetes tolerations.")
    affinity: dict[str, Any] = Field(default={}, description="Kubernetes affinity.")
    priority_class: str = Field(default="", description="PriorityClass of its pods.")
    spot: Number = Field(
        default=0,
        ge=0,
        description="How often a task is run again that ended with its cluster node, as spot and preemptible ones do. "
        "That is no failure of the task: `retries` of a rule do not have to allow for it.",
    )
    larger: str = Field(
        default="",
        description="Machine type to go on with after a task ran out of memory, for rules with `retries.on_oom`.",
    )
