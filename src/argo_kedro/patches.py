"""Pieces of a pod's spec, merged as Kubernetes merges them: mappings by key, lists of named things by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

# By what Kubernetes knows the items of a list; any other list is replaced as a whole.
_KEYS = {
    **dict.fromkeys(("containers", "initContainers", "volumes", "env", "imagePullSecrets"), "name"),
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "ports": "containerPort",
    "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}


def patch_text(patches: Iterable[Mapping[str, Any]]) -> str:
    """Argo's podSpecPatch that does what all of these do, the later ones last; empty if they do nothing."""
    whole: dict[str, Any] = {}
    for patch in patches:
        whole = patched(whole, patch)
    return json.dumps(whole) if whole else ""


def patched(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping with what another says over it; null stays, since in a patch it removes."""
    return {**base, **{key: _merged(base.get(key), value, _KEYS.get(key, "")) for key, value in over.items()}}


def _merged(base: Any, over: Any, key: str) -> Any:
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return patched(base, over)
    if _are_known_by(key, base) and _are_known_by(key, over):
        found = {item[key]: item for item in base}
        return list((found | {item[key]: patched(found.get(item[key], {}), item) for item in over}).values())
    return over


def _are_known_by(key: str, items: Any) -> bool:
    return isinstance(items, list) and all(
        isinstance(item, Mapping) and isinstance(item.get(key), (str, int)) for item in items
    )
