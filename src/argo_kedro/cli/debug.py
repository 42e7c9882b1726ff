"""`kedro argo debug`: why a task failed or waits, and the command that repeats it here."""

from __future__ import annotations

import json
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument


@click.command(name="debug")
@name_argument
@click.argument("task", required=False, default="")
@click.option(
    "--tail", default=15, show_default=True, type=click.IntRange(0, 1000), help="Lines of each log that are shown."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def debug(metadata: ProjectMetadata, /, name: str, task: str, tail: int, as_json: bool, **chosen: Any) -> None:
    """Show why tasks of a run failed or wait: the error and the line of your code, what was read, the end of the log.

    And the command that repeats just that task here, on the same data, without a trace in the run. NAME is the last
    run that was begun from here if none is given, @latest the newest of this project on the cluster; TASK is a node, a
    group or a path, by default those that failed, else those that wait. Exits with 6 if the run failed.
    """
    from argo_kedro.cli.debugging import inquiry  # here for the reason that `steps` gives
    from argo_kedro.cli.runs import meant
    from argo_kedro.views.debug import debug_text
    from argo_kedro.views.debug_json import debug_json

    project = metadata.project_path
    found = inquiry(meant(project, metadata.package_name, name, chosen), metadata.package_name, task)
    if as_json:
        console.result(json.dumps(debug_json(found.state, found.findings, found.more, project, tail), indent=2))
    else:
        console.result("\n\n".join([found.headline, *(debug_text(each, project, tail) for each in found.findings)]))
    found.tell_next()
