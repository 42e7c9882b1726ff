"""The logs of a workflow: of all its pods, in the order of time, in the words of its tasks."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import final

from argo_kedro.cluster.following import Clock
from argo_kedro.cluster.log_following import Following, Look
from argo_kedro.cluster.log_merging import merged
from argo_kedro.cluster.pod_log import LogLine, LogPod, PodLog, log_pod
from argo_kedro.cluster.protocol import Cluster, NotThere
from argo_kedro.cluster.submission import patiently
from argo_kedro.errors import ClusterError
from argo_kedro.events import Notice
from argo_kedro.model import Json, text
from argo_kedro.names import few, nearest
from argo_kedro.workflows.dags import Templates
from argo_kedro.workflows.labels import labels_of, names_of, nodes_in, shown
from argo_kedro.workflows.nodes import OF_WORKFLOW, Node, nodes
from argo_kedro.workflows.state import END_PHASES, spec_of, task_path

__all__ = ["LogLine", "lines"]

_ITEM = re.compile(r"\(\d+:[^(]*?\)(?=[.(\[]|\Z)")  # in the path of a task that has several
_BEGUN = frozenset({"Running", "Succeeded", "Failed", "Error"})
_SHOWN = 20  # tasks named in a message


def lines(
    cluster: Cluster,
    name: str,
    *,
    task: str = "",
    follow: bool = False,
    labels: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> Generator[LogLine | Notice, None, None]:
    """What the tasks of a workflow wrote, without what Argo adds; and notices, such as that a log is gone.

    Args:
        cluster: Where the workflow is.
        name: The workflow.
        task: One task, or a group of them: its name in Kedro's words or in Argo's, or its path. All, if empty.
        follow: Go on with what is written until the workflow is over.
        labels: What people call the tasks; else what was kept with the workflow.
        clock: The time.

    Raises:
        ClusterError: if there is no such workflow or task, or the cluster does not give the logs.
    """
    clock = clock or Clock()
    tasks = _Tasks(cluster, name, task, labels)
    look = patiently(tasks.look, sleep=clock.sleep)
    logs = [tasks.log(pod) for pod in look.pods if pod.container]
    yield from merged(cluster, logs, goes_on=follow, sleep=clock.sleep, there=tasks.look)
    if follow:
        yield from Following(cluster, tasks.look, tasks.log, clock).lines(logs)
    yield from tasks.missing()


@final
class _Tasks:
    """The tasks whose logs are asked for."""

    def __init__(self, cluster: Cluster, name: str, task: str, labels: Mapping[str, str] | None) -> None:
        self._cluster, self._name, self._task = cluster, name, task
        self._given = labels
        self._labels: Mapping[str, str] = labels or {}
        self._nodes: Mapping[str, tuple[str, ...]] = {}
        self._known = not task
        self._uid = ""
        self._begun: dict[str, str] = {}  # the nodes that have, or had, a pod: id -> label
        self._pods: set[str] = set()  # the nodes whose pods were seen
        self._read = False  # that there is a log at all

    def look(self) -> Look:
        """Look at the workflow, then at its pods: when it is over, they are all there.

        Raises:
            ClusterError: if there is no such task in it, or the workflow is not there.
        """
        workflow = self._cluster.get("workflows", self._name)
        uid = text(workflow, "metadata", "uid")
        if self._uid and uid != self._uid:
            raise NotThere(f"Workflow {self._name} was deleted; what has its name is another one.")
        self._uid = uid
        if self._given is None:
            self._labels = labels_of(workflow)
        self._nodes = nodes_in(workflow)
        found = self._cluster.listing("pods", labels=f"{OF_WORKFLOW}={self._name}").items
        pods = [log_pod(self._name, document) for document in found]
        executed = _executed(workflow)
        if not self._known:
            self._check(workflow, [*(pod.path for pod in pods), *executed.values()])
        self._begun.update({node: self._label(path) for node, path in executed.items() if self._chosen(path)})
        chosen = tuple(pod for pod in pods if self._chosen(pod.path))
        self._pods.update(pod.node for pod in chosen)
        return Look(pods=chosen, over=text(workflow, "status", "phase") in END_PHASES)

    def log(self, pod: LogPod) -> PodLog:
        """The log of a pod, nothing of it read yet."""
        self._read = True
        return PodLog(pod, self._label(pod.path))

    def missing(self) -> Iterator[Notice]:
        """Which logs are not there, as far as it is known."""
        gone = sorted({label for node, label in self._begun.items() if node not in self._pods})
        if gone:
            why = "deleted by podGC or by hand, lost with its machine, or never made"
            yield Notice(message=f"there is no log of {few(gone, _SHOWN)}: the pod is not there ({why}).")
        elif not self._read:
            yield Notice(message=f"there are no logs of {self._task or self._name}: no pod of it has begun.")

    def _check(self, workflow: Json, paths: list[str]) -> None:
        """Whether there is such a task. One of another WorkflowTemplate is known once the controller has read that."""
        templates = Templates(workflow)
        planned = templates.leaves(templates.entrypoint, "", self._name)
        paths = [*paths, *(path.removeprefix(f"{self._name}.") for path in planned)]
        paths += ["onExit"] if spec_of(workflow).get("onExit") else []
        known = {each for path in paths for each in self._names(path)}
        self._known = self._task in known
        if not self._known and (paths != [self._name] or text(workflow, "status", "phase")):
            near = nearest(self._task, known)
            there = few(sorted({self._label(path) for path in paths}), _SHOWN)
            raise ClusterError(
                f"{self._name} has no task {self._task!r}.",
                hint=f"{f'did you mean {near!r}? ' if near else ''}There are: {there}.",
            )

    def _chosen(self, path: str) -> bool:
        return not self._task or self._task in self._names(path)

    def _names(self, path: str) -> set[str]:
        """What a task may be called: by itself, with the group it is in, or by a node that it runs with others."""
        return {path, *names_of(_ITEM.sub("", path), self._labels, self._nodes)}

    def _label(self, path: str) -> str:
        """What to call a task, as everywhere: its label, else its path; an item keeps its number and value."""
        bare = _ITEM.sub("", path)
        label = shown(bare, self._labels)
        return path if label == bare else f"{label}{''.join(_ITEM.findall(path))}"


def _executed(workflow: Json) -> dict[str, str]:
    """The nodes that have, or had, a pod, and the paths of their tasks."""
    try:
        found = nodes(workflow)
    except ClusterError:  # they are where only the controller can read them; the pods are enough for their logs
        return {}
    name = text(workflow, "metadata", "name")
    return {identity: task_path(name, node) for identity, node in found.items() if _had_a_pod(node)}


def _had_a_pod(node: Node) -> bool:
    memoized = (node.get("memoizationStatus") or {}).get("hit")
    return node.get("type") == "Pod" and node.get("phase") in _BEGUN and not memoized
