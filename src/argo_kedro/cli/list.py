"""`kedro argo list`: the workflows of this project."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, reached


@click.command(name="list")
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
def list_(metadata: ProjectMetadata, /, everyone: bool, limit: int, **chosen: Any) -> None:
    """List the workflows of this project on the cluster, the newest first."""
    from argo_kedro.cluster import workflows  # here for the reason that `steps` gives
    from argo_kedro.views.listing import listing

    reach = reached(metadata, chosen)
    found = workflows(reach.cluster, reach.package, everyone=everyone)
    if not found:
        console.done("There is none.", next_step=reach.command("submit"))
        return
    console.result(listing(found[: limit or None]))
    if limit and len(found) > limit:
        console.say(f"{len(found) - limit} older ones are not shown: --limit 0 shows all.")
