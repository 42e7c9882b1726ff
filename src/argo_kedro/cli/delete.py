"""`kedro argo delete`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, kubernetes_name, reached


@click.command(name="delete")
@click.argument("name", callback=kubernetes_name)
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def delete(metadata: ProjectMetadata, /, name: str, **chosen: Any) -> None:
    """Delete a workflow from the cluster, with its pods and their logs. What its tasks have written stays.

    NAME must be given: @latest is the newest of this project.
    """
    from argo_kedro import cluster  # here for the reason that `steps` gives

    reach, name = reached(metadata, chosen).to(name)
    cluster.delete(reach.cluster, name)
    console.result(name)
    console.done(f"Deleted {name}.", next_step=reach.command("list"))
