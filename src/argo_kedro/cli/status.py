"""`kedro argo status`: how far a run is."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.reach import cluster_options, name_argument


@click.command(name="status")
@name_argument
@click.option("--wait/--no-wait", default=False, help="Follow it to its end; it goes on if we stop.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@cluster_options
@click.pass_obj
@console.talk_on_stderr
def status(metadata: ProjectMetadata, /, name: str, wait: bool, as_json: bool, **chosen: Any) -> None:
    """Show the tasks of a run, here or on the cluster: state, time, attempts, and why one failed or waits.

    Also its parameters, and the versions of what it saves and loads. NAME is the last run that was begun from here if
    none is given, @latest the newest of this project on the cluster. Exits with 6 if it failed.
    """
    from argo_kedro.cli.runs import meant  # here for the reason that `steps` gives
    from argo_kedro.views.status import status_json, status_table
    from argo_kedro.workflows import labels_of, run_state

    run = meant(metadata.project_path, metadata.package_name, name, chosen)
    if wait:
        run.follow()  # how it ended is said below
    found = run.document()
    now = datetime.now(timezone.utc)
    state, labels = run_state(found), labels_of(found)
    waits = run.waits(state, now)
    if as_json:
        console.result(json.dumps(status_json(found, state, labels, waits, now), indent=2))
    else:
        console.result(status_table(found, state, labels, waits, now))
    run.tell_end(state, labels)
