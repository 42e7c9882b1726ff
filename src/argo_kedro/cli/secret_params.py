"""Parameters that argo.yml marks as secret: where their values go, and where they never do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from argo_kedro.cli import console
from argo_kedro.cli.parameters import flat, without
from argo_kedro.config.sources import SecretRef
from argo_kedro.errors import CompileError
from argo_kedro.names import secret_variable
from argo_kedro.project.configuration import configured
from argo_kedro.project.opening import bootstrap


def withheld(project: Path, chosen: Mapping[str, Any], params: Mapping[str, Any], *, here: bool) -> dict[str, Any]:
    """The parameters that may stand in a manifest; the secret ones go to local tasks through the environment.

    Args:
        project: The project's folder.
        chosen: The options, for their env and their configuration.
        params: The parameters given.
        here: Whether all of it runs on this machine.

    Raises:
        ConfigError: if argo.yml cannot be read.
        CompileError: if there is a secret one, and it is for a cluster.
        click.UsageError: if a secret one is no text.
    """
    if not params:
        return {}
    bootstrap(project)
    env = chosen.get("env") or os.environ.get("KEDRO_ENV")
    marked = configured(project, env, chosen.get("conf_source"), params, chosen.get("profile")).argo.secret_params
    if not here:
        stop_on_secrets(params, marked)
    given = {name: value for name, value in flat(params) if name in marked}
    for name, value in given.items():
        if not isinstance(value, str):  # YAML would make 83 of 0123
            variable = secret_variable(name)
            raise click.UsageError(f"{name} is secret, and must be a text: put it in quotes, or set {variable}.")
        os.environ[secret_variable(name)] = value
    _warn_of_typed(given)
    return without(params, given)


def without_marked(params: Mapping[str, Any], marked: Mapping[str, SecretRef]) -> dict[str, Any]:
    """Parameters of an earlier run, which had them before they were marked as secret."""
    return without(params, marked)


def stop_on_secrets(params: Mapping[str, Any], marked: Mapping[str, SecretRef]) -> None:
    """Keep secrets out of what a cluster stores for everyone to read.

    Raises:
        CompileError: if a parameter is secret.
    """
    for name, _ in flat(params):
        if name in marked:
            secret = marked[name]
            raise CompileError(
                f"Parameter {name} is secret (secret_params in argo.yml): its value would stand in the manifest in "
                "clear.",
                hint=f"leave it out: tasks take it from key {secret.key!r} of Secret {secret.name!r}, made by "
                f"kubectl create secret generic {secret.name} --from-file={secret.key}=FILE",
            )


def _warn_of_typed(given: Mapping[str, Any]) -> None:
    context = click.get_current_context(silent=True)
    typed = context is not None and context.get_parameter_source("params") is ParameterSource.COMMANDLINE
    if given and typed:
        named = ", ".join(given)
        variables = ", ".join(map(secret_variable, given))
        console.warn(
            f"{named}: a command line is in the shell's history and in `ps`; --config, or {variables}, is not."
        )
