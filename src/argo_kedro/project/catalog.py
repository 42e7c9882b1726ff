"""What the catalog says of a dataset, without importing its class and without credentials."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from kedro.io import CatalogConfigResolver
from kedro.io.core import get_protocol_and_path

from argo_kedro.addresses import PASSWORD
from argo_kedro.model import Dataset, DatasetKind

_PATH_KEYS = ("filepath", "path", "filename")
_MEMORY = ("MemoryDataset", "SharedMemoryDataset")
_MODE_KEYS = ("mode", "write_mode", "if_exists")
_APPENDING = ("a", "ab", "at", "a+", "append", "upsert", "merge")
_IN_MEMORY = {"{default}": {"type": "kedro.io.MemoryDataset"}}  # Kedro's own answer to names it does not know
# Of the web alone: the container of `abfss://container@account` is no user.
_USER = re.compile(r"(?:(?<=http://)|(?<=https://))[^/@]*@")


class Catalog:
    """Classifies datasets by the configuration of one env."""

    def __init__(
        self,
        config: Mapping[str, Any],
        parameters: Mapping[str, Any],
        project_path: Path,
        secret_params: Collection[str] = (),
    ) -> None:
        self._resolver = _Resolver(_without_credentials(config), {}, _IN_MEMORY)
        self._parameters = parameters
        self._secrets = [f"params:{name}." for name in secret_params]  # of argo.yml: parameters.yml need not have them
        self._path = project_path
        self._added: Mapping[str, Dataset] = {}

    def with_datasets(self, added: Iterable[Dataset]) -> Catalog:
        """The same catalog with these datasets, in place of what it says of their names."""
        twin = copy(self)
        twin._added = {item.name: replace(item, path=self._shown(item.path)) for item in added}
        return twin

    def dataset(self, name: str) -> Dataset:
        """The dataset of this name; one that the catalog does not know is in memory."""
        if name == "parameters" or name.startswith("params:"):
            return Dataset(name=name, kind="parameter", registered=self._has_parameter(name))
        if name in self._added:
            return self._added[name]
        try:
            with _quiet():
                entry = self._resolver.resolve_pattern(name)
        except _NotInCatalog:
            return Dataset(name=name, kind="memory", type="MemoryDataset", registered=False)
        found = described(name, entry)
        path = self._shown(found.path)
        return found if path == found.path else replace(found, path=path)

    def _has_parameter(self, name: str) -> bool:
        if any(secret.startswith(f"{name}.") for secret in self._secrets):
            return True
        value: Any = self._parameters
        for part in name.removeprefix("params:").split(".") if name != "parameters" else ():
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True

    def _shown(self, path: str) -> str:
        """A path as people know it: inside the project without the project's folder."""
        if "://" in path:
            return _USER.sub("", PASSWORD.sub("", path))
        return str(Path(path).relative_to(self._path)) if Path(path).is_relative_to(self._path) else path


def described(name: str, entry: Mapping[str, Any]) -> Dataset:
    """The dataset of one entry of a catalog."""
    inner = _unwrapped(entry)
    path = next((str(inner[key]) for key in _PATH_KEYS if inner.get(key)), "")
    return Dataset(
        name=name,
        kind="memory" if str(inner.get("type", "")).rpartition(".")[2] in _MEMORY else kind_of(path),
        type=str(inner.get("type", "")),
        path=path,
        versioned=bool(entry.get("versioned") or inner.get("versioned")),
        appends=_appends(inner),
        given="data" in inner,
    )


def _appends(config: Any) -> bool:
    """Whether the arguments of a dataset say so, in the words of pandas, Spark, SQL or `open`."""
    if not isinstance(config, Mapping):
        return False
    said = (str(config[key]).lower() for key in _MODE_KEYS if key in config)
    return any(mode in _APPENDING for mode in said) or any(_appends(value) for value in config.values())


def kind_of(path: str) -> DatasetKind:
    """Where the data of a dataset that is not in memory lies."""
    if not path:  # a table, an API: somewhere else
        return "remote"
    return "local" if get_protocol_and_path(path)[0] == "file" else "remote"


class _NotInCatalog(Exception):
    """Neither an entry nor a pattern has this name."""


class _Resolver(CatalogConfigResolver):
    """Kedro's own, that tells what it does not know: to ask first would match each name with each pattern twice."""

    def match_runtime_pattern(self, ds_name: str) -> str:
        """What comes after the catalog's own patterns."""
        raise _NotInCatalog(ds_name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Kedro's warning for each dataset that a catch-all pattern takes: it takes longer than planning."""
    logger = logging.getLogger(CatalogConfigResolver.__module__)
    logger.addFilter(_nothing)
    try:
        yield
    finally:
        logger.removeFilter(_nothing)


def _nothing(_record: logging.LogRecord) -> bool:
    return False


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
