"""`kedro argo report`: a run in one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument


@click.command(name="report")
@name_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write. [default: argo/reports/NAME.html]",
)
@click.option("--open", "opens", is_flag=True, help="Show it in the browser.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def report(metadata: ProjectMetadata, /, name: str, output: Path | None, opens: bool, **chosen: Any) -> None:
    """Write a run, here or on the cluster, into one HTML file that needs no network and can be sent to others.

    It shows which tasks ran and what crossed between them, where the time went and what the end waited for, what each
    task took of what it asked for, and errors with the ends of logs. NAME is the last run that was begun from here if
    none is given, @latest the newest of this project on the cluster. Parameters and logs are in the file as they are.
    """
    from argo_kedro.cli import files, reporting  # here for the reason that `steps` gives
    from argo_kedro.cli.runs import meant
    from argo_kedro.views.report import page

    run = meant(metadata.project_path, metadata.package_name, name, chosen)
    text = page(reporting.reported(run, metadata))
    path = output or reporting.default_file(metadata.project_path, run.name)
    files.write(path, text)
    console.result(files.shown(path))
    reporting.tell_written(path, text, opens=opens)
