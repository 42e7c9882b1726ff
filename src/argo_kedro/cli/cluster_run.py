"""A workflow on a cluster, for the verbs that look at one or change it. Imported as `steps` is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from argo_kedro import cluster
from argo_kedro.cli import console, watching
from argo_kedro.cli.reach import Reach
from argo_kedro.cluster import Cluster
from argo_kedro.cluster.last_words import last_words
from argo_kedro.cluster.logs import lines
from argo_kedro.cluster.pods import pod_times
from argo_kedro.events import Notice
from argo_kedro.model import Json
from argo_kedro.views.inputs import left_behind
from argo_kedro.workflows import Reason, RunState, TaskState, labels_of
from argo_kedro.workflows.labels import shown
from argo_kedro.workflows.source_code import commit_of_project
from argo_kedro.workflows.timeline import PodTimes
from argo_kedro.workflows.told import TaskLog


@dataclass(frozen=True, kw_only=True)
class ClusterRun:
    """A workflow, and the way to it."""

    name: str
    reach: Reach
    cluster: Cluster
    is_cluster: bool = True
    is_quiet: bool = True  # Argo ends the pods of what is over

    @property
    def after_fix(self) -> str:
        """With which code a retry goes on."""
        return self.reach.after_fix

    def document(self) -> Json:
        """The Workflow object.

        Raises:
            ClusterError: if it is not there, or the cluster is out of reach.
        """
        return cluster.patiently(lambda: self.cluster.get("workflows", self.name))

    def command(self, verb: str, *words: str) -> str:
        """A verb to try next, for the same cluster."""
        return self.reach.command(verb, *words)

    def waits(self, state: RunState, now: datetime) -> Mapping[str, Reason]:
        """Why tasks have not begun, as far as the cluster says."""
        found = {task.path: cluster.waits_for(self.cluster, task, now) for task in state.tasks}
        return {path: why for path, why in found.items() if why}

    def follow(self) -> None:
        """Show what happens until it is over."""
        watching.followed(self.reach, self.name)

    def logs(self, *, task: str, follow: bool, timestamps: bool) -> Iterator[str | Notice]:
        """What its tasks wrote, in the order of time."""
        with closing(lines(self.cluster, self.name, task=task, follow=follow)) as found:
            for line in found:
                if isinstance(line, Notice):
                    yield line
                    continue
                attempt = f" ({line.attempt + 1})" if line.attempt else ""
                time = f"{line.at:%Y-%m-%d %H:%M:%S} " if timestamps else ""
                yield f"{time}{line.label}{attempt}: {line.text}"

    @property
    def code_here(self) -> str:
        """The commit here, as a submission writes it down."""
        return commit_of_project(self.reach.project)

    def machine_types(self, document: Json) -> Collection[str]:
        """The names of the machine types that argo.yml has."""
        return self.reach.config.machine_types

    @property
    def where(self) -> str:
        """The cluster, in words."""
        return f"on a cluster, {self.cluster.where}"

    def pod_times(self) -> Mapping[str, PodTimes]:
        """What its pods tell, as long as they are there.

        Raises:
            ClusterError: if they cannot be read.
        """
        return pod_times(self.cluster, self.name)

    def last_words(self, task: TaskState, most: int) -> TaskLog:
        """The end of what a task wrote, while its pod is there."""
        return last_words(self.cluster, self.name, task.pod, most)

    def retry(self, *, image: str, wait: bool) -> None:
        """Run again what has not succeeded.

        Raises:
            ClusterError: if nothing of it can be retried.
            WorkflowFailed: if we wait, and it does not succeed.
        """
        done = cluster.retry(self.cluster, self.name, image=image)
        labels = labels_of(done.document)
        again = ", ".join(shown(task, labels) for task in done.again) or "the exit handler"
        console.result(self.name)
        console.say(f"{self.name} goes on. Kept: {len(done.kept)} tasks. Again: {again}.")
        if wait:
            watching.to_the_end(self.reach, self.name)
        else:
            console.say(f"Next: {self.command('status', self.name, '--wait')}")

    def stop(self, *, terminate: bool) -> None:
        """End what runs, and begin nothing more."""
        cluster.stop(self.cluster, self.name, terminate=terminate)
        console.result(self.name)
        step = self.command("status", self.name)
        console.done(f"{self.name} is being stopped; that can take 20 s.", next_step=step)

    def delete(self) -> None:
        """Delete it with its pods."""
        kept = left_behind(self.document())
        cluster.delete(self.cluster, self.name)
        console.result(self.name)
        console.done(f"Deleted {self.name}.{kept}", next_step=self.command("list"))

    def tell_end(self, state: RunState, labels: Mapping[str, str]) -> None:
        """Say how it ended, and what comes next.

        Raises:
            WorkflowFailed: if it did not succeed.
        """
        watching.tell_end(self.reach, state, labels)
