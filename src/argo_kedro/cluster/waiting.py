"""Why a pod does not start: the node says it, or only the pod's own events do."""

from __future__ import annotations

from datetime import datetime

from argo_kedro.cluster.protocol import Cluster
from argo_kedro.errors import ClusterError
from argo_kedro.model import text
from argo_kedro.workflows.reasons import Reason, reason
from argo_kedro.workflows.state import TaskState

_PATIENCE = 20.0  # seconds in which a pod may well start by itself


def waits_for(cluster: Cluster, task: TaskState, now: datetime, *, ask: bool = True) -> Reason | None:
    """What a pod waits for; none if it does not wait, or only began to. Its events are only asked for with `ask`."""
    if task.phase != "Pending":
        return None
    found = reason(task.message)
    if found.known:
        return found
    if not ask or task.seconds(now) < _PATIENCE:
        return None
    found = reason(task.message, _warnings(cluster, task.pod))
    return found if found.text else None


def _warnings(cluster: Cluster, pod: str) -> list[str]:
    try:
        events = cluster.listing("events", fields=f"involvedObject.name={pod},type=Warning").items
    except ClusterError:  # reading events is one more right, which not everybody has: the node's message is left
        return []
    stamped = [(text(event, "lastTimestamp") or text(event, "eventTime"), text(event, "message")) for event in events]
    return [message for _, message in sorted(stamped)]
