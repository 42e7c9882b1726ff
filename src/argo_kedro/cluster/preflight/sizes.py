"""What a pod asks of a cluster node and of a quota, as Kubernetes counts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from argo_kedro.cluster.preflight.case import quantity
from argo_kedro.cluster.preflight.pods import Pod
from argo_kedro.model import Json
from argo_kedro.quantities import plain, size

_BYTES = ("memory", "storage", "ephemeral-storage")
SIDES = ("requests", "limits")
Amounts = Mapping[str, Decimal]


def asked(container: Json, side: str) -> dict[str, Decimal]:
    """What a container requests, or is limited to; where it says only limits, Kubernetes takes these as requests."""
    resources = container.get("resources") or {}
    given = resources.get(side) or {}
    if side == "requests":
        given = {**(resources.get("limits") or {}), **{key: value for key, value in given.items() if value is not None}}
    return {key: quantity(value) for key, value in given.items() if value is not None}


def total(pod: Pod, side: str) -> dict[str, Decimal]:
    """What a whole pod counts for: all that runs side by side, or the largest of what runs before."""
    always = [each for each in pod.before if each.get("restartPolicy") == "Always"]
    first = [asked(each, side) for each in pod.before if each.get("restartPolicy") != "Always"]
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for container in [*pod.beside, *always]:
        for resource, number in asked(container, side).items():
            found[resource] += number
    for amounts in first:
        for resource, number in amounts.items():
            found[resource] = max(found[resource], number)
    return dict(found)


def counted(pod: Pod) -> dict[str, Decimal]:
    """What a pod counts for in a quota, by the names of quotas."""
    found = {f"{side}.{resource}": number for side in SIDES for resource, number in total(pod, side).items()}
    claims = [_storage(volume) for volume in pod.volumes if volume.get("ephemeral")]
    return {
        **found,
        "pods": Decimal(1),
        "persistentvolumeclaims": Decimal(len(claims)),
        "requests.storage": sum(claims, Decimal(0)),
    }


def shown(resource: str, number: Decimal) -> str:
    """An amount as people write it: `4 cpu`, `16Gi memory`."""
    name = resource.rpartition(".")[2] if resource.startswith(tuple(SIDES)) and "/" not in resource else resource
    return f"{size(number) if name in _BYTES else plain(number)} {resource}"


def shown_all(amounts: Mapping[str, Decimal]) -> str:
    """Several amounts, with what is none left out."""
    return ", ".join(shown(resource, number) for resource, number in sorted(amounts.items()) if number) or "nothing"


def _storage(volume: Json) -> Decimal:
    spec = ((volume.get("ephemeral") or {}).get("volumeClaimTemplate") or {}).get("spec") or {}
    return quantity(((spec.get("resources") or {}).get("requests") or {}).get("storage"))
