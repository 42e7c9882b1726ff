"""What the pods of a workflow tell of their times, as long as they are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from argo_kedro.cluster.protocol import Cluster
from argo_kedro.cluster.submission import patiently
from argo_kedro.errors import ClusterError
from argo_kedro.model import Json, text
from argo_kedro.workflows.nodes import OF_WORKFLOW
from argo_kedro.workflows.state import moment
from argo_kedro.workflows.timeline import PodTimes

_MAIN = "main"
_PULLED = "Successfully pulled"  # and not "already present on machine"


def pod_times(cluster: Cluster, workflow: str) -> dict[str, PodTimes]:
    """The times of a workflow's pods, by their names; of one that is gone nothing.

    Raises:
        ClusterError: if the pods cannot be read.
    """
    pods = patiently(lambda: cluster.listing("pods", labels=f"{OF_WORKFLOW}={workflow}")).items
    pulls = _pulls(cluster, {text(pod, "metadata", "name") for pod in pods}) if pods else {}
    return {name: _times(pod, pulls.get(name)) for pod in pods if (name := text(pod, "metadata", "name"))}


def _times(pod: Json, pull: tuple[datetime, datetime] | None) -> PodTimes:
    status = pod.get("status") or {}
    state = next((each.get("state") or {} for each in status.get("containerStatuses") or () if _is_main(each)), {})
    ended = state.get("terminated") or {}
    conditions = status.get("conditions") or ()
    placed = (each for each in conditions if each.get("type") == "PodScheduled" and each.get("status") == "True")
    pulling, pulled = pull or (None, None)
    return PodTimes(
        created=moment(text(pod, "metadata", "creationTimestamp")),
        scheduled=next((moment(each.get("lastTransitionTime")) for each in placed), None),
        pulling=pulling,
        pulled=pulled,
        began=moment((ended or state.get("running") or {}).get("startedAt")),
        usage=str(ended.get("message") or ""),
    )


def _is_main(container: Json) -> bool:
    return bool(container.get("name") == _MAIN)


def _pulls(cluster: Cluster, pods: set[str]) -> Mapping[str, tuple[datetime, datetime]]:
    """When the first image of each pod began to be pulled, and when the last one was there, where any was pulled."""
    began, ended = _events(cluster, "Pulling", pods), _events(cluster, "Pulled", pods, _PULLED)
    return {pod: (min(began[pod]), max(ended[pod])) for pod in began.keys() & ended.keys()}


def _events(cluster: Cluster, reason: str, pods: Collection[str], words: str = "") -> dict[str, list[datetime]]:
    try:
        events = patiently(lambda: cluster.listing("events", fields=f"involvedObject.kind=Pod,reason={reason}")).items
    except ClusterError:  # reading events is one more right, which not everybody has
        return {}
    found: dict[str, list[datetime]] = {}
    for event in events:
        pod = text(event, "involvedObject", "name")
        if pod in pods and words in text(event, "message"):
            found.setdefault(pod, []).extend(_stamps(event))
    return {pod: times for pod, times in found.items() if times}


def _stamps(event: Json) -> Iterator[datetime]:
    for key in ("firstTimestamp", "lastTimestamp", "eventTime"):
        stamp = moment(text(event, key))
        if stamp:
            yield stamp
