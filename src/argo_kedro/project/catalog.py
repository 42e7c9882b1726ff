"""What the catalog says of a dataset, without importing its class and without credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import CatalogConfigResolver
from kedro.io.core import get_protocol_and_path

from argo_kedro.model import Dataset, DatasetKind

_PATH_KEYS = ("filepath", "path", "filename")
_MEMORY = ("MemoryDataset", "SharedMemoryDataset")
_IN_MEMORY = {"{default}": {"type": "kedro.io.MemoryDataset"}}  # Kedro's own answer to names it does not know
_USER_INFO = re.compile(r"//[^/@]*@")  # a password in a URL is nobody's business


class Catalog:
    """Classifies datasets by the configuration of one env."""

    def __init__(self, config: Mapping[str, Any], parameters: Mapping[str, Any], project_path: Path) -> None:
        self._resolver = CatalogConfigResolver(_without_credentials(config), {}, _IN_MEMORY)
        self._explicit = {name for name in config if not self._resolver.is_pattern(name)}
        self._parameters = parameters
        self._path = project_path

    def dataset(self, name: str) -> Dataset:
        """The dataset of this name; one that the catalog does not know is in memory."""
        if name == "parameters" or name.startswith("params:"):
            return Dataset(name=name, kind="parameter", registered=self._has_parameter(name))
        if name not in self._explicit and not self._matches(name):
            return Dataset(name=name, kind="memory", type="MemoryDataset", registered=False)
        entry = self._resolver.resolve_pattern(name)
        inner = _unwrapped(entry)
        path = next((str(inner[key]) for key in _PATH_KEYS if inner.get(key)), "")
        return Dataset(
            name=name,
            kind=_kind(inner, path),
            type=str(inner.get("type", "")),
            path=self._shown(path),
            versioned=bool(entry.get("versioned") or inner.get("versioned")),
        )

    def _matches(self, name: str) -> bool:
        found = self._resolver.match_dataset_pattern(name) or self._resolver.match_user_catch_all_pattern(name)
        return found is not None

    def _has_parameter(self, name: str) -> bool:
        value: Any = self._parameters
        for part in name.removeprefix("params:").split(".") if name != "parameters" else ():
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True

    def _shown(self, path: str) -> str:
        """A path as people know it: inside the project without the project's folder."""
        if "://" in path:
            return _USER_INFO.sub("//", path)
        return str(Path(path).relative_to(self._path)) if Path(path).is_relative_to(self._path) else path


def _without_credentials(value: Any) -> Any:
    """The same configuration without `credentials`: their names are of no use here, and their values may be absent."""
    if isinstance(value, Mapping):
        return {key: _without_credentials(item) for key, item in value.items() if key != "credentials"}
    return [_without_credentials(item) for item in value] if isinstance(value, list) else value


def _unwrapped(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a CachedDataset wraps: that is where the data is."""
    inner = entry.get("dataset")
    if str(entry.get("type", "")).rpartition(".")[2] == "CachedDataset" and isinstance(inner, Mapping):
        return _unwrapped(inner)
    return entry


def _kind(entry: Mapping[str, Any], path: str) -> DatasetKind:
    if str(entry.get("type", "")).rpartition(".")[2] in _MEMORY:
        return "memory"
    if not path:  # a table, an API: somewhere else
        return "remote"
    return "local" if get_protocol_and_path(path)[0] == "file" else "remote"
