"""`kedro argo logs`: what the tasks of a workflow wrote."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument, reached
from argo_kedro.events import Notice


@click.command(name="logs")
@name_argument
@click.option("--task", "-t", default="", help="Only this task: the name of a node or a group.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is written until the workflow is over.")
@click.option("--timestamps", is_flag=True, help="With the time of each line, in UTC.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def logs(metadata: ProjectMetadata, /, name: str, task: str, follow: bool, timestamps: bool, **chosen: Any) -> None:
    """Print the logs of all tasks in the order of time, each line with Kedro's name of the task in front.

    NAME is the last workflow that was submitted from here if none is given, @latest the newest of this project.
    """
    from argo_kedro.cluster.logs import lines  # here for the reason that `steps` gives

    reach, name = reached(metadata, chosen).to(name)
    with closing(lines(reach.cluster, name, task=task, follow=follow)) as found:
        for line in found:
            if isinstance(line, Notice):
                console.say(f"Note: {line.message}")
                continue
            attempt = f" ({line.attempt + 1})" if line.attempt else ""
            time = f"{line.at:%Y-%m-%d %H:%M:%S} " if timestamps else ""
            console.result(f"{time}{line.label}{attempt}: {line.text}")
    console.say(f"Next: {reach.command('status', name)}")
