"""`kedro argo schedule`: run a pipeline at the times that argo.yml names."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import selection_options, workflow_name_option
from argo_kedro.cli.reach import image_options, reach_options, reached, stop_on_two_images


@click.command(name="schedule")
@selection_options
@workflow_name_option
@click.option("--remove", is_flag=True, help="Take the schedule off the cluster; workflows that it began go on.")
@image_options
@reach_options
@click.pass_obj
@console.talk_on_stderr
def schedule(
    metadata: ProjectMetadata,
    /,
    workflow_name: str,
    remove: bool,
    image: str,
    build: bool | None,
    context: str,
    namespace: str,
    **chosen: Any,
) -> None:
    """Let the cluster run a pipeline at the times under `schedule` in argo.yml, by a CronWorkflow.

    A second call puts the pipeline as it is now in the place of the first; whether it is suspended stays as it is,
    unless argo.yml says that it is. The env is chosen as for `submit`.
    """
    from argo_kedro import cluster  # here for the reason that `steps` gives
    from argo_kedro.cli import sending

    stop_on_two_images(image, build=build)
    place = {**chosen, "context": context, "namespace": namespace}
    reach = reached(metadata.project_path, metadata.package_name, place)
    chosen = {**chosen, "env": reach.env}
    if remove:
        name = sending.schedule_name(metadata, chosen, workflow_name)
        cluster.delete(reach.cluster, name, kind="cronworkflows")
        console.result(name)
        console.done(f"Removed the schedule {name}.", next_step=reach.command("list"))
        return
    parcel = sending.of_project(metadata, chosen, workflow_name, image=image, kind="cron")
    name = parcel.document["metadata"]["name"]
    cluster.put(reach.cluster, "cronworkflows", parcel.document, dry_run=True)
    document = sending.with_built_image(parcel.document, sending.buildable(reach, wanted=build, image=image))
    created = cluster.put(reach.cluster, "cronworkflows", document)
    console.result(name)
    times = ", ".join(created["spec"]["schedules"])
    zone = created["spec"].get("timezone") or "the controller's time zone"
    asleep = " It is suspended: nothing runs until that is changed." if created["spec"].get("suspend") else ""
    console.done(f"Scheduled {name}: {times} ({zone}).{asleep}", next_step=reach.command("list"))
