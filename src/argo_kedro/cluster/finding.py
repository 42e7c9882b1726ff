"""Workflows of a project on a cluster."""

from __future__ import annotations

from argo_kedro.cluster.protocol import Cluster
from argo_kedro.cluster.submission import patiently
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, text
from argo_kedro.names import label_value

MANAGED = "app.kubernetes.io/managed-by=argo-kedro"  # label of all that we make
_PROJECT = "argo-kedro/project"


def workflows(cluster: Cluster, package: str, *, everyone: bool = False) -> list[Json]:
    """The workflows of a project, the newest first; with `everyone` all that are in the namespace."""
    labels = "" if everyone else f"{_PROJECT}={label_value(package)}"
    found = patiently(lambda: cluster.listing("workflows", labels=labels)).items
    return sorted(found, key=lambda workflow: text(workflow, "metadata", "creationTimestamp"), reverse=True)


def newest(cluster: Cluster, package: str) -> str:
    """The name of a project's newest workflow.

    Raises:
        ClusterError: if it has none.
    """
    found = workflows(cluster, package)
    if not found:
        raise ClusterError(
            f"There is no workflow of {package} ({cluster.where}).",
            hint="`kedro argo list --all` shows those of others; `kedro argo submit` makes one.",
        )
    return text(found[0], "metadata", "name")
