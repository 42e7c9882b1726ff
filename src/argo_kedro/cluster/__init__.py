"""The Kubernetes API: submit, watch, logs, retry, and words for failures.

`client.KubernetesCluster` is not imported here: only who reaches a cluster pays for the Kubernetes client.
"""

from argo_kedro.cluster.deeds import delete, put, retry, stop
from argo_kedro.cluster.finding import newest, workflows
from argo_kedro.cluster.following import follow
from argo_kedro.cluster.protocol import Cluster, NoCluster, Unanswered
from argo_kedro.cluster.submission import named, patiently, submit, validate
from argo_kedro.cluster.waiting import waits_for

__all__ = [
    "Cluster",
    "NoCluster",
    "Unanswered",
    "delete",
    "follow",
    "named",
    "newest",
    "patiently",
    "put",
    "retry",
    "stop",
    "submit",
    "validate",
    "waits_for",
    "workflows",
]
