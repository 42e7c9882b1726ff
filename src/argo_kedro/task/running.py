"""One task's nodes through stock Kedro: session, hooks, catalog, runner."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines, settings
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from argo_kedro.errors import ConfigError
from argo_kedro.names import k8s_name
from argo_kedro.task.progress import MemoryDatasets, Progress


def run_task(
    progress: Progress,
    *,
    env: str | None,
    pipeline_names: Sequence[str],
    task: str,
    nodes: Sequence[str],
    memory: Sequence[str],
    conf_source: str | None,
    params: Mapping[str, Any],
) -> None:
    """Run the nodes of a task in the project of the current folder."""
    path = Path.cwd()
    if not task and not nodes:
        raise ConfigError("Neither --task nor --nodes says what to run.", hint="for example --nodes train_model.")
    try:
        bootstrap_project(path)
    except RuntimeError as error:
        raise ConfigError(f"{path}: {error}", hint="a task runs in the project's folder.") from error
    pipeline = _loaded(pipeline_names)
    names = nodes or [_node_of(task, pipeline)]
    session_class: Any = getattr(settings, "SESSION_CLASS", KedroSession)  # Kedro >= 1.3
    create: dict[str, Any] = {"project_path": path, "env": env, "conf_source": conf_source}
    run: dict[str, Any] = {"node_names": tuple(names), "runner": SequentialRunner()}
    # As `kedro run` does: only KedroSession takes parameters when it is created.
    (create if issubclass(session_class, KedroSession) else run)["runtime_params"] = dict(params)
    run.update(_pipelines_argument(session_class, pipeline_names))
    with session_class.create(**create) as session:
        session._hook_manager.register(progress)
        session._hook_manager.register(MemoryDatasets(memory))
        session.run(**run)


def _loaded(names: Sequence[str]) -> Pipeline:
    """The registered pipelines of these names: only they are imported, where Kedro and the registry can do that."""
    if hasattr(pipelines, "set_requested"):  # Kedro >= 1.5
        pipelines.set_requested(list(names))
        try:
            return sum((pipelines[name] for name in names), Pipeline([]))
        except Exception:  # noqa: BLE001  # a registry that composes pipelines fails in its own way; then load all
            pipelines.set_requested(None)
            # The session would ask for these names again.
            pipelines.set_requested = lambda pipeline_names: None  # type: ignore[method-assign]
    missing = [name for name in names if name not in pipelines]
    if missing:
        hint = "the image and the manifest differ; compile again, or build the image again."
        raise ConfigError(f"Pipeline {missing[0]!r} is not registered in this project.", hint=hint)
    return sum((pipelines[name] for name in names), Pipeline([]))


def _node_of(task: str, pipeline: Pipeline) -> str:
    """The only node whose task has this name."""
    for node in pipeline.nodes:
        if k8s_name(node.name) == task:
            return str(node.name)
    hint = "the image and the manifest differ; compile again, or build the image again."
    raise ConfigError(f"No node here makes task {task!r}.", hint=hint)


def _pipelines_argument(session_class: type[Any], names: Sequence[str]) -> dict[str, Any]:
    if "pipeline_names" in inspect.signature(session_class.run).parameters:
        return {"pipeline_names": list(names)}
    return {"pipeline_name": names[0]}  # Kedro < 1.2 knows one at a time, on its command line too
