"""`kedro argo delete`."""

from __future__ import annotations

from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.options import kubernetes_name
from argo_kedro.cli.reach import cluster_options


@click.command(name="delete")
@click.argument("name", callback=kubernetes_name)
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def delete(metadata: ProjectMetadata, /, name: str, **chosen: Any) -> None:
    """Delete a run: the record of a local one, or a workflow with its pods; and the logs. What tasks wrote stays.

    NAME must be given: @latest is the newest of this project on the cluster.
    """
    from argo_kedro.cli.runs import meant  # here for the reason that `steps` gives

    meant(metadata.project_path, metadata.package_name, name, chosen).delete()
