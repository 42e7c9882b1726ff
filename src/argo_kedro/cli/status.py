"""`kedro argo status`: how far a workflow is."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument, reached


@click.command(name="status")
@name_argument
@click.option("--wait/--no-wait", default=False, help="Follow it to its end; it goes on if we stop.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def status(metadata: ProjectMetadata, /, name: str, wait: bool, as_json: bool, **chosen: Any) -> None:
    """Show the tasks of a workflow: state, time, attempts, and why one failed or waits.

    NAME is the last workflow that was submitted from here if none is given, @latest the newest of this project. Exits
    with 6 if the workflow failed.
    """
    from argo_kedro.cli import watching  # here for the reason that `steps` gives
    from argo_kedro.cluster import patiently, waits_for
    from argo_kedro.views.status import status_json, status_table
    from argo_kedro.workflows import labels_of, run_state

    reach, name = reached(metadata, chosen).to(name)
    if wait:
        watching.followed(reach, name)  # how it ended is said below
    found = patiently(lambda: reach.cluster.get("workflows", name))
    now = datetime.now(timezone.utc)
    state, labels = run_state(found), labels_of(found)
    waits = {task.path: why for task in state.tasks if (why := waits_for(reach.cluster, task, now))}
    if as_json:
        console.result(json.dumps(status_json(state, labels, waits, now), indent=2))
    else:
        console.result(status_table(state, labels, waits, now))
    watching.tell_end(reach, state, labels)
