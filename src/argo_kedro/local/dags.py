"""A `dag` template of the manifest, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from argo_kedro.local.conditions import when
from argo_kedro.local.depends import dependencies, depends
from argo_kedro.local.pods import inputs, outputs
from argo_kedro.local.templates import Dag, DagTask
from argo_kedro.manifest.validation.parts import Part


def dag(part: Part, tasks: Sequence[Part]) -> Dag:
    """Read a template that has a DAG of these tasks."""
    read = {task.text("name"): _task(task) for task in tasks}
    fail_fast = part.part("dag").value.get("failFast")
    return Dag(
        name=part.text("name"),
        tasks=read,
        followers=_followers(read),
        inputs=inputs(part),
        outputs=outputs(part),
        fail_fast=fail_fast is not False,
        parallelism=part.value.get("parallelism") or None,
    )


def arguments(part: Part) -> dict[str, str]:
    """The values of parameters."""
    return {parameter.text("name"): parameter.text("value") for parameter in part.parts("parameters")}


def in_order(tasks: Mapping[str, DagTask], followers: Mapping[str, Iterable[str]]) -> list[str]:
    """The tasks, each after those it depends on."""
    unmet = {name: len(task.depends.names) for name, task in tasks.items()}
    order = [name for name, count in unmet.items() if count == 0]
    for name in order:  # grows while it is walked
        for follower in followers[name]:
            unmet[follower] -= 1
            if unmet[follower] == 0:
                order.append(follower)
    return order


def _task(part: Part) -> DagTask:
    text = part.text("depends")
    return DagTask(
        name=part.text("name"),
        template=part.text("template"),
        depends=depends(text) if text else dependencies(part.items("dependencies")),
        arguments=arguments(part.part("arguments")),
        when=when(part.text("when")) if part.text("when") else None,
    )


def _followers(tasks: Mapping[str, DagTask]) -> dict[str, tuple[str, ...]]:
    followers: dict[str, list[str]] = {name: [] for name in tasks}
    for task in tasks.values():
        for need in task.depends.names:
            followers[need].append(task.name)
    return {name: tuple(names) for name, names in followers.items()}
