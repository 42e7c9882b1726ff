"""`kedro argo logs`: what the tasks of a run wrote."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument
from argo_kedro.events import Notice


@click.command(name="logs")
@name_argument
@click.option("--task", "-t", default="", help="Only this task: the name of a node or a group.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is written until the run is over.")
@click.option(
    "--timestamps", is_flag=True, help="With the time of each line, in UTC; the logs of a local run have no times."
)
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def logs(metadata: ProjectMetadata, /, name: str, task: str, follow: bool, timestamps: bool, **chosen: Any) -> None:
    """Print the logs of all tasks, each line with Kedro's name of the task in front.

    Those of a workflow on the cluster come in the order of time, those of a local run task by task. NAME is the last
    run that was begun from here if none is given, @latest the newest of this project on the cluster.
    """
    from argo_kedro.cli.runs import meant  # here for the reason that `steps` gives

    run = meant(metadata.project_path, metadata.package_name, name, chosen)
    for line in run.logs(task=task, follow=follow, timestamps=timestamps):
        if isinstance(line, Notice):
            console.say(f"Note: {line.message}")
        else:
            console.result(line)
    console.say(f"Next: {run.command('status', run.name)}")
