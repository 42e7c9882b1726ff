"""Waiting for a workflow, and what is said at its end. Verbs import this inside their functions, as they do `steps`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Protocol

import click

from argo_kedro.cli import console
from argo_kedro.cli.reach import Reach
from argo_kedro.cluster import follow, patiently
from argo_kedro.errors import WorkflowFailed
from argo_kedro.views.progress import Progress, seconds_text
from argo_kedro.views.status import failures
from argo_kedro.workflows import RunState, labels_of, reason


class Place(Protocol):
    """Where a run is: it knows how to type a verb for it."""

    @property
    def after_fix(self) -> str:
        """With which code a retry goes on."""

    @property
    def is_cluster(self) -> bool:
        """Whether what a cluster says of failures, and what to do there, is of use."""

    def command(self, verb: str, *words: str) -> str:
        """A verb to try next."""


def to_the_end(reach: Reach, name: str) -> None:
    """Show what happens until the workflow is over.

    Raises:
        WorkflowFailed: if it did not succeed.
        ClusterError: if how it ended cannot be known.
    """
    state, labels = followed(reach, name)
    tell_end(reach, state, labels)


def followed(reach: Reach, name: str) -> tuple[RunState, Mapping[str, str]]:
    """Show what happens until the workflow is over: how it then is, and what people call its tasks.

    Raises:
        ClusterError: if how it ended cannot be known.
    """
    labels = labels_of(patiently(lambda: reach.cluster.get("workflows", name)))
    try:
        with Progress(labels) as progress:
            return follow(reach.cluster, name, progress), labels
    except KeyboardInterrupt:
        console.done(f"Stopped waiting; {name} goes on.", next_step=reach.command("status", name, "--wait"))
        raise click.exceptions.Exit(130) from None


def tell_end(place: Place, state: RunState, labels: Mapping[str, str]) -> None:
    """Say how a workflow ended, and what comes next; nothing of that if it goes on.

    Raises:
        WorkflowFailed: if it did not succeed.
    """
    name = state.name
    if not state.over:
        console.say(f"Next: {place.command('status', name, '--wait')}")
        return
    if state.phase == "Succeeded":
        took = seconds_text(state.seconds(datetime.now(timezone.utc)))
        console.done(f"{name} succeeded after {took}.", next_step=place.command("logs", name))
        return
    for line in failures(state, labels, hints=place.is_cluster):
        console.say(line)
    found = reason(state.message)
    hints = [found.hint] if found.hint and place.is_cluster else []
    if state.tasks:
        retry = place.command("retry", name)
        hints.append(f"`{place.command('debug', name)}` shows the error, where it is, and how to repeat it here.")
        hints.append(f"After the fix, `{retry}` runs what has not succeeded{place.after_fix}.")
    raise WorkflowFailed(f"{name}: {state.phase}. {found.text}".strip(), hint="\n  ".join(hints))
