"""What the report of a run is made of, from wherever it is to be had. Imported as `steps` is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import console
from argo_kedro.cli.cluster_run import ClusterRun
from argo_kedro.cli.files import FOLDER, shown, write
from argo_kedro.cli.local_run import LocalRun
from argo_kedro.cli.looking import source_of
from argo_kedro.errors import ArgoKedroError, ClusterError
from argo_kedro.model import DatasetUse, Json, text
from argo_kedro.names import k8s_name
from argo_kedro.plan.data.uses import uses_of_tasks
from argo_kedro.project import open_project
from argo_kedro.views.findings import findings
from argo_kedro.views.run_report import Known, run_report
from argo_kedro.workflows import RunState, TaskState, inputs_of
from argo_kedro.workflows.labels import nodes_in
from argo_kedro.workflows.timeline import PodTimes
from argo_kedro.workflows.waiting import Waiting

_CLOSELY = 100  # tasks whose logs are read: each is a request or two


def default_file(project: Path, name: str) -> Path:
    """Where the report of a run goes, if nobody says; git is told to leave it out."""
    folder = project / FOLDER / "reports"
    write(folder / ".gitignore", "*\n")
    return folder / f"{name}.html"


def reported(run: LocalRun | ClusterRun, metadata: ProjectMetadata) -> dict[str, Any]:
    """All that the report of a run shows.

    Raises:
        ArgoKedroError: if there is no such run, or it cannot be read.
    """
    source = source_of(run, metadata.package_name)
    document, state = source.document, source.state
    chosen = _closely(state)
    pods, unread = _pods(run)
    uses, unknown = _uses(document, state, metadata.project_path)
    left_out = [f"Logs of {len(chosen)} tasks are in this file: those that failed first."] if _more(state) else []
    known = Known(
        where=run.where,
        on_cluster=run.is_cluster,
        pods=pods,
        waits=source.waits,
        findings=findings(source, chosen),
        machine_types=source.machine_types,
        uses=uses,
        notes=[*unread, *unknown, *left_out],
    )
    return run_report(document, known, source.now)


def tell_written(path: Path, text: str, *, opens: bool) -> None:
    """Say what was written, and show it if that is wanted."""
    console.say(f"Wrote {shown(path)}: {max(1, round(len(text.encode()) / 1024))} kB, and all of it is in there.")
    if opens:
        click.launch(path.resolve().as_uri())
    else:
        console.say(f"Next: open {shown(path)} in a browser, or send it to somebody.")


def _closely(state: RunState) -> Sequence[TaskState]:
    """The tasks that are looked at closely: those that failed, then the others, as many as is quick."""
    others = [task for task in state.tasks if task.attempts and task not in state.failed]
    return [*state.failed, *others][:_CLOSELY]


def _more(state: RunState) -> bool:
    return len([task for task in state.tasks if task.attempts]) > _CLOSELY


def _pods(run: LocalRun | ClusterRun) -> tuple[Mapping[str, PodTimes], list[str]]:
    try:
        return run.pod_times(), []
    except ClusterError as error:
        return {}, [f"What pods tell of their times could not be read. {error.message}"]


def _uses(document: Json, state: RunState, project: Path) -> tuple[Sequence[DatasetUse], list[str]]:
    """The datasets that cross, by the project's pipelines as they are now: the workflow holds only its tasks."""
    env = text(document, "metadata", "labels", "argo-kedro/env") or None
    inputs = inputs_of(document)
    try:
        opened = open_project(project, env=env, conf_source=inputs.conf_source or None, params=inputs.parameters)
        nodes = {node.name: node for pipeline in opened.pipelines.values() for node in pipeline.nodes}
        tasks = dict(_nodes_of_tasks(document, state, nodes))
        uses = uses_of_tasks(tasks, nodes, opened.full_catalog.dataset, _spilled(document), inputs.storage)
    except ArgoKedroError as error:
        return (), [f"Which datasets cross is left out, since the project cannot be opened. {error.message}"]
    gone = sorted({name for names in tasks.values() for name in names} - nodes.keys())
    notes = ["Which datasets cross is what the project's pipelines say now."]
    return uses, [*notes, *([f"No longer in them: {', '.join(gone)}."] if gone else [])]


def _nodes_of_tasks(document: Json, state: RunState, nodes: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    told, by_task = nodes_in(document), {k8s_name(name): name for name in nodes}
    for path in Waiting(document, state).planned():
        task = path.rpartition(".")[2]
        own = [name for name in told.get(task, ()) if name]
        alone = [by_task[task]] if task in by_task else []
        if own or alone:
            yield task, own or alone


def _spilled(document: Json) -> set[str]:
    """The datasets that its tasks are told to keep in the storage."""
    return {name for names in nodes_in(document, ("spilled",)).values() for name in names if name}
