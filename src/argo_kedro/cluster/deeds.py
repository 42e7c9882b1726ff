"""What is done to what is there: stop, delete, retry, put another in its place."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from argo_kedro.cluster.finding import MANAGED
from argo_kedro.cluster.protocol import AlreadyThere, Changed, Cluster, Kind, NotThere
from argo_kedro.cluster.submission import Sleep, patiently, pause
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, text
from argo_kedro.workflows.nodes import NODE_ID, OF_WORKFLOW
from argo_kedro.workflows.retrying import Retry, retried
from argo_kedro.workflows.state import END_PHASES

_TRIES = 5
_GONE = 60  # looks at pods that are being deleted, a second apart


def stop(cluster: Cluster, name: str, *, terminate: bool = False, sleep: Sleep = time.sleep) -> None:
    """Let running pods end and begin no others; the exit handler still runs, unless with `terminate`.

    Raises:
        ClusterError: if there is no such workflow, or it is over.
    """
    for attempt in range(_TRIES):
        found = patiently(lambda: cluster.get("workflows", name), sleep=sleep)
        phase = text(found, "status", "phase")
        if phase in END_PHASES:
            raise ClusterError(f"{name} is over: {phase}.", hint=f"`kedro argo status {name}` shows how it went.")
        spec = {**(found.get("spec") or {}), "shutdown": "Terminate" if terminate else "Stop"}
        if _replaced(cluster, "workflows", {**found, "spec": spec}, sleep):
            return
        sleep(pause(attempt))
    raise _restless(name)


def delete(cluster: Cluster, name: str, *, kind: Kind = "workflows", sleep: Sleep = time.sleep) -> None:
    """Delete a workflow with its pods and their logs, or another object.

    Raises:
        ClusterError: if there is no such object, or it is a schedule that somebody else has made.
    """
    found = patiently(lambda: cluster.get(kind, name), sleep=sleep)
    if kind != "workflows":
        _stop_unless_ours(found)
    with suppress(NotThere):  # an earlier try that had no answer, or somebody else, did it
        patiently(lambda: cluster.delete(kind, name), sleep=sleep)


def put(
    cluster: Cluster, kind: Kind, document: Json, *, dry_run: bool = False, sleep: Sleep = time.sleep
) -> dict[str, Any]:
    """Create an object that has a fixed name, or put it in the place of an earlier one of ours.

    What the controller keeps in it stays, and so does whether it is suspended, where the new one does not say.

    Raises:
        ClusterError: if the server refuses it, or the name belongs to somebody else's.
    """
    name = text(document, "metadata", "name")
    for attempt in range(_TRIES):
        try:
            return patiently(lambda: cluster.create(kind, document, dry_run=dry_run), sleep=sleep)
        except AlreadyThere:
            found = patiently(lambda: cluster.get(kind, name), sleep=sleep)
        changed = _in_place_of(found, document)
        if _replaced(cluster, kind, changed, sleep, dry_run=dry_run):
            return changed
        sleep(pause(attempt))
    raise _restless(name)


def _stop_unless_ours(found: Json) -> None:
    """Leave what somebody else has made.

    Raises:
        ClusterError: if it was not made by argo-kedro.
    """
    key, value = MANAGED.split("=")
    if ((found["metadata"].get("labels") or {}).get(key)) != value:
        raise ClusterError(
            f"{found.get('kind', 'object')} {found['metadata']['name']} is there, and not made by argo-kedro.",
            hint="choose another name with --workflow-name.",
        )


def _in_place_of(found: Json, document: Json) -> dict[str, Any]:
    _stop_unless_ours(found)
    old, new = found["metadata"], document["metadata"]
    asleep = {"suspend": found["spec"]["suspend"]} if "suspend" in found["spec"] else {}
    metadata = {
        **old,
        **{key: {**(old.get(key) or {}), **new[key]} for key in ("labels", "annotations") if new.get(key)},
    }
    return {**found, "metadata": metadata, "spec": {**asleep, **document["spec"]}}


@dataclass(frozen=True, kw_only=True)
class _Pods:
    """The pods of a workflow that must be gone before their tasks run again: they would get the same names."""

    cluster: Cluster
    workflow: str
    nodes: frozenset[str]

    def names(self) -> list[str]:
        """Those that are still there."""
        found = self.cluster.listing("pods", labels=f"{OF_WORKFLOW}={self.workflow}").items
        ours = (pod for pod in found if text(pod, "metadata", "annotations", NODE_ID) in self.nodes)
        return [text(pod, "metadata", "name") for pod in ours]

    def delete(self, sleep: Sleep) -> None:
        """Delete them, and wait until they are gone."""
        for pod in patiently(self.names, sleep=sleep):
            self._delete_one(pod, sleep)
        for _ in range(_GONE):
            if not patiently(self.names, sleep=sleep):
                return
            sleep(1.0)
        raise ClusterError(
            f"Pods of {self.workflow} are still there a minute after they were deleted: {', '.join(self.names())}.",
            hint="their node may be out of reach; ask who runs the cluster, then retry again.",
        )

    def _delete_one(self, pod: str, sleep: Sleep) -> None:
        with suppress(NotThere):
            patiently(lambda: self.cluster.delete("pods", pod), sleep=sleep)


def retry(cluster: Cluster, name: str, *, image: str = "", sleep: Sleep = time.sleep) -> Retry:
    """Run again what has not succeeded, on the same run id; with another image if one is given.

    Raises:
        ClusterError: if there is no such workflow, or nothing of it can be retried.
    """
    planned: Retry | None = None
    for attempt in range(_TRIES):
        found = patiently(lambda: cluster.get("workflows", name), sleep=sleep)
        if planned and text(found, "status", "phase") not in END_PHASES:
            return planned  # a request of ours that had no answer was carried out, or somebody retried it as well
        planned = retried(found, image=image, now=_now())
        _Pods(cluster=cluster, workflow=name, nodes=frozenset(planned.deleted)).delete(sleep)
        if _replaced(cluster, "workflows", planned.document, sleep):
            return planned
        sleep(pause(attempt))
    raise _restless(name)


def _replaced(cluster: Cluster, kind: Kind, document: Json, sleep: Sleep, *, dry_run: bool = False) -> bool:
    """Whether it was put in place; not if the object changed since it was read, perhaps by a lost answer of ours."""
    try:
        patiently(lambda: cluster.replace(kind, document, dry_run=dry_run), sleep=sleep)
    except Changed:
        return False
    return True


def _restless(name: str) -> ClusterError:
    return ClusterError(f"{name} keeps changing.", hint="does somebody else work on it? `kedro argo status` shows it.")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
