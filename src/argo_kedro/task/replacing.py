"""Kedro hooks that put other datasets into the catalog of a task: in memory, or in the storage of the run."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Any

from kedro.config import MissingConfigException
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline

from argo_kedro.errors import ConfigError
from argo_kedro.names import k8s_name
from argo_kedro.task.storage import NotWritten, Storage


def credentials_entry(known: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An entry of credentials.yml, of which all are given; none without a name.

    Raises:
        ConfigError: if there is no such entry.
    """
    if not name:
        return {}
    if not isinstance(known.get(name), Mapping):
        listed = ", ".join(sorted(map(str, known))) or "none"
        message = f"storage.credentials: {name!r} is no entry of credentials.yml. There are: {listed}."
        raise ConfigError(message, hint="mount credentials.yml of this env into the pod, or name another entry.")
    return dict(known[name])


class MemoryDatasets:
    """A Kedro hook that keeps the datasets the planner named in memory."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    @hook_impl
    def before_pipeline_run(self, catalog: DataCatalog) -> None:
        """Replace them before the runner makes any."""
        for name in self._names:
            _replace(catalog, name, MemoryDataset())


class SavedOnly:
    """A Kedro hook for a look at a task: what it saves stays in memory, but for these datasets."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    @hook_impl
    def before_pipeline_run(self, catalog: DataCatalog, pipeline: Pipeline) -> None:
        """Replace them before the runner makes any; nothing is confirmed either.

        Raises:
            ConfigError: if the task reads one of them under another transcoded name, where it is no longer there, or
                reads what a generator writes in parts, of which memory has the last.
        """
        replaced = pipeline.all_outputs() - set(self._names)
        in_parts = {name for node in pipeline.nodes if inspect.isgeneratorfunction(node.func) for name in node.outputs}
        for name in sorted(in_parts & replaced & pipeline.all_inputs()):
            hint = f"--save-only {name} writes it, in its place."
            raise ConfigError(f"{name} is to stay in memory, and this task reads what it writes in parts.", hint=hint)
        read = {name.partition("@")[0]: name for name in pipeline.all_inputs() if "@" in name and name not in replaced}
        for name in sorted(replaced):
            if "@" in name and (other := read.get(name.partition("@")[0])):
                hint = f"--save-only {name} writes it, in its place."
                raise ConfigError(f"{name} is to stay in memory, and this task reads it as {other}.", hint=hint)
            _replace(catalog, name, MemoryDataset())
        catalog.confirm = lambda ds_name: None  # type: ignore[method-assign]


class SpilledDataset(AbstractDataset[Any, Any]):
    """A dataset that has no entry in the catalog, and that another task reads: kept in the storage of the run."""

    def __init__(self, *, name: str, storage: Storage, load_version: str, save_version: str, writer: str = "") -> None:
        self._name = name
        self._storage = storage
        self._load_version = load_version
        self._save_version = save_version
        self._writer = writer

    def load(self) -> Any:
        """What the run has written."""
        try:
            return self._storage.load(self._name, self._load_version)
        except NotWritten as error:
            place = self._storage.place(self._name, self._load_version)
            writer = f" {self._writer} writes it." if self._writer else ""
            message = f"Dataset {self._name!r} is not in {place}: run {self._load_version} has not written it.{writer}"
            hint = (
                "retry the workflow from the task that writes it. The folder of a run is removed after a success, "
                "unless storage.clean_up is never; --save-version and --load-versions say which run is read."
            )
            if "://" not in place:
                hint += " A path must be the same volume in all tasks: storage.claim in argo.yml."
            raise NotWritten(f"{message}\nHint: {hint}") from error

    def save(self, data: Any) -> None:
        """Keep it for other tasks of the run."""
        self._storage.save(self._name, self._save_version, data)

    def _exists(self) -> bool:
        return self._storage.exists(self._name, self._load_version)

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "folder": self._storage.place(self._name, self._load_version)}


class SpilledDatasets:
    """A Kedro hook that keeps the datasets the planner named in the storage of the run."""

    def __init__(
        self,
        names: Collection[str],
        *,
        root: str,
        credentials: str,
        load_versions: Mapping[str, str],
        writers: Pipeline,
    ) -> None:
        self._names = names
        self._root = root
        self._entry = credentials
        self._credentials: Mapping[str, Any] = {}
        self._load_versions = load_versions
        self._writers = writers

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Read the credentials as the catalog does."""
        if not self._names or not self._entry:
            return
        try:
            known = context.config_loader["credentials"]
        except MissingConfigException:
            known = {}
        self._credentials = credentials_entry(known, self._entry)

    @hook_impl
    def before_pipeline_run(self, run_params: Mapping[str, Any], catalog: DataCatalog) -> None:
        """Replace them before the runner makes any."""
        if not self._names:
            return
        if not self._root:
            raise ConfigError("--spilled without --storage.", hint="for example --storage s3://bucket/runs.")
        version = str(run_params.get("run_id") or run_params["session_id"])  # Kedro < 1.3
        storage = Storage(self._root, self._credentials)
        writers = {name: node.name for node in self._writers.nodes for name in node.outputs}
        for name in self._names:
            dataset = SpilledDataset(
                name=name,
                storage=storage,
                load_version=self._load_versions.get(name, version),
                save_version=version,
                writer=_words(writers.get(name, "")),
            )
            _replace(catalog, name, dataset)


def _words(node: str) -> str:
    return f"Node {node} (task {k8s_name(node)}, if it is a task of its own)" if node else ""


def _replace(catalog: DataCatalog, name: str, dataset: AbstractDataset[Any, Any]) -> None:
    """Put it in place of what the catalog has. What is taken out first keeps its validator (Kedro 1.6)."""
    entries: tuple[dict[str, Any], ...] = (catalog._datasets, catalog._lazy_datasets)
    if not any(name in known for known in entries) and name in catalog:
        pattern = catalog.config_resolver.resolve_pattern(name)
        if "validator" in pattern:
            catalog._add_from_config(name, pattern)
    for known in entries:
        known.pop(name, None)
    catalog[name] = dataset
