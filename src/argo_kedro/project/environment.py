"""The env of the verbs that reach a cluster, and what argo.yml says in it."""

from __future__ import annotations

import os
from pathlib import Path

from kedro.framework.project import settings

from argo_kedro.config import ArgoConfig
from argo_kedro.project.configuration import Configuration
from argo_kedro.project.opening import bootstrap

_CLOUD = "cloud"


def cluster_env(path: Path, env: str | None = None) -> str:
    """The env given, else KEDRO_ENV, else `env` of argo.yml, else `cloud` where it has a folder, else Kedro's default.

    Raises:
        ConfigError: if it is not a Kedro project, or argo.yml cannot be read.
    """
    bootstrap(path)
    found = env or os.environ.get("KEDRO_ENV")
    if found:
        return found
    default = Configuration(path, None, None, {})
    named = default.argo().env
    if named:
        return named
    return _CLOUD if (path / settings.CONF_SOURCE / _CLOUD).is_dir() else default.env


def cluster_config(path: Path, env: str) -> ArgoConfig:
    """argo.yml in this env, without a look at pipelines and catalog.

    Raises:
        ConfigError: if it is not a Kedro project, there is no such env, or argo.yml cannot be read.
    """
    bootstrap(path)
    return Configuration(path, env, None, {}).argo()
