"""What `check` says of a cluster, and in JSON. Imported as `steps` is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from kedro.framework.startup import ProjectMetadata

from argo_kedro.cli import better, console, steps
from argo_kedro.cli.old_run import way_there
from argo_kedro.cli.options import next_command
from argo_kedro.cli.reach import Reach
from argo_kedro.cli.steps import Compiled
from argo_kedro.cli.work import labels_of
from argo_kedro.cluster.preflight import NotAsked, Readiness, preflight
from argo_kedro.errors import ClusterError, CompileError
from argo_kedro.model import Workflow
from argo_kedro.names import few
from argo_kedro.views.readiness import check_json, cluster_line

_SHOWN = 2  # tasks of one template


def of_this_machine(made: Compiled) -> dict[str, Any]:
    """What was found without a cluster, for programs."""
    return check_json(len(made.workflow.tasks), made.workflow.env, made.problems, None, ())


def told(
    metadata: ProjectMetadata, chosen: Mapping[str, Any], place: Mapping[str, str], *, fix: bool, as_json: bool
) -> None:
    """Check here and there, and say all of it at once.

    Args:
        metadata: The project.
        chosen: The options that choose what runs.
        place: The context and the namespace of the command line.
        fix: Whether argo.yml is rewritten.
        as_json: Whether the result is for programs.

    Raises:
        CompileError: if anything would fail.
        ClusterError: if the cluster gives no answer.
    """
    old, reach = way_there(metadata, {**chosen, **place})
    options = {**chosen, "env": reach.env}
    better.told(metadata.project_path, options, rewrite=fix)
    made = steps.compiled(metadata.project_path, options, old=old)
    try:
        found = _asked(reach, made)
    except ClusterError as error:
        _say(made, None, NotAsked(f"the cluster: {error.message}", ""), as_json=as_json)
        raise
    made = replace(made, problems=(*made.problems, *found.problems))
    _say(made, found, *found.not_asked, as_json=as_json)
    _end(made, found, place)


def _asked(reach: Reach, made: Compiled) -> Readiness:
    document = {} if made.of("error") else made.document
    return preflight(reach.cluster, document, _shown(made.workflow), now=datetime.now(timezone.utc))


def _shown(workflow: Workflow) -> dict[str, str]:
    """Each template by its machine type and its tasks."""
    tasks: dict[str, list[str]] = {}
    labels = labels_of(workflow)
    machines = {task.template: task.machine_type.value for task in workflow.tasks}
    for task in workflow.tasks:
        tasks.setdefault(task.template, []).append(labels[task.name])
    return {
        template: f"machine type {machines[template]} ({'task' if len(names) == 1 else 'tasks'} {few(names, _SHOWN)})"
        for template, names in tasks.items()
    }


def _say(made: Compiled, found: Readiness | None, *not_asked: NotAsked, as_json: bool) -> None:
    if as_json:
        facts = found.facts if found else None
        shape = check_json(len(made.workflow.tasks), made.workflow.env, made.problems, facts, not_asked)
        console.result(json.dumps(shape, indent=2))
    if found:
        console.say(cluster_line(found.facts))
    console.problems(made.problems)
    for note in made.workflow.notes:
        console.say(f"Note: {note}")
    for each in not_asked if found else ():
        console.say(f"Not asked: {each.what}.{f' It takes the right to {each.right}.' if each.right else ''}")


def _end(made: Compiled, found: Readiness, place: Mapping[str, str]) -> None:
    where = found.facts["where"]
    if made.of("error"):
        raise CompileError(f"{steps.counted(made)}: cannot run.")
    if made.of("cluster"):
        raise CompileError(f"{steps.counted(made)}: not ready for {where}. Nothing was changed there.")
    count = len(found.not_asked)
    left = f"; {count} thing{'' if count == 1 else 's'} could not be asked" if count else ""
    console.done(
        f"{steps.counted(made)}: ready for {where}{left}.", next_step=next_command("submit", made.chosen, place=place)
    )
