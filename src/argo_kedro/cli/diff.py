"""`kedro argo diff`: what differs between two manifests, in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import next_command, selection_options, workflow_name_option
from argo_kedro.cli.parameters import flat, without
from argo_kedro.cli.reach import reach_options
from argo_kedro.model import Kind

if TYPE_CHECKING:
    from argo_kedro.cli.sides import Sides

DIFFERENT = 7  # exit code: 1 would be that of errors as well


@click.command(name="diff")
@click.argument("before", metavar="[A]", required=False, default="HEAD")
@click.argument("after", metavar="[B]", required=False, default="")
@selection_options
@workflow_name_option
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    help="What is compiled, or looked for on the cluster. [default: as the other one is, else workflow]",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--exit-code", "tells", is_flag=True, help=f"Exit with {DIFFERENT} if anything differs, for CI.")
@reach_options
@click.pass_obj
@console.talk_on_stderr
def diff(
    metadata: ProjectMetadata,
    /,
    before: str,
    after: str,
    workflow_name: str,
    kind: Kind | None,
    as_json: bool,
    tells: bool,
    **chosen: Any,
) -> None:
    """Say what differs between two manifests: A, by default HEAD, and B, by default the project as it is now.

    Each is a FILE that was compiled; a branch, tag or commit, whose project is compiled with these options;
    @deployed, what the cluster has of this pipeline, or deployed:NAME; or run:NAME, what ran. A file counts before a
    branch of its name: git:NAME is the branch.

    Tasks are compared by what they get. Names and hashes that are generated, and labels that say who submitted, do not
    count. Prints nothing if nothing else differs.
    """
    from argo_kedro.cli.sides import Sides, Wanted, wanted  # here for the reason that `steps` gives
    from argo_kedro.differences import compared
    from argo_kedro.views.differences import differences_json, differences_text

    one = wanted(metadata.project_path, before)
    other = wanted(metadata.project_path, after) if after else Wanted(sort="now")
    sides = Sides(metadata=metadata, chosen=chosen, workflow_name=workflow_name, kind=kind, pair=(one, other))
    found = compared(*sides.read())
    if as_json:
        console.result(json.dumps(differences_json(found, one.json, other.json), indent=2))
    elif not found.same:
        console.result(differences_text(found, one.words, other.words))
    if found.same:
        console.done(f"Nothing differs: {one.words}, {other.words}.")
        return
    console.done("They differ.", next_step="" if after else _next_step(sides))
    if tells:
        raise click.exceptions.Exit(DIFFERENT)


def _next_step(sides: Sides) -> str:
    """How the project as it is now gets to where the other one is; without parameters called like a secret."""
    from argo_kedro.cli.sides import DEPLOYED, OF_CLUSTER
    from argo_kedro.differences.values import is_secret

    params = sides.counted.get("params") or {}
    secrets = {name: value for name, value in flat(params) if is_secret(name)}
    given = {**sides.counted, "params": without(params, secrets)}
    before = sides.pair[0]
    if (before.sort, before.name, sides.kind_there) == ("deployed", DEPLOYED, "cron"):
        return next_command("schedule", given, place={key: sides.chosen[key] for key in OF_CLUSTER})
    return next_command("compile", given) + (f" --kind {sides.kind_there}" if sides.kind_there != "workflow" else "")
