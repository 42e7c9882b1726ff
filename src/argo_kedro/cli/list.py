"""`kedro argo list`: the runs of this project."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options


@click.command(name="list")
@click.option("--local", "here", is_flag=True, help="Those of this machine, in place of the cluster's.")
@click.option("--all", "everyone", is_flag=True, help="Those of others as well, all that are in the namespace.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="So many at most, the newest first; 0 for all.",
)
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def list_(metadata: ProjectMetadata, /, here: bool, everyone: bool, limit: int, **chosen: Any) -> None:
    """List the workflows of this project on the cluster, or its runs on this machine, the newest first."""
    from argo_kedro.cli import runs  # here for the reason that `steps` gives
    from argo_kedro.views.listing import listing

    found, next_step = runs.listed(metadata, chosen, here=here, everyone=everyone)
    if not found:
        console.done("There is none.", next_step=next_step)
        return
    console.result(listing(found[: limit or None]))
    if limit and len(found) > limit:
        console.say(f"{len(found) - limit} older ones are not shown: --limit 0 shows all.")
