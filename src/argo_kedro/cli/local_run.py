"""A run on this machine, for the verbs that look at one or change it. Imported as `steps` is."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from argo_kedro.cli import console
from argo_kedro.cli.files import shown
from argo_kedro.cli.last import remember
from argo_kedro.cli.local_logs import last_words, lines
from argo_kedro.cli.watching import tell_end
from argo_kedro.errors import ArgoKedroError, WorkflowFailed
from argo_kedro.events import Event, Finished, Notice, Started
from argo_kedro.local import RUNS, Run, read_run, retry
from argo_kedro.local.holding import held
from argo_kedro.local.locks import RUNNER, TASKS, is_held, signed
from argo_kedro.model import Json, text
from argo_kedro.project.environment import cluster_config
from argo_kedro.views.inputs import left_behind
from argo_kedro.views.progress import Progress, failure_text
from argo_kedro.workflows import Reason, RunState, TaskState, labels_of, run_state
from argo_kedro.workflows.changes import changes
from argo_kedro.workflows.source_code import code_of_project
from argo_kedro.workflows.timeline import PodTimes
from argo_kedro.workflows.told import TaskLog

_LOOK = 0.5  # seconds between two looks at a record
_ENDS = 30.0  # seconds in which a runner that was asked to end does


@dataclass(frozen=True, kw_only=True)
class LocalRun:
    """A run of this project that has its record here."""

    name: str
    project: Path
    after_fix: str = ", with the code as it is then"
    is_cluster: bool = False
    where: str = "on this machine"

    @property
    def record(self) -> Path:
        """The folder of its record."""
        return self.project / RUNS / self.name

    @property
    def is_quiet(self) -> bool:
        """Whether no task of it is alive: those of a runner that was killed may be, and write on."""
        return not is_held(self.record / TASKS)

    def document(self) -> Json:
        """It in the shape of a Workflow.

        Raises:
            ArgoKedroError: if its record cannot be read.
        """
        return read_run(self.record)

    def command(self, verb: str, *words: str) -> str:
        """A verb to try next."""
        return shlex.join(["kedro", "argo", verb, *words])

    def waits(self, state: RunState, now: datetime) -> Mapping[str, Reason]:
        """Why tasks have not begun: here nothing but room on the machine holds one up."""
        return {}

    def follow(self) -> None:
        """Show what happens until it is over."""
        try:
            with Progress(labels_of(self.document())) as progress:
                self._followed(progress)
        except KeyboardInterrupt:
            console.done(f"Stopped waiting; {self.name} goes on.", next_step=self.command("status", self.name))
            raise click.exceptions.Exit(130) from None

    def _followed(self, listen: Callable[[Event], None]) -> None:
        before, state = None, run_state(self.document())
        listen(Started(name=self.name, where=self.record, tasks=state.planned))
        while True:
            for event in changes(before, state):
                listen(event)
            if state.over:
                break
            time.sleep(_LOOK)
            before, state = state, run_state(self.document())
        seconds = (state.ended - state.began).total_seconds() if state.ended and state.began else 0.0
        listen(Finished(name=self.name, phase=state.phase, seconds=seconds, message=state.message))

    def logs(self, *, task: str, follow: bool, timestamps: bool) -> Iterator[str | Notice]:
        """What its tasks wrote, one after the other.

        Raises:
            ArgoKedroError: if there is no such task.
        """
        if timestamps:
            yield Notice(message="the logs of a local run have no times: lines are shown without.")
        yield from lines(self.record, self.document, task=task, follow=follow)

    @property
    def code_here(self) -> str:
        """What tells today's code from that of a run."""
        return code_of_project(self.project)

    def machine_types(self, document: Json) -> Collection[str]:
        """The names of the machine types that argo.yml has; none where it cannot be read."""
        try:
            config, _ = cluster_config(self.project, env=text(document, "metadata", "labels", "argo-kedro/env"))
        except ArgoKedroError:
            return ()
        return config.machine_types

    def pod_times(self) -> Mapping[str, PodTimes]:
        """What its pods tell: it has none, and its record tells all."""
        return {}

    def last_words(self, task: TaskState, most: int) -> TaskLog:
        """The end of what a task wrote."""
        return last_words(self.record, task.path, most)

    def retry(self, *, image: str, wait: bool) -> None:
        """Run what has not succeeded, and say how that ended; `wait` or not, it runs in this process.

        Raises:
            UsageError: if an image is named.
            WorkflowFailed: if it did not succeed.
        """
        if image:
            raise click.UsageError(f"{self.name} is a local run, whose tasks run in no image: --image says nothing.")
        labels = labels_of(self.document())
        carried_out(lambda listen: retry(self.name, folder=self.project, listen=listen), self.project, labels)

    def stop(self, *, terminate: bool) -> None:
        """Ask the process that runs it to end, and wait for that; its exit handler does not run either way.

        Raises:
            ArgoKedroError: if it is over, or does not end.
        """
        state, process = run_state(self.document()), signed(self.record / RUNNER)
        if state.over or not process.isdigit() or not is_held(self.record / RUNNER):
            hint = f"`{self.command('status', self.name)}` shows how it went."
            raise ArgoKedroError(f"{self.name} is over: {state.phase}.", hint=hint)
        with suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGTERM)
        end = time.monotonic() + _ENDS
        while is_held(self.record / RUNNER):
            if time.monotonic() > end:
                raise ArgoKedroError(
                    f"{self.name} does not end: process {process} was asked to {_ENDS:.0f} s ago.",
                    hint=f"kill -9 {process}; `{self.command('retry', self.name)}` goes on from there.",
                )
            time.sleep(_LOOK)
        console.result(self.name)
        console.done(f"{self.name} was stopped.", next_step=self.command("retry", self.name))

    def delete(self) -> None:
        """Remove its record, with all logs.

        Raises:
            ArgoKedroError: if it goes on, or the record cannot be removed.
        """
        kept = ""
        with suppress(ArgoKedroError):  # a record that cannot be read can be deleted
            kept = left_behind(self.document())
        try:
            with held(self.record):
                shutil.rmtree(self.record)
        except OSError as error:
            message = f"{error.filename or self.record} cannot be removed: {error.strerror or error}."
            raise ArgoKedroError(message, hint="remove the folder by hand.") from error
        console.result(self.name)
        console.done(f"Deleted {self.name} and its logs.{kept}", next_step=self.command("list", "--local"))

    def tell_end(self, state: RunState, labels: Mapping[str, str]) -> None:
        """Say how it ended, and what comes next.

        Raises:
            WorkflowFailed: if it did not succeed.
        """
        tell_end(self, state, labels)


