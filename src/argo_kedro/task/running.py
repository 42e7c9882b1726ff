"""One task's nodes through stock Kedro: session, hooks, catalog, runner."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines, settings
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from argo_kedro.errors import ConfigError
from argo_kedro.names import k8s_name
from argo_kedro.task.replacing import MemoryDatasets, SavedOnly, SpilledDatasets
from argo_kedro.task.secret_parameters import SecretParameters
from argo_kedro.task.versions import RunVersions


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """What a task runs, and where its data is."""

    env: str | None = None
    conf_source: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    pipelines: Sequence[str]
    task: str = ""
    nodes: Sequence[str] = ()
    memory: Sequence[str] = ()
    save_version: str = ""  # of the workflow's run; empty for a timestamp of Kedro's
    pinned: Sequence[str] = ()
    spilled: Sequence[str] = ()
    storage: str = ""
    credentials: str = ""  # an entry of credentials.yml
    load_versions: Mapping[str, str] = field(default_factory=dict)
    saved: Sequence[str] | None = None  # all that it saves, where not everything is to be

    @property
    def versions(self) -> dict[str, str]:
        """The version in which each dataset is loaded, where that is known."""
        pinned = dict.fromkeys(self.pinned, self.save_version) if self.save_version else {}
        return {**pinned, **self.load_versions}


def run_task(run: TaskRun, observers: Sequence[object], secrets: SecretParameters) -> None:
    """Run the nodes of a task in the project of the current folder; observers are hooks that look on."""
    path = Path.cwd()
    if not run.task and not run.nodes:
        raise ConfigError("Neither --task nor --nodes says what to run.", hint="for example --nodes train_model.")
    try:
        bootstrap_project(path)
    except RuntimeError as error:
        raise ConfigError(f"{path}: {error}", hint="a task runs in the project's folder.") from error
    pipeline = _loaded(run.pipelines)
    spilled = SpilledDatasets(
        run.spilled,
        root=run.storage,
        credentials=run.credentials,
        load_versions=run.load_versions,
        writers=pipeline,
    )
    nodes = run.nodes or [_node_of(run.task, pipeline)]
    # What it saves now is read as it is now.
    written = {name for node in pipeline.nodes if node.name in nodes for name in node.outputs if run.saved is not None}
    versions = {name: version for name, version in run.versions.items() if name not in {*run.spilled, *written}}
    only = [SavedOnly(run.saved)] if run.saved is not None else []
    # Kedro calls the last one first: an observer knows where a task is before any other hook fails there.
    hooks = [secrets, *only, MemoryDatasets(run.memory), spilled, RunVersions(run.save_version, versions), *observers]
    _run_session(run, nodes, hooks)


def _run_session(run: TaskRun, nodes: Sequence[str], hooks: Sequence[object]) -> None:
    session_class: Any = getattr(settings, "SESSION_CLASS", KedroSession)  # Kedro >= 1.3
    create: dict[str, Any] = {"project_path": Path.cwd(), "env": run.env, "conf_source": run.conf_source}
    options: dict[str, Any] = {"node_names": tuple(nodes), "runner": SequentialRunner()}
    # As `kedro run` does: only KedroSession takes parameters when it is created.
    (create if issubclass(session_class, KedroSession) else options)["runtime_params"] = dict(run.params)
    options.update(_pipelines_argument(session_class, run.pipelines))
    with session_class.create(**create) as session:
        if run.save_version and "run_id" in inspect.signature(session_class.run).parameters:
            options["run_id"] = run.save_version
        elif run.save_version:  # KedroSession makes a timestamp, takes none, and is all that knows it until it runs
            session.session_id = session._store["session_id"] = run.save_version
        for hook in hooks:
            session._hook_manager.register(hook)
        session.run(**options)


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
