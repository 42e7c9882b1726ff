"""Workflows of a project on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from argo_kedro.cluster.protocol import Cluster, text
from argo_kedro.cluster.state import Span, moment
from argo_kedro.cluster.submission import patiently
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json
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


@dataclass(frozen=True, kw_only=True)
class Summary(Span):
    """A workflow in a line."""

    name: str
    phase: str
    created: datetime | None
    progress: str  # `7/18`, as Argo counts
    pipeline: str
    env: str


def summary(workflow: Json) -> Summary:
    """A workflow in a line, without a look at its nodes."""
    return Summary(
        name=text(workflow, "metadata", "name"),
        phase=text(workflow, "status", "phase"),
        created=moment(text(workflow, "metadata", "creationTimestamp")),
        began=moment(text(workflow, "status", "startedAt")),
        ended=moment(text(workflow, "status", "finishedAt")),
        progress=text(workflow, "status", "progress"),
        pipeline=text(workflow, "metadata", "labels", "argo-kedro/pipeline"),
        env=text(workflow, "metadata", "labels", "argo-kedro/env"),
    )
