"""What a manifest uses that its Argo, or its Kubernetes, does not have yet or has no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from argo_kedro.cluster.preflight.case import Case, problem
from argo_kedro.cluster.preflight.installation import VERSION, Controller, numbers
from argo_kedro.model import Json, Problem, text

_OLDEST = (3, 6)  # that our manifests are written for
_SIDECARS = (1, 29)  # Kubernetes with containers that start before and end after the main one


class _Field(NamedTuple):
    """A field of the manifest, and the versions of Argo that have it."""

    where: str  # it is in `spec`, or in each `template`
    path: tuple[str, ...]
    since: tuple[int, int] = (0, 0)
    until: tuple[int, int] = (99, 0)  # the first one without it


_BOTH = ("spec", "template")
_FIELDS = (
    *(_Field(where, ("synchronization", name), since=(3, 6)) for where in _BOTH for name in ("mutexes", "semaphores")),
    *(_Field(where, ("synchronization", name), until=(4, 0)) for where in _BOTH for name in ("mutex", "semaphore")),
    _Field("template", ("annotations",), since=(3, 7)),
    _Field("template", ("retryStrategy", "backoff", "cap"), since=(3, 7)),
    _Field("template", ("priority",), until=(3, 7)),
    _Field("spec", ("podPriority",), until=(3, 7)),
    _Field("template", ("pendingTimeout",), since=(4, 1)),
    *(_Field(where, (name,), since=(4, 1)) for where in _BOTH for name in ("podResources", "resourceClaims")),
)


def version_problems(case: Case, found: Controller) -> Iterator[Problem]:
    """Fields that this Argo leaves out without a word, and an Argo or a Kubernetes that is too old."""
    version = found.numbers[:2]
    if version and version < _OLDEST:
        message = f"it is Argo {found.version}; argo-kedro's manifests are for 3.6 and newer."
        yield problem(message, "Argo's controller", "ask who runs Argo for a newer one.", "warning")
    if version:
        yield from _fields(case, found, version)
    kubernetes = numbers(text(case.answers.document(VERSION), "gitVersion"))[:2]
    native = [pod for pod in case.pods if any(each.get("restartPolicy") == "Always" for each in pod.before)]
    if native and kubernetes and kubernetes < _SIDECARS:
        message = f"its pods have native sidecars, which Kubernetes {'.'.join(map(str, kubernetes))} does not know."
        yield problem(message, case.users(native), "use `sidecars` in their place, or Kubernetes 1.29 or newer.")


def _fields(case: Case, found: Controller, version: tuple[int, ...]) -> Iterator[Problem]:
    owners: dict[str, list[Json]] = {"spec": [case.spec], "template": list(case.spec.get("templates") or ())}
    for field in _FIELDS:
        if field.since <= version < field.until or not any(_has(each, field.path) for each in owners[field.where]):
            continue
        when = "since" if version < field.since else "until before"
        bound = field.since if version < field.since else field.until
        message = f"{'.'.join(field.path)}: Argo has it {when} {bound[0]}.{bound[1]}, and this is {found.version}."
        yield problem(message, f"manifest {field.where}", "take it out of argo.yml, or use another Argo.")


def _has(value: Json, path: tuple[str, ...]) -> bool:
    for key in path:
        if not value.get(key):
            return False
        value = value[key]
    return True
