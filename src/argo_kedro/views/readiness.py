"""What `check` found: as JSON for programs, and the cluster in a line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from argo_kedro.cluster.preflight import NotAsked
from argo_kedro.model import Json, Problem
from argo_kedro.names import few
from argo_kedro.quantities import amount, plain, size
from argo_kedro.views.documents import VERSION

_SHOWN = 3  # kinds of nodes


def check_json(
    tasks: int, env: str, problems: Iterable[Problem], cluster: Json | None, not_asked: Iterable[NotAsked]
) -> dict[str, Any]:
    """The shape of `kedro argo check --json`; `cluster` is null without --cluster, or where it gave no answer."""
    return {
        "version": VERSION,
        "tasks": tasks,
        "env": env,
        "problems": [
            {"severity": each.severity, "message": each.message, "where": each.where, "hint": each.hint}
            for each in problems
        ],
        "cluster": cluster,
        "not_asked": [each._asdict() for each in not_asked],
    }


def cluster_line(facts: Json) -> str:
    """Kubernetes, Argo and the nodes in one sentence."""
    argo = facts["argo"]
    crds = f" ({argo['crds']} CRDs)" if argo["crds"] else ""
    parts = [
        f"Kubernetes {facts['kubernetes'] or 'of an unknown version'}",
        f"Argo {argo['version'] or 'of an unknown version'}{crds}" if argo["served"] else "no Argo",
    ]
    if facts["pod_security"]:
        parts.append(f"Pod Security {facts['pod_security']}")
    if facts["nodes"] is not None:
        parts.append(_nodes(facts["nodes"]))
    return f"{', '.join(parts)}; {facts['requests']} requests."


def _nodes(found: Json) -> str:
    count = found["count"]
    kinds = [f"{each['count']} with {_size(each['allocatable'])}" for each in found["largest"]]
    return f"{count} node{'' if count == 1 else 's'} ({few(kinds, _SHOWN) or 'none takes pods'})"


def _size(allocatable: Json) -> str:
    """Cores, memory and devices that a node has for pods."""
    cores, memory = (_number(allocatable.get(key)) for key in ("cpu", "memory"))
    devices = [f"{number} {name}" for name, number in allocatable.items() if "/" in name and number != "0"]
    return ", ".join([f"{plain(cores)} cpu", f"{size(memory)} memory", *devices])


def _number(value: Any) -> Decimal:
    try:
        return amount(str(value))
    except ValueError:
        return Decimal(0)
