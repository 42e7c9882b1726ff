"""How many pods a template stands for, and how long the way below each task is: the longest path goes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from argo_kedro.local.dags import in_order
from argo_kedro.local.templates import Dag, Manifest


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of one template."""

    pods: int = 1
    height: int = 1  # levels of pods, one after the other
    below: Mapping[str, int] = field(default_factory=dict)  # task -> levels that can begin only after it


def sizes(manifest: Manifest) -> dict[str, Size]:
    """The size of every template."""
    known: dict[str, Size] = {}
    for name in manifest.templates:
        _measure(name, manifest, known)
    return known


def _measure(name: str, manifest: Manifest, known: dict[str, Size]) -> Size:
    if name not in known:
        template = manifest.templates[name]
        known[name] = _dag_size(template, manifest, known) if isinstance(template, Dag) else Size()
    return known[name]


def _dag_size(dag: Dag, manifest: Manifest, known: dict[str, Size]) -> Size:
    inner = {name: _measure(task.template, manifest, known) for name, task in dag.tasks.items()}
    below: dict[str, int] = {}
    for name in reversed(in_order(dag.tasks, dag.followers)):
        below[name] = max((inner[other].height + below[other] for other in dag.followers[name]), default=0)
    return Size(
        pods=sum(size.pods for size in inner.values()),
        height=max(inner[name].height + below[name] for name in dag.tasks),
        below=below,
    )
