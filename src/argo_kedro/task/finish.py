"""What a workflow does at its end: `python -m argo_kedro.task.finish --status=Succeeded --save-version=...`.

It never fails, since the end of a workflow must not change what came out of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from argo_kedro.task.storage import Storage


@click.command(name="python -m argo_kedro.task.finish")
@click.option("--env", help="Kedro env; Kedro's default one if absent.")
@click.option("--conf-source", help="Folder or archive of the configuration.")
@click.option("--params", default="{}", help="Runtime parameters, as JSON.")
@click.option("--status", required=True, help="How the workflow ended, in Argo's words.")
@click.option("--save-version", required=True, help="Version of the workflow's run.")
@click.option("--storage", default="", help="Folder or address of the storage of runs.")
@click.option("--storage-credentials", default="", help="Entry of credentials.yml for --storage.")
@click.option("--clean-up", type=click.Choice(["success", "never"]), default="never", show_default=True)
@click.option("--mlflow", is_flag=True, help="End the MLflow run of the workflow.")
def main(
    env: str | None,
    conf_source: str | None,
    params: str,
    status: str,
    save_version: str,
    storage: str,
    storage_credentials: str,
    clean_up: str,
    mlflow: bool,
) -> None:
    """Remove what a run has kept for its own tasks, once it has succeeded, and end its MLflow run."""
    if mlflow:
        with _Warnings("the MLflow run is not ended"):
            # It brings kedro-mlflow, which only its users have.
            from argo_kedro.task.mlflow_run import end

            end(save_version, status, env=env, conf_source=conf_source, params=json.loads(params))
    if storage and clean_up == "success" and status == "Succeeded":
        with _Warnings(f"{storage}/{save_version} is not removed"):
            credentials = _credentials(storage_credentials, env, conf_source, json.loads(params))
            Storage(storage, credentials).remove(save_version)


class _Warnings:
    """Whatever goes wrong inside is said, and left at that."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, (Exception, SystemExit)):
            text = error.format_message() if isinstance(error, click.ClickException) else str(error)
            click.echo(f"Warning: {self._what}: {text or type(error).__name__}", err=True)
            return True
        return False


def _credentials(entry: str, env: str | None, conf_source: str | None, params: Mapping[str, Any]) -> Mapping[str, Any]:
    if not entry:
        return {}
    # Opening a project takes half a second, and most storages need no entry.
    from argo_kedro.project.configuration import Configuration
    from argo_kedro.project.opening import bootstrap
    from argo_kedro.task.replacing import credentials_entry

    bootstrap(Path.cwd())
    return credentials_entry(Configuration(Path.cwd(), env, conf_source, params).read("credentials"), entry)


def finish(arguments: list[str]) -> None:
    """Do it, and say so where even the arguments are wrong."""
    with _Warnings("nothing was done"):
        main.main(arguments, standalone_mode=False)


if __name__ == "__main__":
    finish(sys.argv[1:])
