"""`kedro argo retry`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, image_name, name_argument


@click.command(name="retry")
@name_argument
@click.option(
    "--image", default="", callback=image_name, help="Image with the fix, in place of the one that it was made with."
)
@click.option("--wait/--no-wait", default=False, help="Follow it to its end; it goes on if we stop.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def retry(metadata: ProjectMetadata, /, name: str, image: str, wait: bool, **chosen: Any) -> None:
    """Run again what has not succeeded, under the same name: what has succeeded is kept, with its data.

    A local run goes on here, with the code as it is now. NAME is the last run that was begun from here if none is
    given, @latest the newest of this project on the cluster.
    """
    from argo_kedro.cli.runs import meant  # here for the reason that `steps` gives

    meant(metadata.project_path, metadata.package_name, name, chosen).retry(image=image, wait=wait)
