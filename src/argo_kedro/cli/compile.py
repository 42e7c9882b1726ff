"""`kedro argo compile`: write the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, selection_options, workflow_name_option
from argo_kedro.model import Kind


@click.command(name="compile")
@selection_options
@workflow_name_option
@from_failed_option
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    default="workflow",
    show_default=True,
    help="A Workflow runs once; a template waits in the cluster until somebody submits it; a cron is started by "
    "the cluster, when `schedule` in argo.yml says.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File to write, or - for stdout. [default: argo/<pipeline>.yaml in the project's folder; a template's and a "
    "cron's end with -template.yaml and -cron.yaml]",
)
@click.pass_obj
@console.talk_on_stderr
def compile_(metadata: ProjectMetadata, /, workflow_name: str, kind: Kind, output: Path | None, **chosen: Any) -> None:
    """Write the manifest of a pipeline.

    With `-o -` the YAML goes to stdout and all talk to stderr. Kedro itself logs one line to stdout when it is
    imported, before any plugin runs; a logging file that logs elsewhere, named in KEDRO_LOGGING_CONFIG, prevents that.
    """
    from argo_kedro.cli import files, steps  # here for the reason that `steps` gives

    if kind != "workflow" and chosen.get("from_failed"):
        raise click.UsageError("--from-failed goes on from one run: it makes a workflow, no template and no cron.")
    made = steps.compiled(metadata.project_path, chosen, workflow_name, kind=kind)
    steps.stop_on_errors(made)
    console.problems(made.of("cluster"))
    if output == Path("-"):
        console.result(made.text.rstrip("\n"))
        return
    path = output or files.default_file(metadata.project_path, made.workflow, kind)
    files.write(path, made.text)
    console.result(files.shown(path))
    step = _next_step(files.shown(path), kind, chosen.get("env"), here=bool(made.of("cluster")))
    console.done(f"Wrote {files.shown(path)}: {steps.counted(made)}.", next_step=step)


def _next_step(file: str, kind: Kind, env: str | None, *, here: bool) -> str:
    """Where the manifest goes: to the cluster, if nothing is in the way."""
    if kind != "workflow":
        # Not apply alone: it keeps a copy of the whole in an annotation, which has room for 256 KiB.
        return f"kubectl apply --server-side -f {file}"
    if here:
        return f"kedro argo run {file}"
    return f"kedro argo submit {file}{f' --env={env}' if env else ''}"
