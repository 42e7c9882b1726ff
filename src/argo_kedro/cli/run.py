"""`kedro argo run`: execute the manifest on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import none_given, selection_options, workflow_name_option
from argo_kedro.errors import WorkflowFailed


@click.command(name="run")
@click.argument("manifest", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@selection_options
@workflow_name_option
@click.pass_obj
@console.talk_on_stderr
def run_(metadata: ProjectMetadata, /, manifest: Path | None, workflow_name: str, **chosen: Any) -> None:
    """Execute a manifest on this machine: MANIFEST, or the one that `compile` would write with these options.

    Each task is a process of its own, as many at once as the machine types leave room for on this machine. The record
    of the run, with one log file for each task, is kept under argo/runs in the project's folder.
    """
    from argo_kedro.cli import steps, work  # here for the reason that `steps` gives
    from argo_kedro.local import run
    from argo_kedro.views.progress import Progress, failure_text

    if manifest is not None and (workflow_name or not none_given(chosen)):
        raise click.UsageError("Give a MANIFEST, or options that choose what to compile, not both.")
    at_hand = work.of_file(manifest) if manifest else work.of_project(metadata, chosen, workflow_name)
    progress = Progress(at_hand.labels)
    try:
        with progress:
            done = run(at_hand.manifest, folder=metadata.project_path, listen=progress)
    except KeyboardInterrupt:
        console.done("Stopped; every task's process has ended.", next_step=at_hand.way_on(progress.succeeded))
        raise click.exceptions.Exit(130) from None
    for failure in done.failures:
        console.say(failure_text(failure, at_hand.labels))
    if done.phase != "Succeeded":
        console.say(f"To go on after the fix: {at_hand.way_on(progress.succeeded)}")
        logs = f"all logs are in {steps.shown(done.record)}/logs"
        raise WorkflowFailed(f"{done.name}: {done.phase}. {done.message}".rstrip(), hint=logs)
    console.result(done.name)
    console.done(f"Record and logs: {steps.shown(done.record)}", next_step="kedro argo explain")
