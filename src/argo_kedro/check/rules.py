"""The checks: each takes a workflow and yields problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from argo_kedro.model import DatasetUse, Problem, Workflow

_SHOWN = 5


def check(workflow: Workflow) -> list[Problem]:
    """All problems of a workflow; what its manifest adds is found by `manifest.validate`."""
    return [problem for rule in CHECKS for problem in rule(workflow)]


def planned(workflow: Workflow) -> Iterator[Problem]:
    """What planning saw."""
    yield from workflow.problems


def unique_task_names(workflow: Workflow) -> Iterator[Problem]:
    """Two nodes or groups whose task would have one name."""
    seen: dict[str, str] = {name: f"init template {name!r}" for name in workflow.init_tasks}
    for task in workflow.tasks:
        what = f"fused group {task.group!r}" if task.group else f"node {task.nodes[0]!r}"
        if task.name in seen:
            yield Problem(
                message=f"{seen[task.name]} and {what} would both be task {task.name!r}.",
                where=f"node {task.nodes[0]}",
                hint="rename one of them.",
            )
        seen.setdefault(task.name, what)


def inputs_exist(workflow: Workflow) -> Iterator[Problem]:
    """Inputs that nothing writes and the catalog does not know."""
    for use in workflow.datasets:
        dataset = use.dataset
        if use.producer or (dataset.registered and (dataset.kind != "memory" or dataset.given)):
            continue
        if dataset.name in workflow.load_versions and dataset.kind == "memory":  # an older run has left it
            continue
        if dataset.kind == "parameter":
            yield Problem(
                message=f"{_readers(use)} it, and the parameters of env {workflow.env!r} do not have it.",
                where=dataset.name,
                hint="add it to parameters.yml, or give it with --params; a secret one with --config, or by its "
                "variable, PARAM_...",
            )
        else:
            yield Problem(
                message=f"{_readers(use)} it, no selected node writes it, and the catalog does not know it.",
                where=f"dataset {dataset.name}",
                hint=f"add it to the catalog of env {workflow.env!r}, or select the node that writes it.",
            )


def no_local_path_between_tasks(workflow: Workflow) -> Iterator[Problem]:
    """Boundary datasets on paths that only this machine has."""
    local = [use for use in workflow.boundaries if use.dataset.kind == "local"]
    if local:
        yield Problem(
            message=f"{_many(local, 'boundary dataset')} on paths that pods do not share: {_paths(local)}.",
            where=f"catalog of env {workflow.env}",
            hint="fine for `kedro argo run`; for a cluster use an env whose catalog has a bucket (--env).",
            severity="cluster",
        )


def local_inputs_and_outputs(workflow: Workflow) -> Iterator[Problem]:
    """Inputs that must be in the image, outputs that end with their pod."""
    inputs = [use for use in workflow.datasets if not use.producer and use.dataset.kind == "local"]
    outputs = [use for use in workflow.datasets if not use.consumers and use.dataset.kind == "local"]
    if inputs:
        yield Problem(
            message=f"{_many(inputs, 'input')} read from the image in a pod: {_paths(inputs)}.",
            where=f"catalog of env {workflow.env}",
            hint="for a cluster, put the data where pods reach it; `data/` is not part of the image.",
            severity="warning",
        )
    if outputs:
        yield Problem(
            message=f"{_many(outputs, 'output')} lost when the pod ends: {_paths(outputs)}.",
            where=f"catalog of env {workflow.env}",
            hint="for a cluster, write them where they stay.",
            severity="warning",
        )


CHECKS = (
    planned,
    unique_task_names,
    inputs_exist,
    no_local_path_between_tasks,
    local_inputs_and_outputs,
)


def _readers(use: DatasetUse) -> str:
    names = " and ".join(repr(name) for name in use.consumers)
    return f"task {names} reads" if len(use.consumers) == 1 else f"tasks {names} read"


def _many(uses: Sequence[DatasetUse], noun: str) -> str:
    return f"1 {noun} is" if len(uses) == 1 else f"{len(uses)} {noun}s are"


def _paths(uses: Sequence[DatasetUse]) -> str:
    shown = ", ".join(f"{use.dataset.name} ({use.dataset.path})" for use in uses[:_SHOWN])
    return f"{shown} and {len(uses) - _SHOWN} more" if len(uses) > _SHOWN else shown
