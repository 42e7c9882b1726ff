"""Environment, files and volumes of pods, in the words of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile, SecretRef, Volume
from argo_kedro.model import Json
from argo_kedro.names import k8s_name

SECRET, CONFIG_MAP = "files-secret-", "files-config-map-"  # what begins the names of the volumes that files come from


def parameter(name: str, value: str) -> Json:
    """A parameter of a template, with its value where no argument is given."""
    return {"name": name, "value": value}


def env_variable(name: str, value: str) -> Json:
    """An environment variable with a value."""
    return {"name": name, "value": value}


def variable(given: EnvironmentVariable) -> Json:
    """An environment variable of argo.yml."""
    if given.secret_ref is not None:
        return from_secret(given.name, given.secret_ref)
    if given.config_map_ref is not None:
        source = {"configMapKeyRef": {"name": given.config_map_ref.name, "key": given.config_map_ref.key}}
        return {"name": given.name, "valueFrom": source}
    if given.field_ref is not None:
        return {"name": given.name, "valueFrom": {"fieldRef": {"fieldPath": given.field_ref}}}
    return env_variable(given.name, given.value or "")


def from_secret(variable: str, ref: SecretRef) -> Json:
    """An environment variable from a key of a Secret."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": ref.name, "key": ref.key}}}


def each_once(variables: Iterable[Json]) -> list[Json]:
    """Each variable once, where it first stood: what is said of it last counts."""
    return list({item["name"]: item for item in variables}.values())


def env_from(given: Iterable[EnvironmentFrom]) -> list[Json]:
    """All keys of Secrets and ConfigMaps as environment variables; where two have a key, the last counts."""
    found: list[Json] = []
    last_of_each = reversed(dict.fromkeys(reversed([*given])))
    for item in last_of_each:
        source = {"secretRef": {"name": item.secret}} if item.secret else {"configMapRef": {"name": item.config_map}}
        found.append({**({"prefix": item.prefix} if item.prefix else {}), **source})
    return found


def mounted(body: Mapping[str, Any], volume: Json, path: str) -> dict[str, Any]:
    """A pod with one more volume, which its main container sees at this path."""
    return _seen(_with_volume(body, volume), mount(volume["name"], path))


def with_volumes(body: Mapping[str, Any], volumes: Iterable[Volume]) -> dict[str, Any]:
    """A pod with these volumes of argo.yml; its main container sees those that say where."""
    for given in volumes:
        volume = {"name": given.name, **_source(given)}
        body = _with_volume(body, volume)
        if given.mount_path:
            body = _seen(body, mount(given.name, given.mount_path, given.sub_path, read_only=given.read_only))
    return dict(body)


def with_files(body: Mapping[str, Any], files: Iterable[MountedFile]) -> dict[str, Any]:
    """A pod whose main container sees these files. A Secret or ConfigMap is one volume, however many come from it."""
    by_path = {item.path: _origin(item) for item in files}  # the last one counts: a rule's, over those of every task
    keys: dict[str, list[str]] = {}
    for origin in by_path.values():
        keys.setdefault(origin.volume, []).append(origin.key)
    for origin in {origin.volume: origin for origin in by_path.values()}.values():
        # All of them, where any file is the folder of them. Else by name: a key that is not there then holds the pod
        # back, where it would be an empty folder.
        items = () if "" in keys[origin.volume] else keys[origin.volume]
        source = _secret if origin.secret else _config_map
        body = _with_volume(body, {"name": origin.volume, **source(origin.name, {key: key for key in items})})
    for path, origin in by_path.items():
        # By its sub-path a file stands alone in its folder, whose other files stay.
        body = _seen(body, mount(origin.volume, path, origin.key, read_only=True))
    return dict(body)


class _Origin(NamedTuple):
    """Where a file comes from."""

    name: str
    key: str  # empty for all of them
    secret: bool

    @property
    def volume(self) -> str:
        return k8s_name(f"{SECRET if self.secret else CONFIG_MAP}{self.name}")


def _origin(item: MountedFile) -> _Origin:
    if ref := item.secret_ref or item.config_map_ref:
        return _Origin(ref.name, ref.key, item.secret_ref is not None)
    return _Origin(item.secret or item.config_map or "", "", item.secret is not None)


def ephemeral(name: str, size: str) -> Json:
    """A volume that lives as long as its pod."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"name": name, "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}


def mount(volume: str, path: str, sub_path: str = "", *, read_only: bool = False) -> Json:
    """Where a container sees a volume."""
    part = {"subPath": sub_path} if sub_path else {}
    return {"name": volume, "mountPath": path, **part, **({"readOnly": True} if read_only else {})}


def _source(given: Volume) -> Json:
    if given.secret_ref is not None:
        return _secret(given.secret_ref.name, {given.secret_ref.key: given.secret_ref.path or given.secret_ref.key})
    if given.secret is not None:
        return _secret(given.secret)
    if given.config_map is not None:
        return _config_map(given.config_map)
    if given.claim is not None:
        return {"persistentVolumeClaim": {"claimName": given.claim}}
    if given.empty_dir is not None:
        fields = {"medium": given.empty_dir.medium, "sizeLimit": given.empty_dir.size}
        return {"emptyDir": {key: value for key, value in fields.items() if value}}
    return given.source or {}


def _with_volume(body: Mapping[str, Any], volume: Json) -> dict[str, Any]:
    return {**body, "volumes": [*body.get("volumes", []), volume]}


def _seen(body: Mapping[str, Any], mount: Json) -> dict[str, Any]:
    container = dict(body["container"])
    return {**body, "container": {**container, "volumeMounts": [*container.get("volumeMounts", []), mount]}}


def _secret(name: str, keys: Mapping[str, str] | None = None) -> Json:
    return {"secret": {"secretName": name, **_items(keys or {})}}


def _config_map(name: str, keys: Mapping[str, str] | None = None) -> Json:
    return {"configMap": {"name": name, **_items(keys or {})}}


def _items(keys: Mapping[str, str]) -> Json:
    return {"items": [{"key": key, "path": path} for key, path in keys.items()]} if keys else {}
