"""A workflow in a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from argo_kedro.model import Json, text
from argo_kedro.workflows.state import Span, moment


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
