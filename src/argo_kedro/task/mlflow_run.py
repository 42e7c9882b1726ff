"""The one MLflow run of a workflow: `python -m argo_kedro.task.mlflow_run` opens it before all tasks, `end` closes it.

In between, kedro-mlflow goes on with it in each task, since MLflow reads MLFLOW_RUN_ID.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from kedro.framework.project import settings
from kedro.framework.session import KedroSession

from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.project.opening import bootstrap

VERSION_TAG = "argo-kedro.version"
WORKFLOW_TAG = "argo-kedro.workflow"
_ABSENT_HINT = (
    "add kedro-mlflow to the requirements of the image, and leave it out of DISABLE_HOOKS_FOR_PLUGINS; "
    "or set `runner.mlflow: false` in argo.yml."
)
_SERVER_HINT = "see `server` in mlflow.yml of this env, MLFLOW_TRACKING_URI, and whether the server is up."


@dataclass(frozen=True, kw_only=True)
class _Tracking:
    """Where the runs of a project are, as kedro-mlflow reads its mlflow.yml."""

    client: Any
    experiment: str
    run_id: str  # the run that mlflow.yml names, which counts before ours
    run_name: str  # given by mlflow.yml

    def run(self, version: str) -> Any | None:
        """The run of this version, if it is there."""
        if self.run_id:
            return self.client.get_run(self.run_id)
        wanted = f"tags.`{VERSION_TAG}` = '{version}'"
        found = self.client.search_runs([self.experiment], filter_string=wanted, max_results=1)
        return found[0] if found else None


@click.command(name="python -m argo_kedro.task.mlflow_run")
@click.option("--env", help="Kedro env; Kedro's default one if absent.")
@click.option("--conf-source", help="Folder or archive of the configuration.")
@click.option("--params", default="{}", help="Runtime parameters, as JSON.")
@click.option(
    "--save-version", required=True, help="The version of the workflow's run, by which its MLflow run is known."
)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="File for the id of the MLflow run.")
def main(env: str | None, conf_source: str | None, params: str, save_version: str, output: Path) -> None:
    """Open the MLflow run of a workflow, or find it if it is there, and write its id."""
    output.write_text(run_of(save_version, env=env, conf_source=conf_source, params=json.loads(params)))


def run_of(
    version: str, *, env: str | None = None, conf_source: str | None = None, params: Mapping[str, Any] | None = None
) -> str:
    """The id of the MLflow run of this version, which is made if it is not there."""
    with _tracking(env, conf_source, params or {}) as tracking:
        run = tracking.run(version) or _created(tracking, version)
        return str(run.info.run_id)


def end(
    version: str,
    status: str,
    *,
    env: str | None = None,
    conf_source: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Give the MLflow run of this version the status of its workflow, in Argo's words: tasks left their own there."""
    with _tracking(env, conf_source, params or {}) as tracking:
        run = tracking.run(version)
        if run is None:  # the workflow ended before it was made
            return
        workflow = run.data.tags.get(WORKFLOW_TAG)
        if workflow and not tracking.run_name:
            # In each task kedro-mlflow has named it after a pipeline.
            tracking.client.update_run(run.info.run_id, name=workflow)
        tracking.client.set_terminated(run.info.run_id, "FINISHED" if status == "Succeeded" else "FAILED")


def _created(tracking: _Tracking, version: str) -> Any:
    workflow = os.environ.get("WORKFLOW_ID", "")
    tags = {VERSION_TAG: version, **({WORKFLOW_TAG: workflow} if workflow else {})}
    name = tracking.run_name or workflow or None
    return tracking.client.create_run(tracking.experiment, run_name=name, tags=tags)


@contextmanager
def _tracking(env: str | None, conf_source: str | None, params: Mapping[str, Any]) -> Iterator[_Tracking]:
    """The tracking server as kedro-mlflow's own hook sets it up, as in a task."""
    if find_spec("kedro_mlflow") is None:
        raise ConfigError("`runner.mlflow` is on, and kedro-mlflow is not installed here.", hint=_ABSENT_HINT)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # this process is ours; in a task the user decides
    # Only now, since it is there only with kedro-mlflow.
    from mlflow.client import MlflowClient
    from mlflow.exceptions import MlflowException

    bootstrap(Path.cwd())
    try:
        config = getattr(_context(env, conf_source, params), "mlflow", None)
        if config is None:
            message = "`runner.mlflow` is on, and the hooks of kedro-mlflow did not run."
            raise ConfigError(message, hint=_ABSENT_HINT)
        tracking = config.tracking
        experiment = MlflowClient().get_experiment_by_name(tracking.experiment.name)
        yield _Tracking(
            client=MlflowClient(),
            experiment=experiment.experiment_id,
            run_id=tracking.run.id or "",
            run_name=tracking.run.name or "",
        )
    except MlflowException as error:
        raise ArgoKedroError(f"MLflow refuses, or is out of reach: {error}", hint=_SERVER_HINT) from error


def _context(env: str | None, conf_source: str | None, params: Mapping[str, Any]) -> Any:
    session_class: Any = getattr(settings, "SESSION_CLASS", KedroSession)  # Kedro >= 1.3
    create = {"project_path": Path.cwd(), "env": env, "conf_source": conf_source}
    if issubclass(session_class, KedroSession):
        return session_class.create(**create, runtime_params=dict(params)).load_context()
    return session_class.create(**create).load_context(runtime_params=dict(params))


if __name__ == "__main__":
    main()