def carried_out(start: Callable[[Callable[[Event], None]], Run], project: Path, labels: Mapping[str, str]) -> None:
    """Run something here to its end, show what happens, and say how it ended.

    Raises:
        WorkflowFailed: if it did not succeed.
    """
    names: list[str] = []
    progress = Progress(labels)

    def listen(event: Event) -> None:
        if isinstance(event, Started):
            names.append(event.name)
            remember(project, {"name": event.name, "local": True})
        progress(event)

    try:
        with progress:
            done = start(listen)
    except (KeyboardInterrupt, SystemExit) as stopped:
        step = shlex.join(["kedro", "argo", "retry", *names])
        console.done("Stopped; every task's process has ended.", next_step=step if names else "")
        if isinstance(stopped, SystemExit):  # by `kedro argo stop` in another terminal
            raise
        raise click.exceptions.Exit(130) from None
    for failure in done.failures:
        console.say(failure_text(failure, labels))
    if done.phase != "Succeeded":
        console.say(f"To go on after the fix: kedro argo retry {done.name}")
        anew = f"kedro argo run --from-failed {done.name}"
        console.say(f"If argo.yml, an option or the pipeline itself was wrong, it takes a new run: {anew}")
        more = f"`kedro argo debug {done.name}` shows more of it; all logs are in {shown(done.record)}/logs"
        raise WorkflowFailed(f"{done.name}: {done.phase}. {done.message}".rstrip(), hint=more)
    console.result(done.name)
    console.done(f"Record and logs: {shown(done.record)}", next_step="kedro argo explain")
