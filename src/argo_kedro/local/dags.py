"""A `dag` template of the manifest, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from argo_kedro.local.conditions import When, when
from argo_kedro.local.depends import NOTHING, Depends, dependencies, depends
from argo_kedro.local.fields import IGNORED, Part
from argo_kedro.local.pods import inputs, outputs
from argo_kedro.local.templates import Dag, DagTask


def dag(part: Part) -> Dag:
    """Read a template that has a DAG, and check that its tasks can be put in an order."""
    part.only(("name", "dag", "inputs", "outputs", "parallelism"), IGNORED["dag"])
    body = part.part("dag")
    body.only(("tasks", "failFast"))
    if body.value.get("target"):
        body.problem("target is not supported in a local run", "leave it out: all tasks run")
    tasks = _tasks(body)
    followers = _followers(body, tasks)
    stuck = _stuck(tasks, followers)
    if stuck:
        body.problem(f"these tasks wait for one another: {', '.join(stuck)}", "break the circle in their depends")
    return Dag(
        name=part.text("name"),
        tasks=tasks,
        followers=followers,
        inputs=inputs(part),
        outputs=outputs(part, "parameter"),
        fail_fast=body.flag("failFast", True),
        parallelism=part.whole("parallelism"),
    )


def in_order(tasks: Mapping[str, DagTask], followers: Mapping[str, Iterable[str]]) -> list[str]:
    """The tasks, each after those it depends on; tasks within a circle are left out."""
    unmet = {name: len(task.depends.names) for name, task in tasks.items()}
    order = [name for name, count in unmet.items() if count == 0]
    for name in order:  # grows while it is walked
        for follower in followers[name]:
            unmet[follower] -= 1
            if unmet[follower] == 0:
                order.append(follower)
    return order


def _tasks(body: Part) -> dict[str, DagTask]:
    tasks: dict[str, DagTask] = {}
    styles = set()
    for part in body.parts("tasks"):
        part.only(("name", "template", "depends", "dependencies", "arguments", "when"))
        styles |= {"depends", "dependencies"} & part.value.keys()
        name = part.text("name")
        if name in tasks:
            part.problem(f"two tasks are named {name!r}", "give each its own name")
        tasks[name] = DagTask(
            name=name,
            template=part.text("template"),
            depends=_depends(part),
            arguments=_arguments(part),
            when=_when(part),
        )
    if len(styles) > 1:
        body.problem("it has both depends and dependencies", "use depends for all of its tasks")
    if not tasks:
        body.problem("it has no tasks", "give it at least one")
    return tasks


def _arguments(part: Part) -> dict[str, str]:
    part.part("arguments").only(("parameters",))
    arguments = {}
    for parameter in part.part("arguments").parts("parameters"):
        parameter.only(("name", "value"))
        if "value" not in parameter:
            parameter.problem("it has no value", "give it a value")
        arguments[parameter.text("name")] = parameter.text("value")
    return arguments


def _depends(part: Part) -> Depends:
    if "dependencies" in part:
        return dependencies(part.strings("dependencies"))
    try:
        return depends(part.text("depends"))
    except ValueError as error:
        part.wrong("depends", error, "write it like: a && (b.Succeeded || !c.Failed)")
    return NOTHING


def _when(part: Part) -> When | None:
    try:
        return when(part.text("when")) if "when" in part else None
    except ValueError as error:
        part.wrong("when", error, "write it like: {{inputs.parameters.kind}} == full")
    return None


def _followers(body: Part, tasks: Mapping[str, DagTask]) -> dict[str, tuple[str, ...]]:
    followers: dict[str, list[str]] = {name: [] for name in tasks}
    for task in tasks.values():
        for need in task.depends.names:
            if need in followers:
                followers[need].append(task.name)
            else:
                body.problem(f"task {task.name!r} depends on {need!r}, which is no task of it", "correct its depends")
    return {name: tuple(names) for name, names in followers.items()}


def _stuck(tasks: Mapping[str, DagTask], followers: Mapping[str, tuple[str, ...]]) -> list[str]:
    if any(need not in tasks for task in tasks.values() for need in task.depends.names):
        return []  # said already
    free = set(in_order(tasks, followers))
    return [name for name in tasks if name not in free]
