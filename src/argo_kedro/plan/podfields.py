"""What argo.yml says, in the words of Argo and Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from argo_kedro.config import MachineType
from argo_kedro.config.models import EnvironmentVariable, Retries, SecretRef, Sidecar, Volume
from argo_kedro.errors import ConfigError
from argo_kedro.model import Json
from argo_kedro.quantities import GIB, amount, plain


def resources(machine: MachineType) -> Json:
    """Requests and limits of a container on this machine type."""
    base: dict[str, str | None] = {"memory": machine.mem, "cpu": machine.cpu}
    if machine.num_gpu:
        base[machine.gpu_resource] = str(machine.num_gpu)
    sides = {"requests": {**base, **machine.requests}, "limits": {**base, **machine.limits}}
    return {side: {key: value for key, value in given.items() if value is not None} for side, given in sides.items()}


def gib(quantity: str) -> str:
    """A quantity as a number of GiB."""
    return plain((amount(quantity) / GIB).quantize(amount("0.001")))


def parameter(name: str, value: str) -> Json:
    """A parameter of a template, with its value where no argument is given."""
    return {"name": name, "value": value}


def env_variable(name: str, value: str) -> Json:
    """An environment variable with a value."""
    return {"name": name, "value": value}


def variable(given: EnvironmentVariable) -> Json:
    """An environment variable of argo.yml."""
    if given.secret_ref is None:
        return env_variable(given.name, given.value or "")
    return from_secret(given.name, given.secret_ref)


def from_secret(variable: str, ref: SecretRef) -> Json:
    """An environment variable from a key of a Secret."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": ref.name, "key": ref.key}}}


def mounted(body: Mapping[str, Any], volume: Json, path: str) -> dict[str, Any]:
    """A pod with one more volume, which its main container sees at this path."""
    container = dict(body["container"])
    container["volumeMounts"] = [*container.get("volumeMounts", []), {"name": volume["name"], "mountPath": path}]
    return {**body, "container": container, "volumes": [*body.get("volumes", []), volume]}


def ephemeral(name: str, size: str) -> Json:
    """A volume that lives as long as its pod."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"name": name, "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}


def placement(machine: MachineType) -> Json:
    """Where in the cluster pods of this machine type may run."""
    tolerations = list(machine.tolerations)
    if machine.num_gpu:
        tolerations.append({"key": machine.gpu_resource, "operator": "Exists", "effect": "NoSchedule"})
    fields = {"nodeSelector": machine.node_selector, "tolerations": tolerations, "affinity": machine.affinity}
    return {key: value for key, value in fields.items() if value}


def attempts(retries: Retries | None, timeout: int | None) -> Json:
    """How often a pod is tried, and how long each may take."""
    fields: dict[str, Any] = {}
    if retries is not None:
        # A wrong configuration stays wrong.
        expression = f"asInt(lastRetry.exitCode) != {ConfigError.exit_code}"
        fields["retryStrategy"] = {
            "limit": str(retries.limit),
            "retryPolicy": "Always",
            "expression": expression,
            **_backoff(retries),
        }
    return {**fields, **({"activeDeadlineSeconds": timeout} if timeout else {})}


def _backoff(retries: Retries) -> Json:
    if retries.backoff is None:
        return {}
    backoff = retries.backoff
    longest = {"maxDuration": f"{backoff.max_duration}s"} if backoff.max_duration else {}
    return {"backoff": {"duration": f"{backoff.duration}s", "factor": str(backoff.factor), **longest}}


def beside(sidecars: Iterable[Sidecar], volumes: Iterable[Volume]) -> Json:
    """What stands beside the main container of a template of the user's."""
    fields = {"sidecars": [_sidecar(item) for item in sidecars], "volumes": [_volume(item) for item in volumes]}
    return {key: value for key, value in fields.items() if value}


def _sidecar(sidecar: Sidecar) -> Json:
    mounts = [
        {"name": mount.name, "mountPath": mount.mount_path, "readOnly": mount.read_only}
        for mount in sidecar.volume_mounts
    ]
    fields = {"env": [variable(item) for item in sidecar.env], "volumeMounts": mounts}
    return {
        "name": sidecar.name,
        "image": sidecar.image,
        **{key: value for key, value in fields.items() if value},
    }


def _volume(volume: Volume) -> Json:
    item = {"key": volume.secret_ref.key, "path": volume.secret_ref.path or volume.secret_ref.key}
    return {"name": volume.name, "secret": {"secretName": volume.secret_ref.name, "items": [item]}}
