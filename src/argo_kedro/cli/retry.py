"""`kedro argo retry`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, image_name, name_argument, reached


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

    NAME is the last workflow that was submitted from here if none is given, @latest the newest of this project.
    """
    from argo_kedro import cluster  # here for the reason that `steps` gives
    from argo_kedro.cli import watching
    from argo_kedro.views.progress import shown
    from argo_kedro.workflows import labels_of

    reach, name = reached(metadata, chosen).to(name)
    done = cluster.retry(reach.cluster, name, image=image)
    labels = labels_of(done.document)
    again = ", ".join(shown(task, labels) for task in done.again) or "the exit handler"
    console.result(name)
    console.say(f"{name} goes on. Kept: {len(done.kept)} tasks. Again: {again}.")
    if wait:
        watching.to_the_end(reach, name)
    else:
        console.say(f"Next: {reach.command('status', name, '--wait')}")
