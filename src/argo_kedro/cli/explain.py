"""`kedro argo explain`: what will run where, and why, before it runs."""

from __future__ import annotations

import json
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, next_command, selection_options


@click.command(name="explain")
@selection_options
@from_failed_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
@console.talk_on_stderr
def explain(metadata: ProjectMetadata, /, as_json: bool, **chosen: Any) -> None:
    """Show which nodes run in which task, on what machine type, and which data crosses."""
    from argo_kedro.cli import steps  # here for the reason that `steps` gives
    from argo_kedro.views.explanation import explanation, table

    made = steps.compiled(metadata.project_path, chosen)
    steps.stop_on_errors(made)
    found = explanation(made.workflow)
    console.result(json.dumps(found, indent=2) if as_json else table(found))
    console.problems(made.of("cluster", "warning"))
    if not as_json:
        console.say(f"Next: {next_command('run', made.chosen)}")
