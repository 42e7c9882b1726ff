"""A run that is looked at closely, for `debug` and `report`. Imported as `steps` is."""

from __future__ import annotations

from datetime import datetime, timezone

from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.local_run import LocalRun
from argo_kedro.views.findings import Source
from argo_kedro.workflows import run_state
from argo_kedro.workflows.nodes import nodes

_LINES = 1000  # of the end of a log, to find a traceback in


def source_of(run: LocalRun | ClusterRun, package: str) -> Source:
    """The run as it stands, and what else is to be had of it.

    Raises:
        ArgoKedroError: if it is not there, or cannot be read.
    """
    document, now = run.document(), datetime.now(timezone.utc)
    # Unpacked once: what reads it does so for each task.
    document = {**document, "status": {**(document.get("status") or {}), "nodes": nodes(document)}}
    state = run_state(document)
    return Source(
        document=document,
        state=state,
        waits=run.waits(state, now),
        log=lambda task: run.last_words(task, _LINES),
        package=package,
        in_pods=run.is_cluster,
        code_here=run.code_here,
        machine_types=run.machine_types(document),
        now=now,
    )
