"""Who submitted a workflow, and the project's commit: labels that are added on its way to the cluster.

They are no part of a compiled manifest, which is the same whoever writes it.
"""

from __future__ import annotations

from typing import Any

from argo_kedro.model import COMMIT, USER, Json
from argo_kedro.names import label_value


def with_origin(document: Json, *, user: str = "", commit: str = "") -> dict[str, Any]:
    """A Workflow or CronWorkflow that says this, and what a CronWorkflow starts as well.

    Labels that are there already stay: argo.yml may say better who submits, as in a CI job.
    """
    # A label takes no `@`; Argo itself writes addresses so.
    labels = {USER: label_value(user.replace("@", ".at.")) if user else "", COMMIT: commit}
    found = {**document, "metadata": _labelled(document.get("metadata") or {}, labels)}
    spec = document.get("spec") or {}
    if "workflowSpec" in spec:
        found["spec"] = {**spec, "workflowMetadata": _labelled(spec.get("workflowMetadata") or {}, labels)}
    return found


def _labelled(metadata: Json, labels: Json) -> dict[str, Any]:
    given = {key: value for key, value in labels.items() if value}
    return {**metadata, "labels": {**given, **(metadata.get("labels") or {})}}
