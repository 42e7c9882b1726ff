"""The end of one pod's log, without what Argo adds, however long the log is."""

from __future__ import annotations

from argo_kedro.cluster.pod_log import PodLog, Timed, log_pod
from argo_kedro.cluster.protocol import Cluster, NotThere
from argo_kedro.cluster.submission import patiently
from argo_kedro.errors import ClusterError
from argo_kedro.workflows.told import TaskLog

_GONE = "its pod is not there (deleted by podGC or by hand, lost with its machine, or never made), nor is its log"
_SILENT = "its pod has not begun to write"


def last_words(cluster: Cluster, workflow: str, pod: str, most: int) -> TaskLog:
    """At most so many lines of what the pod of a task wrote last; why there are none, where it is not to be had."""
    if not pod:
        return TaskLog(missing="it has no pod")
    try:
        there = patiently(lambda: cluster.listing("pods", fields=f"metadata.name={pod}")).items
        if not there:
            return TaskLog(missing=_GONE)
        found = log_pod(workflow, there[0])
        if not found.container:
            return TaskLog(missing=_SILENT)
        raw = patiently(lambda: list(cluster.log(pod, found.container, tail=most)))
    except NotThere:
        return TaskLog(missing=_GONE)
    except ClusterError as error:  # what Argo noted of the task is worth showing even so
        return TaskLog(missing=f"its log cannot be read. {error.message}")
    log = PodLog(found, "")
    log.begin()
    lines: list[Timed] = [line for each in raw for line in log.take(each)]
    if found.over:
        lines += log.end()
    return TaskLog(lines=tuple(line.text for line in lines))
