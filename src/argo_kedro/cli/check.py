"""`kedro argo check`: everything that is wrong, at once."""

from __future__ import annotations

import json
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import from_failed_option, next_command, selection_options
from argo_kedro.cli.reach import reach_options
from argo_kedro.errors import CompileError


@click.command(name="check")
@selection_options
@from_failed_option
@click.option(
    "--fix", is_flag=True, help="Rewrite keys of argo.yml that have a better form by now, with all comments kept."
)
@click.option(
    "--cluster",
    "there",
    is_flag=True,
    help="Also ask the cluster whether it could run there; nothing is changed there.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@reach_options
@click.pass_obj
@console.talk_on_stderr
def check_(
    metadata: ProjectMetadata,
    /,
    fix: bool,
    there: bool,
    as_json: bool,
    context: str,
    namespace: str,
    **chosen: Any,
) -> None:
    """Say everything that is wrong with a workflow before it runs on a cluster.

    Exits with 4 if there is anything that would fail, here or on a cluster. Nothing is written without --fix, and
    nothing runs. Keys of argo.yml that have a better form are named, and are not wrong. With --cluster it is also asked
    there, in the env that `submit` would take: rights, Argo, Secrets, quotas, room on nodes. Exits with 5 if it gives
    no answer.
    """
    from argo_kedro.cli import better, readiness, steps  # here for the reason that `steps` gives

    if not there and (context or namespace):
        raise click.UsageError("--context and --namespace say which cluster is asked: --cluster goes with them.")
    if fix and as_json:
        raise click.UsageError("--fix names the files that it rewrote where --json has its document: give one of them.")
    if there:
        place = {"context": context, "namespace": namespace}
        readiness.told(metadata, chosen, place, fix=fix, as_json=as_json)
        return
    better.told(metadata.project_path, chosen, rewrite=fix)
    made = steps.compiled(metadata.project_path, chosen)
    if as_json:
        console.result(json.dumps(readiness.of_this_machine(made), indent=2))
    console.problems(made.problems)
    for note in made.workflow.notes:
        console.say(f"Note: {note}")
    if made.of("error"):
        raise CompileError(f"{steps.counted(made)}: cannot run.")
    if made.of("cluster"):
        raise CompileError(f"{steps.counted(made)}: not ready for a cluster; nothing of that stops `kedro argo run`.")
    console.done(f"{steps.counted(made)}: ready for a cluster.", next_step=next_command("compile", made.chosen))
