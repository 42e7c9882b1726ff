"""What a pod's template asks for, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo_kedro.model import Json
from argo_kedro.quantities import amount


def requests_and_limits(template: Json) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """Cores, bytes of memory and devices that the main container requests, and its limits; None where nothing is."""
    resources = (template.get("container") or {}).get("resources") or {}
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    return _numbers({**limits, **requests}), _numbers(limits)  # Kubernetes takes a limit for a request that is missing


def _numbers(said: Mapping[str, Any]) -> dict[str, float | None]:
    gpus = [_number(value) for name, value in said.items() if "gpu" in name]
    return {
        "cpu": _number(said.get("cpu")),
        "memory": _number(said.get("memory")),
        "gpu": sum(each or 0.0 for each in gpus) if gpus else None,
    }


def _number(quantity: Any) -> float | None:
    try:
        return None if quantity is None else float(amount(str(quantity)))
    except ValueError:  # a tag that Argo fills in, or a manifest of somebody's own
        return None
