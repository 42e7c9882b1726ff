"""`kedro argo stop`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument, reached


@click.command(name="stop")
@name_argument
@click.option("--terminate", is_flag=True, help="At once: the exit handler does not run either.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def stop(metadata: ProjectMetadata, /, name: str, terminate: bool, **chosen: Any) -> None:
    """Stop a workflow: what runs is ended, what has not begun does not begin. `retry` goes on from there.

    NAME is the last workflow that was submitted from here if none is given, @latest the newest of this project.
    """
    from argo_kedro import cluster  # here for the reason that `steps` gives

    reach, name = reached(metadata, chosen).to(name)
    cluster.stop(reach.cluster, name, terminate=terminate)
    console.result(name)
    console.done(f"{name} is being stopped; that can take 20 s.", next_step=reach.command("status", name))
