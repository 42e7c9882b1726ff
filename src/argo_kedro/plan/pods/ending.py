"""What runs beside the tasks: what opens the MLflow run, and what runs when all tasks have ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from argo_kedro.config.templates import Template as OwnTemplate
from argo_kedro.model import FAILURES, Json, Template
from argo_kedro.names import k8s_name
from argo_kedro.plan.exit_handler import ExitHandler
from argo_kedro.plan.pods.fields import each_once, env_variable, parameter, variable
from argo_kedro.plan.pods.machines import placement
from argo_kedro.plan.pods.maker import LABELS, MLFLOW, MLFLOW_RUN, RUN_ID, SAVE_VERSION, PodMaker
from argo_kedro.plan.pods.own_templates import reference

ON_EXIT = "argo-kedro-exit"  # the template that runs at the end
FINISH = "argo-kedro-finish"  # what its own task runs
HANDLER = "argo-kedro-on-exit"  # what the task of the user's exit handler runs
# What it does takes seconds; its memory is Python's and that of its imports.
_SMALL = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}}
# What an exit handler is told, beside WORKFLOW_ID.
_TOLD = (
    env_variable("WORKFLOW_STATUS", "{{workflow.status}}"),
    env_variable("WORKFLOW_DURATION", "{{workflow.duration}}"),
    env_variable("WORKFLOW_FAILURES", FAILURES),
)


def mlflow_run(maker: PodMaker) -> Template:
    """The init template that opens the MLflow run, and gives its id to all tasks."""
    path = "/tmp/mlflow-run-{{workflow.uid}}"  # of the pod; local runs at one time must not share it
    container = _small(maker, "argo_kedro.task.mlflow_run", [f"--output={path}"])
    outputs = {"parameters": [{"name": MLFLOW_RUN, "valueFrom": {"path": path}}]}
    return Template(name=MLFLOW, body=maker.finished({**_aside(maker, container), "outputs": outputs}))


def on_exit(maker: PodMaker, handler: ExitHandler | None = None) -> list[Template]:
    """What runs after all tasks, however they ended: the user's exit handler, and our own clean-up beside it.

    The two share nothing, and on a stock cluster one after the other would take 10 s longer.
    """
    tasks, templates = _handler(maker, handler) if handler else ([], [])
    # The one must not keep the other from its start, where pods have to wait for each other.
    apart = {"failFast": False} if handler else {}
    ours, pods = _finish(maker)
    tasks, templates = [*tasks, *ours], [*templates, *pods]
    return [Template(name=ON_EXIT, body={"dag": {**apart, "tasks": tasks}}), *templates] if tasks else []


def _finish(maker: PodMaker) -> tuple[list[Json], list[Template]]:
    """Our own task: remove what the storage has kept, end the MLflow run."""
    mlflow, cleans = maker.config.runner.mlflow, maker.spills and maker.config.storage.clean_up == "success"
    if not (mlflow or cleans):
        return [], []
    args = ["--status={{workflow.status}}"]
    args += [*maker.storage(), "--clean-up=success"] if cleans else []
    args += ["--mlflow"] if mlflow else []
    when = {} if mlflow else {"when": "{{workflow.status}} == Succeeded"}  # no pod where there is nothing to do
    container = _small(maker, "argo_kedro.task.finish", args)
    body = maker.finished(maker.with_shared(_aside(maker, container)))
    return [{"name": FINISH, "template": FINISH, **when}], [Template(name=FINISH, body=body)]


def _handler(maker: PodMaker, handler: ExitHandler) -> tuple[list[Json], list[Template]]:
    """The user's own task: a template of theirs, or a Kedro pipeline in one pod."""
    when = {"when": handler.when} if handler.when else {}
    if handler.template is None:
        task = {"name": k8s_name(handler.pipeline), "template": HANDLER, **_arguments(handler), **when}
        return [task], [Template(name=HANDLER, body=_told(_of_nodes(maker, handler)))]
    name = handler.template.name
    if handler.template.template_ref is not None:
        return [{"name": name, "templateRef": reference(handler.template), **when}], []
    body = maker.init_template(_without_outputs(handler.template)).body
    return [{"name": name, "template": HANDLER, **when}], [Template(name=HANDLER, body=_told(body))]


def _of_nodes(maker: PodMaker, handler: ExitHandler) -> Json:
    """A pod as that of a task, without what is out of reach here: what init templates gave, what the run spilled."""
    at_end = replace(
        maker,
        pipeline=handler.pipeline,
        pins=bool(handler.pinned),
        spills=False,
        load_versions={},
        told_by_inits=False,
    )
    return at_end.template(HANDLER, handler.shape).body


def _arguments(handler: ExitHandler) -> Json:
    lists = {"nodes": handler.nodes, "pinned": handler.pinned}
    return {"arguments": {"parameters": [parameter(name, ",".join(names)) for name, names in lists.items() if names]}}


def _told(body: Json) -> Json:
    """A pod that knows how the workflow ended; a variable of the user's by such a name stays as it is."""
    container = body["container"]
    return {**body, "container": {**container, "env": each_once([*_TOLD, *container["env"]])}}


def _without_outputs(own: OwnTemplate) -> OwnTemplate:
    """Nobody reads them at the end, and Argo fails where their file is missing."""
    return own.model_copy(update={"outputs": type(own.outputs)()})


def _small(maker: PodMaker, module: str, args: list[str]) -> dict[str, Any]:
    """A container of ours that runs no nodes."""
    return {
        "image": maker.image,
        "command": ["python", "-m", module],
        "args": [f"--env={maker.env}", *maker.configuration(), f"--save-version={SAVE_VERSION}", *args],
        "env": [RUN_ID, *map(variable, maker.config.template.environment)],
        "resources": _SMALL,
    }


def _aside(maker: PodMaker, container: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a template that runs no nodes, where nodes run that name no machine type."""
    machine = maker.config.machine_types.get(maker.config.default_machine_type)
    where = placement(machine) if machine else {}
    return {"metadata": {"labels": LABELS}, "container": dict(container), **where}
