"""`kedro argo check`: everything that is wrong, at once."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, next_command, selection_options
from argo_kedro.errors import CompileError


@click.command(name="check")
@selection_options
@from_failed_option
@click.option(
    "--fix", is_flag=True, help="Rewrite keys of argo.yml that have a better form by now, with all comments kept."
)
@click.pass_obj
@console.talk_on_stderr
def check_(metadata: ProjectMetadata, /, fix: bool, **chosen: Any) -> None:
    """Say everything that is wrong with a workflow before it runs on a cluster.

    Exits with 4 if there is anything that would fail, here or on a cluster. Nothing is written without --fix, and
    nothing runs. Keys of argo.yml that have a better form are named, and are not wrong.
    """
    from argo_kedro.cli import better, steps  # here for the reason that `steps` gives

    better.told(metadata.project_path, chosen, rewrite=fix)
    made = steps.compiled(metadata.project_path, chosen)
    console.problems(made.problems)
    for note in made.workflow.notes:
        console.say(f"Note: {note}")
    if made.of("error"):
        raise CompileError(f"{steps.counted(made)}: cannot run.")
    if made.of("cluster"):
        raise CompileError(f"{steps.counted(made)}: not ready for a cluster; nothing of that stops `kedro argo run`.")
    console.done(f"{steps.counted(made)}: ready for a cluster.", next_step=next_command("compile", made.chosen))
