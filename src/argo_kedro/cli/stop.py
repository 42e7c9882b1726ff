"""`kedro argo stop`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument


@click.command(name="stop")
@name_argument
@click.option("--terminate", is_flag=True, help="At once, without the exit handler; a local run always stops so.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def stop(metadata: ProjectMetadata, /, name: str, terminate: bool, **chosen: Any) -> None:
    """Stop a run: what runs is ended, what has not begun does not begin. `retry` goes on from there.

    NAME is the last run that was begun from here if none is given, @latest the newest of this project on the cluster. A
    local run may go on in another terminal.
    """
    from argo_kedro.cli.runs import meant  # here for the reason that `steps` gives

    meant(metadata.project_path, metadata.package_name, name, chosen).stop(terminate=terminate)
