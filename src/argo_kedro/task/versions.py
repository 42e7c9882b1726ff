"""A Kedro hook for the versions of one run: loads are pinned, and a retried task replaces its own attempt."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset, CachedDataset, DataCatalog, DatasetError, Version
from kedro.io import core as kedro_io
from kedro.pipeline import Pipeline

_MISSING = (
    "Hint: version {version} of {name!r} is not there. {reason}; `kedro argo retry` runs what is not done. "
    "--load-versions {name}:VERSION reads what another run has written."
)


class RunVersions:
    """Versioned datasets of one run share its version.

    Args:
        version: That of the run; empty if nobody gave one, and then nothing is removed.
        load_versions: What this task loads in a version that is known, by dataset.
    """

    def __init__(self, version: str, load_versions: Mapping[str, str]) -> None:
        self._version = version
        self._load_versions = load_versions
        self._catalog = DataCatalog()
        self._outputs: frozenset[str] = frozenset()  # where something of an earlier attempt may be
        self._loading = ""

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Pin before the runner makes datasets. Kedro's own `load_versions` refuses names that only a catch-all has."""
        self._catalog, self._outputs = catalog, frozenset(pipeline.all_outputs() if self._version else ())
        for name, version in self._load_versions.items():
            catalog._load_versions[name] = version  # for those that a pattern makes later
            if name in catalog._lazy_datasets:
                catalog._lazy_datasets[name].load_version = version
        for name, dataset in catalog._datasets.items():  # made by hooks of the project
            _set_version(dataset, self._load_versions.get(name), self._version)
        if self._load_versions:
            run_params["load_versions"] = {**(run_params.get("load_versions") or {}), **self._load_versions}

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str) -> None:
        """Remember what is loaded."""
        self._begin()
        self._loading = dataset_name

    @hook_impl
    def after_dataset_loaded(self) -> None:
        """It was there."""
        self._loading = ""

    @hook_impl
    def before_dataset_saved(self) -> None:
        """The first node may load nothing."""
        self._begin()

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Say more about a pinned version that is not there."""
        version = self._load_versions.get(self._loading, "")
        dataset = _versioned(self._catalog._datasets.get(self._loading)) if version else None
        if dataset is None or not isinstance(error, DatasetError):
            return
        there = True
        with suppress(Exception):  # a store that is down says nothing of what is there; the first error counts
            there = dataset._exists_function(str(dataset._get_versioned_path(version)))
        if there:
            return
        reason = "This run has not written it" if version == self._version else "That run has not written it here"
        hint = _MISSING.format(version=version, name=self._loading, reason=reason)
        error.args = (f"{error}\n{hint}",)

    def _begin(self) -> None:
        """Remove what an earlier attempt of this task has left in this run's version; from now on load this one.

        Once, and before anything is loaded: another entry for the same file would take it for the newest version.
        """
        outputs, self._outputs = self._outputs, frozenset()
        for name in sorted(outputs):
            dataset = _versioned(self._catalog._datasets.get(name))
            if dataset is not None and dataset.resolve_save_version() == self._version:
                _set_version(dataset, dataset._version.load or self._version, self._version)
                _remove(dataset, dataset._get_versioned_path(self._version).parent, self._version)


def _versioned(dataset: Any) -> Any:
    """The dataset, or the one that it caches, if it has versions."""
    inner = dataset._dataset if isinstance(dataset, CachedDataset) else dataset
    return inner if isinstance(inner, AbstractVersionedDataset) and inner._version else None


def _set_version(dataset: Any, load: str | None, save: str) -> None:
    found = _versioned(dataset)
    if found is not None:
        found._version = Version(load or found._version.load, found._version.save or save or None)


def _remove(dataset: Any, folder: PurePosixPath, version: str) -> None:
    """Remove the folder of this very version, where it is known how."""
    if folder.name != version:  # nothing else is ever removed
        return
    filesystem = getattr(dataset, "_fs", None)  # as all datasets of kedro-datasets call it
    if filesystem is not None:
        filesystem.invalidate_cache()
        if not filesystem.exists(str(folder)):
            return
        filesystem.rm(str(folder), recursive=True)
        filesystem.invalidate_cache()
    elif dataset._exists_function is kedro_io._local_exists and Path(folder).exists():
        shutil.rmtree(folder)
    else:
        return
    dataset.release()  # it remembers versions
    logging.getLogger(__name__).info("Removed %s, which an earlier attempt of this task has left.", folder)
