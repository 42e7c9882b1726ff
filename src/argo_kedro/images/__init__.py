"""The project's image: built here by docker, podman or buildah, and pushed to where the cluster finds it."""

from __future__ import annotations

from argo_kedro.images.publishing import Build, prepare, publish
from argo_kedro.images.references import needs_build, reference, stop_unless_pushable

__all__ = ["Build", "needs_build", "prepare", "publish", "reference", "stop_unless_pushable"]
