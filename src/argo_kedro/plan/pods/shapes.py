"""Pod shapes: what makes two pods differ, beside the nodes they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from argo_kedro.config.rules import Retries
from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile
from argo_kedro.names import k8s_name, numbered

BUILT_IN = "kedro"  # the template of nodes that name none


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What makes two pods differ, beside the nodes they run."""

    template: str
    machine_type: str
    retries: Retries | None = None
    timeout: int | None = None
    environment: tuple[EnvironmentVariable, ...] = ()  # by rules, over what is for every task
    env_from: tuple[EnvironmentFrom, ...] = ()
    files: tuple[MountedFile, ...] = ()
    service_account: str = ""


def shape_names(shapes: Iterable[Shape], taken: Iterable[str]) -> dict[Shape, str]:
    """A template name for each shape: its machine type's, with its template's in front where that is not ours."""
    names: dict[Shape, str] = {}
    used = set(taken)
    left: dict[str, Iterator[str]] = {}
    for shape in shapes:
        base = shape.machine_type if shape.template == BUILT_IN else f"{shape.template}-{shape.machine_type}"
        candidates = left.setdefault(base, map(k8s_name, numbered(base)))
        names[shape] = next(name for name in candidates if name not in used)
        used.add(names[shape])
    return names
