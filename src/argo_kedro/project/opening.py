"""Open a Kedro project as its own config loader and registry see it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines as registry
from kedro.framework.project import validate_settings
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError
from kedro.pipeline import Pipeline

from argo_kedro.config import ArgoConfig
from argo_kedro.config.profiles import RunOptions
from argo_kedro.errors import CompileError, ConfigError
from argo_kedro.names import secret_variable
from argo_kedro.project.catalog import Catalog
from argo_kedro.project.configuration import Configuration, configured


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Kedro project, seen in one env, in the form that one profile gives it."""

    path: Path
    package: str
    env: str
    conf_source: str  # as a copy of the project finds it, empty for the project's own
    params: Mapping[str, Any]
    config: ArgoConfig
    pipelines: Mapping[str, Pipeline]
    catalog: Catalog  # as the configuration says it
    profile: str = ""  # of argo.yml; `config` is as it says

    @property
    def run(self) -> RunOptions:
        """The options that the profile gives."""
        return self.config.profiles[self.profile].run if self.profile else RunOptions()

    @cached_property
    def full_catalog(self) -> Catalog:
        """The catalog with what hooks add to it, where argo.yml asks for that; they are called once.

        Raises:
            ConfigError: if hooks are to be called, and the catalog cannot be made with them.
        """
        if not self.config.runner.hook_datasets:
            return self.catalog
        from argo_kedro.project.hooks import with_hook_datasets  # a session takes its time, and nobody else needs one

        return with_hook_datasets(self)


def open_project(
    path: Path,
    *,
    env: str | None = None,
    conf_source: str | None = None,
    params: Mapping[str, Any] | None = None,
    profile: str | None = None,
    here: bool = False,
) -> Project:
    """Open the project in this folder: settings, configuration of `env`, all registered pipelines.

    No session is made and no hook is called. Without `env` it is that of KEDRO_ENV, or Kedro's default one.

    A `profile` of argo.yml changes what that says, and gives parameters that `params` go over.

    A run `here` takes secret parameters from this machine's environment: one that is not set there, and has no default,
    is missing.

    Raises:
        ConfigError: if it is not a Kedro project, its configuration cannot be read, or has no such profile.
        CompileError: if its pipelines cannot be imported.
    """
    path = path.resolve()
    package = bootstrap(path)
    found = configured(path, env or os.environ.get("KEDRO_ENV"), conf_source, params, profile)
    secrets = [name for name in found.argo.secret_params if not here or secret_variable(name) in os.environ]
    return Project(
        path=path,
        package=package,
        env=found.configuration.env,
        conf_source=_in_any_copy(conf_source or "", path),
        params=found.params,
        config=found.argo,
        pipelines=_pipelines(path),
        catalog=_catalog(found.configuration, path, secrets),
        profile=profile or "",
    )


def _in_any_copy(conf_source: str, path: Path) -> str:
    """A folder of the project without the project's own: in the image that is somewhere else."""
    folder = Path(conf_source)
    return str(folder.relative_to(path)) if folder.is_absolute() and folder.is_relative_to(path) else conf_source


def bootstrap(path: Path) -> str:
    """Import the project's settings, and return the name of its package.

    Raises:
        ConfigError: if it is not a Kedro project, or its settings cannot be imported.
    """
    try:
        package = str(bootstrap_project(path).package_name)
        validate_settings()  # else Kedro takes settings that cannot be imported for empty ones
    except (RuntimeError, NotADirectoryError) as error:
        raise ConfigError(f"{path}: {error}", hint="run this in a Kedro project's folder.") from error
    except Exception as error:  # settings.py is imported here, and can raise anything
        message = f"The project cannot be opened: {_raised(error, path)}"
        raise ConfigError(
            message, hint="correct settings.py or pyproject.toml; `kedro run` shows the traceback."
        ) from error
    return package


def _catalog(configuration: Configuration, path: Path, secrets: Collection[str]) -> Catalog:
    try:
        return Catalog(configuration.read("catalog"), configuration.read("parameters"), path, secrets)
    except DatasetError as error:
        message = f"catalog of env {configuration.env!r}: {' '.join(str(error).split())}"
        raise ConfigError(message, hint="correct this entry of catalog.yml.") from error


def _pipelines(path: Path) -> dict[str, Pipeline]:
    if hasattr(registry, "set_requested"):  # Kedro >= 1.5: an earlier filter hides the rest
        registry.set_requested(None)
    try:
        found = dict(registry)
    except (Exception, SystemExit) as error:  # the project's own code runs here, and can raise anything
        message = f"The project's pipelines cannot be imported: {_raised(error, path)}"
        raise CompileError(message, hint="`kedro registry list` shows the traceback.") from error
    for name, pipeline in found.items():
        if not isinstance(name, str) or not isinstance(pipeline, Pipeline):
            raise CompileError(
                f"register_pipelines() gives a {type(pipeline).__name__} the name {name!r}.",
                hint="it must return a dict of names, each with a Pipeline.",
            )
    return found


def _raised(error: BaseException, path: Path) -> str:
    """An error in words, with its cause, and the last line of the project's own code that it went through."""
    words, cause = f"{type(error).__name__}: {' '.join(str(error).split())}", error.__cause__
    if cause is not None:  # `find_pipelines` says only which module it was
        return f"{words} {_raised(cause, path)}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(path)]
    where = f" ({Path(own[-1].filename).relative_to(path)}, line {own[-1].lineno})" if own else ""
    return f"{words}{where}"
