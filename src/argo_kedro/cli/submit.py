"""`kedro argo submit`: run a pipeline on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.old_forms import keep_old_manifest, old_dry_run_option, old_environment
from argo_kedro.cli.options import (
    from_failed_option,
    kubernetes_name,
    none_given,
    selection_options,
    workflow_name_option,
)
from argo_kedro.cli.reach import Reach, image_options, reach_options, stop_on_two_images
from argo_kedro.model import Json


@click.command(name="submit")
@click.argument("manifest", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@selection_options
@workflow_name_option
@from_failed_option
@click.option(
    "--from",
    "template",
    default="",
    callback=kubernetes_name,
    help="A WorkflowTemplate that is on the cluster, to run in place of MANIFEST.",
)
@click.option("--wait/--no-wait", default=False, help="Follow it to its end; it goes on if we stop.")
@click.option("--dry-run", is_flag=True, help="Write the manifest, let the server look at it, and create nothing.")
@old_dry_run_option
@image_options
@reach_options
@click.pass_obj
@console.talk_on_stderr
@old_environment
def submit(
    metadata: ProjectMetadata,
    /,
    manifest: Path | None,
    workflow_name: str,
    template: str,
    wait: bool,
    dry_run: bool,
    old_dry_run: bool,
    image: str,
    build: bool | None,
    context: str,
    namespace: str,
    **chosen: Any,
) -> None:
    """Run a pipeline on a cluster: MANIFEST, or the one that `compile` would write with these options.

    Everything is checked first, here and by the server; then the image is built and pushed, if argo.yml says so; then
    one workflow is created. The env is --env, else KEDRO_ENV, else `env` of argo.yml, else cloud where conf/cloud is.
    """
    from argo_kedro import cluster  # here for the reason that `steps` gives
    from argo_kedro.cli import sending
    from argo_kedro.cli.old_run import way_there

    stop_on_two_images(image, build=build)
    _stop_on_conflicts(manifest, template, {**chosen, "workflow_name": workflow_name, "build": template and build})
    old, reach = way_there(metadata, {**chosen, "context": context, "namespace": namespace})
    reach, parcel = sending.asked_for(
        metadata, reach, chosen, workflow_name, manifest=manifest, template=template, image=image, old=old
    )
    # What was compiled before names the image that was meant.
    wanted = False if build is None and (manifest or template) else build
    if dry_run or old_dry_run:
        keep_old_manifest(parcel.text if old_dry_run else "")
        sending.dry_run(reach, parcel, builds=sending.is_built(reach, wanted=wanted, image=image))
        return
    workflow: Json = sending.addressed(reach, parcel)
    cluster.validate(reach.cluster, workflow)
    workflow = sending.with_built_image(workflow, sending.buildable(reach, wanted=wanted, image=image))
    _tell(reach, cluster.submit(reach.cluster, workflow)["metadata"]["name"], wait=wait)


def _tell(reach: Reach, name: str, *, wait: bool) -> None:
    """Say that it was submitted, and remember it; with `wait` show what happens until it is over.

    Raises:
        WorkflowFailed: if we wait, and it does not succeed.
    """
    from argo_kedro.cli import watching  # here for the reason that `steps` gives

    reach.remember(name)
    console.result(name)
    link = reach.link(name)
    console.say(f"Submitted {name}{f': {link}' if link else ''}")
    if wait:
        watching.to_the_end(reach, name)
    else:
        console.say(f"Next: {reach.command('status', name, '--wait')}")


def _stop_on_conflicts(manifest: Path | None, template: str, chosen: dict[str, Any]) -> None:
    """One source only.

    Raises:
        click.UsageError: if several are named.
    """
    selecting = {key: value for key, value in chosen.items() if key != "env"}
    if manifest is not None and (template or not none_given(selecting)):
        raise click.UsageError("Give a MANIFEST, or options that choose what to compile, not both.")
    selecting = {key: value for key, value in selecting.items() if key not in ("params", "config")}
    if template and not none_given(selecting):
        raise click.UsageError("With --from, the template says what runs: only --params goes with it.")
