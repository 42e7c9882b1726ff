"""Open a Kedro project as its own config loader and registry see it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.framework.project import pipelines as registry
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from omegaconf.resolvers import oc
from yaml.parser import ParserError

from argo_kedro.config import ArgoConfig, parse, random_suffix
from argo_kedro.errors import CompileError, ConfigError
from argo_kedro.project.catalog import Catalog

# Not `argo*`: that takes argocd.yml and everything else that begins so.
_PATTERNS = ["argo.yml", "argo.yaml", "argo/*.yml", "argo/*.yaml"]


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Kedro project, seen in one env."""

    path: Path
    package: str
    env: str
    conf_source: str  # as given, empty for the project's own
    params: Mapping[str, Any]
    config: ArgoConfig
    pipelines: Mapping[str, Pipeline]
    catalog: Catalog


def open_project(
    path: Path, *, env: str | None = None, conf_source: str | None = None, params: Mapping[str, Any] | None = None
) -> Project:
    """Open the project in this folder: settings, configuration of `env`, all registered pipelines.

    No session is made and no hook is called. Without `env` it is that of KEDRO_ENV, or Kedro's default one.

    Raises:
        ConfigError: if it is not a Kedro project, or its configuration cannot be read.
        CompileError: if its pipelines cannot be imported.
    """
    env = env or os.environ.get("KEDRO_ENV")
    package = _bootstrap(path)
    loader = _config_loader(path, env, conf_source, params or {})
    effective = str(env or getattr(loader, "default_run_env", "") or getattr(loader, "base_env", "") or "local")
    _require_env(Path(loader.conf_source), effective)
    catalog = Catalog(_read(loader, "catalog"), _read(loader, "parameters"), path)
    return Project(
        path=path,
        package=package,
        env=effective,
        conf_source=conf_source or "",
        params=params or {},
        config=_argo_config(loader, path, effective),
        pipelines=_pipelines(),
        catalog=catalog,
    )


def _bootstrap(path: Path) -> str:
    try:
        return str(bootstrap_project(path).package_name)
    except (RuntimeError, ValueError, ModuleNotFoundError) as error:
        raise ConfigError(f"{path}: {error}", hint="run this in a Kedro project's folder.") from error


def _config_loader(
    path: Path, env: str | None, conf_source: str | None, params: Mapping[str, Any]
) -> AbstractConfigLoader:
    source = conf_source or str(path / settings.CONF_SOURCE)
    try:
        loader: AbstractConfigLoader = settings.CONFIG_LOADER_CLASS(
            conf_source=source, env=env, runtime_params=dict(params), **settings.CONFIG_LOADER_ARGS
        )
    except (OmegaConfBaseException, ParserError, ValueError, TypeError) as error:
        raise ConfigError(f"{source}: {error}", hint="correct the configuration or settings.py.") from error
    return loader


def _require_env(conf_source: Path, env: str) -> None:
    if conf_source.is_dir() and not (conf_source / env).is_dir():
        found = sorted(folder.name for folder in conf_source.iterdir() if folder.is_dir())
        folder = conf_source / env
        raise ConfigError(f"Env {env!r} has no folder {folder}. Envs here: {', '.join(found)}.", hint=f"mkdir {folder}")


def _read(loader: AbstractConfigLoader, key: str) -> dict[str, Any]:
    """One kind of configuration, empty where there is none."""
    try:
        return dict(loader[key])
    except MissingConfigException:
        return {}
    except (OmegaConfBaseException, ParserError, ValueError) as error:
        way_out = "give the value with --params, or correct the file." if "runtime_params" in str(error) else ""
        raise ConfigError(f"{key} of {loader.conf_source}: {error}", hint=way_out or "correct the file.") from error


def _argo_config(loader: AbstractConfigLoader, path: Path, env: str) -> ArgoConfig:
    for attribute, value in (("config_patterns", _PATTERNS), ("merge_strategy", "soft")):
        known = getattr(loader, attribute, None)
        if isinstance(known, dict):  # a loader of the project's own may have neither
            known.setdefault("argo", value)
    with _resolvers():
        data = _read(loader, "argo")
    return parse(data, _sources(Path(loader.conf_source), (str(getattr(loader, "base_env", "") or ""), env), path))


@contextmanager
def _resolvers() -> Iterator[None]:
    """`${oc.env:}` and `${ka.random:}` while argo.yml is read, and no longer."""
    register = getattr(OmegaConf, "register_resolver", None) or OmegaConf.register_new_resolver
    ours = {name: function for name, function in _RESOLVERS.items() if not OmegaConf.has_resolver(name)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OmegaConf 2.4 calls both of its ways to register a resolver deprecated
        for name, function in ours.items():
            register(name, function)
    try:
        yield
    finally:
        for name in ours:
            OmegaConf.clear_resolver(name)


_RESOLVERS: dict[str, Callable[..., Any]] = {"oc.env": oc.env, "ka.random": random_suffix}


def _sources(conf: Path, envs: tuple[str, ...], project: Path) -> dict[str, Any]:
    """The argo.yml files of these envs as they are written, for errors to point into."""
    found: dict[str, Any] = {}
    for env in dict.fromkeys(envs):
        for file in sorted(file for pattern in _PATTERNS for file in (conf / env).glob(pattern)):
            name = file.relative_to(project) if file.is_relative_to(project) else file
            found[str(name)] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _pipelines() -> dict[str, Pipeline]:
    if hasattr(registry, "set_requested"):  # Kedro >= 1.5: an earlier filter hides the rest
        registry.set_requested(None)
    try:
        return dict(registry)
    except Exception as error:  # noqa: BLE001  # the project's own code runs here, and can raise anything
        message = f"The project's pipelines cannot be imported: {type(error).__name__}: {error}"
        raise CompileError(message, hint="`kedro registry list` shows the traceback.") from error
