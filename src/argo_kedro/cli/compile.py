"""`kedro argo compile`: write the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import selection_options, workflow_name_option


@click.command(name="compile")
@selection_options
@workflow_name_option
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File to write, or - for stdout. [default: argo/<pipeline>.yaml in the project's folder]",
)
@click.pass_obj
@console.talk_on_stderr
def compile_(metadata: ProjectMetadata, /, workflow_name: str, output: Path | None, **chosen: Any) -> None:
    """Write the manifest of a pipeline.

    With `-o -` the YAML goes to stdout and all talk to stderr. Kedro itself logs one line to stdout when it is
    imported, before any plugin runs; a logging file that logs elsewhere, named in KEDRO_LOGGING_CONFIG, prevents that.
    """
    from argo_kedro.cli import steps  # here for the reason that `steps` gives

    made = steps.compiled(metadata.project_path, chosen, workflow_name)
    steps.stop_on_errors(made)
    console.problems(made.of("cluster"))
    if output == Path("-"):
        console.result(made.text.rstrip("\n"))
        return
    path = output or steps.default_file(metadata.project_path, made.workflow)
    steps.write(path, made.text)
    console.result(steps.shown(path))
    console.done(f"Wrote {steps.shown(path)}: {steps.counted(made)}.", next_step=f"kedro argo run {steps.shown(path)}")
