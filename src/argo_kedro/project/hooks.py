"""The datasets that the project's hooks add to the catalog: only a session of Kedro's knows them.

Nothing else in this package makes a session or calls hooks while it plans, so import this only where argo.yml asks for
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kedro.framework.session import KedroSession
from kedro.io import CachedDataset, MemoryDataset, SharedMemoryDataset

from argo_kedro.errors import ConfigError
from argo_kedro.model import Dataset
from argo_kedro.project.catalog import Catalog, described, kind_of
from argo_kedro.project.opening import Project

_PATHS = ("_filepath", "_path", "_filename")


def with_hook_datasets(project: Project) -> Catalog:
    """The catalog of the project, with what its hooks add or put in the place of something else.

    Raises:
        ConfigError: if a hook raises, or the catalog cannot be made, for want of credentials for example.
    """
    source = str(project.path / project.conf_source) if project.conf_source else None
    try:
        session: Any = KedroSession.create(
            project_path=project.path,
            save_on_close=False,
            env=project.env,
            runtime_params=dict(project.params),
            conf_source=project.conf_source if "://" in project.conf_source else source,
        )
        with session:
            catalog = session.load_context().catalog
    except Exception as error:  # hooks are the project's own code, and can raise anything
        message = f"The catalog of env {project.env!r} cannot be made with the project's hooks: {_words(error)}"
        hint = "correct it, or set `runner.hook_datasets` of argo.yml to false; `kedro run` shows the traceback."
        raise ConfigError(message, hint=hint) from error
    return project.catalog.with_datasets(_added(project.catalog, catalog))


def _added(known: Catalog, catalog: Any) -> Iterator[Dataset]:
    """What the configuration does not say, or says otherwise."""
    for name, lazy in catalog._lazy_datasets.items():  # not made yet; to ask for its type would import its class
        if not known.dataset(name).registered:
            yield described(name, lazy.config)
    for name, dataset in catalog._datasets.items():
        found, configured = _described(name, dataset), known.dataset(name)
        as_configured = configured.type.rpartition(".")[2] == found.type.rpartition(".")[2]
        if configured.kind != "parameter" and not (configured.registered and as_configured):
            yield found


def _described(name: str, dataset: Any) -> Dataset:
    versioned = getattr(dataset, "_version", None) is not None
    while isinstance(dataset, CachedDataset):
        dataset = dataset._dataset
    kind = type(dataset)
    memory = isinstance(dataset, (MemoryDataset, SharedMemoryDataset))
    path = "" if memory else next((str(found) for key in _PATHS if (found := getattr(dataset, key, None))), "")
    protocol = str(getattr(dataset, "_protocol", "") or "file")
    path = path if protocol == "file" or "://" in path or not path else f"{protocol}://{path}"
    return Dataset(
        name=name,
        kind="memory" if memory else kind_of(path),
        type=f"{kind.__module__}.{kind.__qualname__}",
        path=path,
        versioned=versioned or getattr(dataset, "_version", None) is not None,
        given=isinstance(dataset, MemoryDataset) and dataset.exists(),
    )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
