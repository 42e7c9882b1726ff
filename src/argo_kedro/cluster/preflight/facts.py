"""What was learnt of a cluster, in the shape of `kedro argo check --cluster --json`."""

from __future__ import annotations

from typing import Any

from argo_kedro.cluster.preflight import installation, security
from argo_kedro.cluster.preflight.access import Access
from argo_kedro.cluster.preflight.case import Case
from argo_kedro.cluster.preflight.installation import Controller
from argo_kedro.cluster.preflight.nodes import NODES, largest
from argo_kedro.model import Json, text

_KINDS = 5  # of nodes, the largest


def facts(case: Case, controller: Controller, found: Access, *, where: str) -> Json:
    """Where it is, what runs there, and how large it is. What is not known is empty, or null."""
    answers = case.answers
    nodes = answers.items(NODES)
    sizes = {"count": len(nodes), "largest": largest(nodes)[:_KINDS]} if answers.knows(NODES) else None
    return {
        "where": where,
        "namespace": case.namespace,
        "user": found.user,
        "kubernetes": text(answers.document(installation.VERSION), "gitVersion").removeprefix("v"),
        "argo": _argo(case, controller),
        "pod_security": security.level(case),
        "nodes": sizes,
        "requests": answers.requests,
    }


def _argo(case: Case, controller: Controller) -> dict[str, Any]:
    versions = case.answers.document(installation.GROUP).get("versions") or ()
    there = controller.deployment
    return {
        "version": controller.version,
        "seen_in": controller.source,
        "served": [text(each, "version") for each in versions],
        "crds": installation.crds(case.answers),
        "controller": {
            "namespace": controller.namespace,
            "name": text(there, "metadata", "name"),
            "ready": int((there.get("status") or {}).get("readyReplicas") or 0),
        }
        if there
        else None,
    }
