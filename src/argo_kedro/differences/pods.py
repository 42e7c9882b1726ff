"""What a pod template says, as fields in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.differences.values import Fields, Value, each, fields, given, quantity, typed, value
from argo_kedro.model import Json

_MAINS = ("container", "script")
_BESIDE = {"sidecars": "sidecar", "initContainers": "init container"}
_RESOURCES = {"ephemeral-storage": "ephemeral storage"}
RESOURCES = re.compile(r"cpu|memory|ephemeral storage|[^ ]+/[^ ]+")  # what a resource is called, by `pod_fields`
_OPTIONS = {  # of `argo_kedro.task`
    "--env": "env",
    "--pipeline": "pipeline that it imports",
    "--memory": "kept in memory",
    "--pinned": "read as this run wrote them",
    "--spilled": "travels by the storage",
    "--storage": "storage",
    "--storage-credentials": "entry of credentials for the storage",
    "--secret-param": "secret parameters",
    "--load-versions": "load versions",
    "--conf-source": "configuration",
}
_SOURCES = {
    "secretKeyRef": "from secret {name}, key {key}",
    "configMapKeyRef": "from config map {name}, key {key}",
    "fieldRef": "from field {fieldPath}",
    "resourceFieldRef": "from resource {resource}",
}
_FROMS = {"secretRef": "secret", "configMapRef": "config map"}
_SIZES = ("ephemeral.volumeClaimTemplate.spec.resources.requests.storage", "emptyDir.sizeLimit")


def pod_fields(body: Json) -> Fields:
    """What a template says, without its name and its input parameters."""
    found: Fields = {}
    rest = {key: item for key, item in body.items() if key != "name"}
    for key in _MAINS:
        found |= _container(_mapping(rest.pop(key, None)))
    for key, word in _BESIDE.items():
        for name, container in each(rest.pop(key, None)):
            found |= {f"{word} {name}": given("there")}
            found |= {f"{word} {name}, {what}": said for what, said in _container(container).items()}
    found |= _volumes(rest.pop("volumes", None))
    inputs = {key: item for key, item in _mapping(rest.pop("inputs", None)).items() if key != "parameters"}
    found |= dict(fields(inputs, "inputs"))
    found |= dict(fields(rest))
    return found


def _container(container: Json) -> Fields:
    rest = {key: item for key, item in container.items() if key != "name"}
    found = dict(fields(rest.pop("image", None), "image"))
    found |= _resources(_mapping(rest.pop("resources", None)))
    if isinstance(command := rest.pop("command", None), list) and command:
        found["command"] = typed([str(word) for word in command])
    found |= _arguments(rest.pop("args", None))
    for name, variable in each(rest.pop("env", None)):
        found[f"variable {name}"] = _variable(name, variable)
    froms = [_from(source) for _, source in each(rest.pop("envFrom", None))]
    found |= {"variables from": given(", ".join(froms))} if froms else {}
    for path, mount in each(rest.pop("volumeMounts", None)):
        rest_of_mount = {key: item for key, item in mount.items() if key not in ("name", "mountPath")}
        at = str(mount.get("mountPath") or path)
        found[f"mount {at}"] = value(f"volume {mount.get('name')}")
        found |= dict(fields(rest_of_mount, prefix=f"mount {at}, "))
    return found | dict(fields(rest))


def _arguments(args: Any) -> Fields:
    """Each option by its name; anything else as it would be typed."""
    listed = [str(item) for item in args] if isinstance(args, list) else []
    if not all(item.startswith("--") and "=" in item for item in listed):
        return {"arguments": typed(listed)}
    options: dict[str, list[str]] = {}
    for item in listed:
        name, _, text = item.partition("=")
        options.setdefault(name, []).append(text)
    return {
        _OPTIONS.get(name, f"argument {name}"): value(", ".join(texts), called="" if name in _OPTIONS else name)
        for name, texts in options.items()
    }


def _variable(name: str, variable: Json) -> Value:
    source = variable.get("valueFrom")
    if not isinstance(source, Mapping):
        text = variable.get("value")
        return value(text, called=name) if text else Value('""', "")
    for key, pattern in _SOURCES.items():
        if isinstance(reference := source.get(key), Mapping):
            optional = ", optional" if reference.get("optional") else ""
            return given(pattern.format_map(defaultdict(str, reference)) + optional)
    return value(source)


def _from(source: Json) -> str:
    prefix = f" as {source['prefix']}..." if source.get("prefix") else ""
    for key, word in _FROMS.items():
        if isinstance(reference := source.get(key), Mapping):
            optional = ", optional" if reference.get("optional") else ""
            return f"{word} {reference.get('name')}{prefix}{optional}"
    return value(source).text


def _resources(resources: Json) -> Fields:
    requests, limits = _mapping(resources.get("requests")), _mapping(resources.get("limits"))
    found = {
        _RESOURCES.get(name, name): _amount(requests.get(name), limits.get(name))
        for name in map(str, {**requests, **limits})
    }
    rest = {key: item for key, item in resources.items() if key not in ("requests", "limits")}
    return found | dict(fields(rest, "resources"))


def _amount(request: Any, limit: Any) -> Value:
    """What a pod asks for and what it may use: one amount where they are the same."""
    sides = {"request": request, "limit": limit}
    amounts = {side: quantity(item) for side, item in sides.items() if item is not None}
    meaning = tuple((side, amount.meaning) for side, amount in amounts.items())
    if len(amounts) == 2 and amounts["request"] == amounts["limit"]:
        return Value(amounts["request"].text, meaning)
    return Value(", ".join(f"{side} {amount.text}" for side, amount in amounts.items()), meaning)


def _volumes(volumes: Any) -> Fields:
    return {what: said for name, volume in each(volumes) for what, said in _volume(name, volume)}


def _volume(name: str, volume: Json) -> Iterator[tuple[str, Value]]:
    found = list(fields({key: item for key, item in volume.items() if key != "name"}))
    for path, said in found:
        if path in _SIZES:
            yield f"volume {name}, size", quantity(said.text)
        else:
            yield f"volume {name}, {path}", said
    if not found:
        yield f"volume {name}", given("empty")


def _mapping(found: Any) -> Json:
    return found if isinstance(found, Mapping) else {}
