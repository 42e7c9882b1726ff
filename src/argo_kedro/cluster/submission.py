"""Submit: exactly one workflow, whatever happens to the requests."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from argo_kedro.cluster.protocol import (
    TEMPORARY,
    AlreadyThere,
    Busy,
    Cluster,
    NotThere,
    Unanswered,
)
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, text

SUBMISSION = "argo-kedro/submission"  # annotation: which call of ours created it
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' own for generated names: no words, no look-alikes
_SUFFIX = 5
_LIMIT = 63  # of a workflow's name: it becomes the value of a label
_TRIES = 6
_LONGEST = 30.0  # seconds between two tries

_T = TypeVar("_T")
Sleep = Callable[[float], None]


def named(workflow: Json, *, namespace: str) -> dict[str, Any]:
    """The workflow with a name of its own, and a mark by which a lost answer is found again."""
    metadata = dict(workflow.get("metadata") or {})
    prefix = metadata.pop("generateName", "") or f"{metadata.get('name') or 'workflow'}-"
    metadata["name"] = f"{prefix[: _LIMIT - _SUFFIX]}{''.join(random.choices(_ALPHABET, k=_SUFFIX))}"
    metadata["namespace"] = namespace
    metadata["annotations"] = {**(metadata.get("annotations") or {}), SUBMISSION: uuid.uuid4().hex}
    return {**workflow, "metadata": metadata}


def validate(cluster: Cluster, workflow: Json, *, sleep: Sleep = time.sleep, tries: int = _TRIES) -> None:
    """Let the server look at a workflow, without creating it.

    Raises:
        ClusterError: if it would not take it.
    """
    patiently(lambda: cluster.create("workflows", workflow, dry_run=True), sleep=sleep, tries=tries)


def submit(cluster: Cluster, workflow: Json, *, sleep: Sleep = time.sleep) -> dict[str, Any]:
    """Create a workflow that has been `named`, exactly once, and return it as the server has it.

    A request without an answer may have been carried out: its workflow is looked up before it is tried again.

    Raises:
        ClusterError: if the server refuses it, or cannot be reached.
    """
    unsure = False  # whether a request of ours was carried out, or still will be
    for attempt in range(_TRIES):
        try:
            return cluster.create("workflows", workflow)
        except ClusterError as error:
            unsure = unsure or isinstance(error, (Unanswered, AlreadyThere))
            again = isinstance(error, TEMPORARY) and attempt < _TRIES - 1
            if isinstance(error, Unanswered) or again:
                _wait(error, attempt, sleep)
            # An earlier request may be what stands in the way of this one: its name is taken, or the quota used up.
            found = _found(cluster, workflow, error, sleep) if unsure else None
            if found:
                return found
            if not again:
                raise (_unknown(workflow, error) if unsure else error) from error.__cause__
    raise AssertionError("the last try returns or raises")


def _found(cluster: Cluster, workflow: Json, error: ClusterError, sleep: Sleep) -> dict[str, Any] | None:
    """What this call created, if it did.

    Raises:
        ClusterError: if somebody else created it, or it cannot be looked up.
    """
    name, mark = text(workflow, "metadata", "name"), ("metadata", "annotations", SUBMISSION)
    try:
        found = patiently(lambda: cluster.get("workflows", name), sleep=sleep)
    except NotThere:
        return None
    except ClusterError as failure:
        raise _unknown(workflow, failure) from error
    if text(found, *mark) != text(workflow, *mark):
        raise ClusterError(f"There is a workflow {name} already.", hint="submit again: the name is drawn anew.")
    return found


def _unknown(workflow: Json, error: ClusterError) -> ClusterError:
    name = text(workflow, "metadata", "name")
    hint = f"{error.hint}\n  Before you submit again: `kedro argo status {name}` tells whether it is there."
    return ClusterError(f"Nobody knows whether {name} was created. {error.message}", hint=hint.strip())


def patiently(request: Callable[[], _T], *, sleep: Sleep = time.sleep, tries: int = _TRIES) -> _T:
    """Repeat a request that does no harm when it is repeated, while the cluster is only busy or out of reach."""
    for attempt in range(tries - 1):
        try:
            return request()
        except TEMPORARY as error:
            _wait(error, attempt, sleep)
    return request()


def _wait(error: ClusterError, attempt: int, sleep: Sleep) -> None:
    sleep(min(error.seconds, _LONGEST) if isinstance(error, Busy) else pause(attempt))


def pause(attempt: int) -> float:
    """Seconds to wait after so many failed tries: longer each time, and not at the same moment as everyone else."""
    return float(min(_LONGEST, 0.5 * 2**attempt) * random.uniform(0.75, 1.25))
