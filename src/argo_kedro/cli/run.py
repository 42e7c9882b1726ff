"""`kedro argo run`: execute the manifest on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, none_given, selection_options, workflow_name_option


@click.command(name="run")
@click.argument("manifest", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@selection_options
@workflow_name_option
@from_failed_option
@click.pass_obj
@console.talk_on_stderr
def run_(metadata: ProjectMetadata, /, manifest: Path | None, workflow_name: str, **chosen: Any) -> None:
    """Execute a manifest on this machine: MANIFEST, or the one that `compile` would write with these options.

    Each task is a process of its own, as many at once as the machine types leave room for on this machine. The record
    of the run, with one log file for each task, is kept under argo/runs in the project's folder: `status`, `logs` and
    `retry` read it.
    """
    from argo_kedro.cli import local_run, work  # here for the reason that `steps` gives
    from argo_kedro.local import run

    if manifest is not None and (workflow_name or not none_given(chosen)):
        raise click.UsageError("Give a MANIFEST, or options that choose what to compile, not both.")
    at_hand = work.of_file(manifest) if manifest else work.of_project(metadata, chosen, workflow_name)
    folder = metadata.project_path
    local_run.carried_out(
        lambda listen: run(at_hand.manifest, folder=folder, listen=listen, labels=at_hand.labels),
        folder,
        at_hand.labels,
    )
