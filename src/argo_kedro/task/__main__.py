"""The pod's entry: `python -m argo_kedro.task --env cloud --pipeline modelling --nodes train_model`."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.task.progress import Progress
from argo_kedro.task.running import run_task

_TERMINATION_LOG = Path("/dev/termination-log")  # Argo copies it into the node's message
_PARAMS_HINT = """for example --params '{"model": {"depth": 3}}'."""
_LINE_LIMIT = 4000  # Kubernetes keeps the last 4096 bytes


@click.command(name="python -m argo_kedro.task")
@click.option("--env", help="Kedro env; Kedro's default one if absent.")
@click.option("--pipeline", default="__default__", show_default=True, help="Registered pipelines that hold the nodes.")
@click.option("--task", default="", help="Name of the task, where that is enough to find its only node.")
@click.option("--nodes", default="", help="Nodes to run, separated by commas; in place of --task.")
@click.option("--memory", default="", help="Datasets that stay in memory, separated by commas.")
@click.option("--conf-source", help="Folder or archive of the configuration.")
@click.option("--params", default="{}", help="Runtime parameters, as JSON.")
def main(
    env: str | None, pipeline: str, task: str, nodes: str, memory: str, conf_source: str | None, params: str
) -> None:
    """Run the nodes of one task, as a pod or a local run does.

    Exit codes: 1 a node raised, 3 the project or its configuration, 7 a dataset could not be loaded or saved.
    """
    progress = Progress()
    try:
        run_task(
            progress,
            env=env,
            pipeline_names=_names(pipeline),
            task=task,
            nodes=_names(nodes),
            memory=_names(memory),
            conf_source=conf_source,
            params=_parameters(params),
        )
    except ArgoKedroError as error:
        _note(error.format_message())
        raise
    # Whatever a project raises must reach the log and the termination log. A node that calls sys.exit(0) failed too.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        traceback.print_exc()
        _note(f"{progress.where}: {_words(error)}")
        sys.exit(progress.exit_code(error))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _parameters(text: str) -> dict[str, Any]:
    try:
        params = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"--params: not JSON: {error}.", hint=_PARAMS_HINT) from error
    if not isinstance(params, dict):
        raise ConfigError(f"--params: {text} is not a mapping.", hint=_PARAMS_HINT)
    return params


def _words(error: BaseException) -> str:
    """The error, and what it was raised from where it does not quote that itself, as `find_pipelines` does not."""
    words, cause = f"{type(error).__name__}: {error}", error.__cause__
    return words if cause is None or str(cause) in words else f"{words} Cause: {_words(cause)}"


def _note(line: str) -> None:
    """One line that every tool shows for the failed task."""
    log = Path(os.environ.get("ARGO_KEDRO_TERMINATION_LOG", _TERMINATION_LOG))
    text = " ".join(line.split()).encode("utf-8", "replace")[:_LINE_LIMIT]
    if log != _TERMINATION_LOG or log.exists():  # outside a pod there is none, and none must appear
        log.write_bytes(text)


if __name__ == "__main__":
    main()
