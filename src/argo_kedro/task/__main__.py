"""The pod's entry: `python -m argo_kedro.task --env cloud --pipeline modelling --nodes train_model`."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

import click

from argo_kedro.errors import ArgoKedroError, ConfigError
from argo_kedro.task.measures import Measures
from argo_kedro.task.progress import Progress
from argo_kedro.task.running import TaskRun, run_task
from argo_kedro.task.secret_parameters import SecretParameters
from argo_kedro.task.storage import is_version
from argo_kedro.task.termination_log import TerminationLog

_PARAMS_HINT = """for example --params '{"model": {"depth": 3}}'."""


@click.command(name="python -m argo_kedro.task")
@click.option("--env", help="Kedro env; Kedro's default one if absent.")
@click.option("--pipeline", default="__default__", show_default=True, help="Registered pipelines that hold the nodes.")
@click.option("--task", default="", help="Name of the task, where that is enough to find its only node.")
@click.option("--nodes", default="", help="Nodes to run, separated by commas; in place of --task.")
@click.option("--memory", default="", help="Datasets that stay in memory, separated by commas.")
@click.option("--conf-source", help="Folder or archive of the configuration.")
@click.option("--params", default="{}", help="Runtime parameters, as JSON.")
@click.option("--secret-param", "secrets", multiple=True, help="NAME=VARIABLE: a parameter's value is in VARIABLE.")
@click.option("--save-version", default="", help="Version of the workflow's run; Kedro's timestamp if absent.")
@click.option("--pinned", default="", help="Versioned datasets to load in --save-version, separated by commas.")
@click.option("--load-versions", default="", help="NAME:VERSION,...: loaded in these versions, before --pinned.")
@click.option("--spilled", default="", help="Datasets that are kept in --storage, separated by commas.")
@click.option("--storage", default="", help="Folder or address of the storage of runs.")
@click.option("--storage-credentials", default="", help="Entry of credentials.yml for --storage.")
@click.option("--save-nothing", is_flag=True, help="What it saves stays in memory: no data is changed.")
@click.option("--save-only", default="", help="As --save-nothing, but for these datasets, separated by commas.")
def main(secrets: tuple[str, ...], **options: Any) -> None:
    """Run the nodes of one task, as a pod or a local run does.

    Exit codes: 1 a node raised, 3 the project or its configuration, 7 a dataset could not be loaded or saved.
    """
    log = TerminationLog()
    progress, measures, secret = Progress(), Measures(log), SecretParameters({})
    try:
        secret = SecretParameters(_pairs("--secret-param", secrets, "=", "warehouse.password=PARAM_WAREHOUSE_PASSWORD"))
        run_task(_task_run(**options), [progress, measures], secret)
    except ArgoKedroError as error:
        log.failed(secret.hide(error.format_message()), measures.end())
        raise
    # Whatever a project raises must reach the log and the termination log. A node that calls sys.exit(0) failed too.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        click.echo(secret.hide("".join(traceback.format_exception(error))), err=True, nl=False)
        log.failed(secret.hide(f"{progress.where}: {_words(error)}"), measures.end())
        sys.exit(progress.exit_code(error))
    log.say(measures.end())


def _task_run(
    *,
    pipeline: str,
    params: str,
    load_versions: str,
    save_version: str,
    storage_credentials: str,
    save_nothing: bool,
    save_only: str,
    **options: Any,
) -> TaskRun:
    versions = _pairs("--load-versions", _names(load_versions), ":", "model:2026-11-21T08.03.47.000Z")
    for version in (*versions.values(), *([save_version] if save_version else [])):
        if not is_version(version):
            message = (
                f"{version!r} cannot be a version: it is one part of a path, of letters, digits, `.`, `_` and `-`."
            )
            raise ConfigError(message, hint="correct --save-version or --load-versions.")
    options.update({name: _names(options[name]) for name in ("nodes", "memory", "pinned", "spilled")})
    return TaskRun(
        pipelines=_names(pipeline),
        params=_parameters(params),
        load_versions=versions,
        save_version=save_version,
        credentials=storage_credentials,
        saved=_names(save_only) if save_nothing or save_only else None,
        **options,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _pairs(option: str, texts: tuple[str, ...], separator: str, example: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, _, value = text.partition(separator)
        if not name or not value:
            raise ConfigError(f"{option}: {text!r} is no pair.", hint=f"for example {option}={example}.")
        pairs[name] = value
    return pairs


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


if __name__ == "__main__":
    main()
