"""`kedro argo resubmit` of argo-kedro 0.1: `retry`, with an image that is built before it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.old_forms import old_environment, say_instead
from argo_kedro.cli.options import kubernetes_name
from argo_kedro.cli.reach import cluster_options

if TYPE_CHECKING:
    from argo_kedro.cli.cluster_run import ClusterRun


@click.command(name="resubmit", hidden=True)
@click.option("--workflow-name", "-w", "name", default="", callback=kubernetes_name, help="The workflow.")
@click.option("--rebuild/--no-rebuild", default=None, help="Build and push the image. [default: as argo.yml says]")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
@old_environment
def resubmit(metadata: ProjectMetadata, /, name: str, rebuild: bool | None, **chosen: Any) -> None:
    """`kedro argo retry`, as argo-kedro 0.1 called it: the rest of a failed workflow, in an image with the fix.

    Nothing is asked: without -w it is the last workflow that was submitted from here.
    """
    from argo_kedro.cli.cluster_run import ClusterRun  # here for the reason that `steps` gives
    from argo_kedro.cli.runs import meant

    say_instead("resubmit", f"kedro argo retry {name}".rstrip() + " --image IMAGE" * (rebuild is not False))
    run = meant(metadata.project_path, metadata.package_name, name, chosen)
    # A local run goes on with the code as it is.
    run.retry(image=rebuilt(run, wanted=rebuild) if isinstance(run, ClusterRun) else "", wait=False)


def rebuilt(run: ClusterRun, *, wanted: bool | None) -> str:
    """The image that was built and pushed for the rest of a workflow; empty if none is built.

    Args:
        run: The workflow.
        wanted: What the command line says; None if it says nothing, and argo.yml decides.

    Raises:
        ClusterError: if nothing of the workflow can be retried: then nothing is built.
        ArgoKedroError: if the image cannot be built, or the registry does not take it.
    """
    from argo_kedro.cli import sending
    from argo_kedro.images import publish
    from argo_kedro.workflows.retrying import retried

    build = sending.buildable(run.reach, wanted=wanted, image="")
    if build is None:
        return ""
    document = run.document()
    retried(document, now="", image=build.image)
    image = publish(build)
    console.say(f"Pushed {image}.")
    if json.dumps(image) in json.dumps(document["spec"]) and run.reach.config.deployment.pull_policy != "Always":
        console.warn(
            f"The workflow runs {image} already, and cluster nodes that have it keep what they have. "
            "`deployment.tag: latest` in argo.yml gives each image its own tag."
        )
    return image
