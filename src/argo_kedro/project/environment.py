"""The env of the verbs that reach a cluster, and what argo.yml says in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.framework.project import settings

from argo_kedro.config import ArgoConfig
from argo_kedro.project.configuration import Configuration, configured
from argo_kedro.project.opening import bootstrap

_CLOUD = "cloud"


def cluster_config(
    path: Path,
    *,
    env: str | None = None,
    conf_source: str | None = None,
    params: Mapping[str, Any] | None = None,
    profile: str | None = None,
) -> tuple[ArgoConfig, str]:
    """argo.yml, and the env in which it was read, without a look at pipelines and catalog.

    The env is that given, else KEDRO_ENV, else `env` of argo.yml, else `cloud` where it has a folder, else Kedro's own.

    Raises:
        ConfigError: if it is not a Kedro project, there is no such env or profile, or argo.yml cannot be read.
    """
    bootstrap(path)
    found = env or os.environ.get("KEDRO_ENV")
    if not found:
        default = Configuration(path, None, conf_source, params or {})
        source = Path(conf_source) if conf_source else path / settings.CONF_SOURCE
        found = default.argo().env or (_CLOUD if (source / _CLOUD).is_dir() else default.env)
    return configured(path, found, conf_source, params, profile).argo, found
