"""The options of `kedro run` that choose what runs: the installed Kedro's own, with their texts and callbacks."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource
from kedro.framework.cli.project import run as kedro_run

from argo_kedro.cli.parameters import KEDROS, parameters, typed
from argo_kedro.cli.run_section import run_section
from argo_kedro.names import is_object_name, versions_text

# In the order of `kedro run --help`. Some came with later versions of Kedro.
OPTIONS = {
    "from_inputs": "--from-inputs",
    "to_outputs": "--to-outputs",
    "from_nodes": "--from-nodes",
    "to_nodes": "--to-nodes",
    "node_names": "--nodes",
    "env": "--env",
    "tags": "--tags",
    "load_versions": "--load-versions",
    "pipeline": "--pipeline",
    "pipelines": "--pipelines",
    "namespaces": "--namespaces",
    "config": "--config",
    "conf_source": "--conf-source",
    "params": "--params",
    "profile": "--profile",  # ours
    "workflow_name": "--workflow-name",  # ours
    "from_failed": "--from-failed",  # ours
}
LATEST = "@latest"

_BESIDE_FROM_FAILED = (
    "env",
    "config",
    "conf_source",
    "params",
    "profile",
    "load_versions",
    "workflow_name",
    "from_failed",
)
_PROFILE_HELP = (
    "A form of the run that argo.yml describes under `profiles`: what it selects and sets. Options given here count "
    "before its own; --params changes single parameters."
)
_C = TypeVar("_C", bound=Callable[..., Any])

workflow_name_option = click.option(
    "--workflow-name",
    "-w",
    default="",
    help="First part of the workflow's name. [default: the names of the project and its pipelines]",
)


def kubernetes_name(_context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    """A name as Kubernetes has them, before it becomes part of an address or a path.

    Raises:
        click.UsageError: if it is none, or is empty where one is required.
    """
    if not value and not parameter.required:
        return ""
    if value == LATEST and isinstance(parameter, click.Argument):
        return value
    if not value or not is_object_name(value):
        raise click.BadParameter(f"{value!r} is no name of Kubernetes: lowercase letters, digits, '-' and '.'.")
    return value


from_failed_option = click.option(
    "--from-failed",
    default="",
    metavar="NAME",
    callback=kubernetes_name,
    help="A run, here or on the cluster: only what did not succeed there, and what depends on it, on the data that it "
    "left, with its parameters; --params changes single ones.",
)


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `kedro run` that choose what runs, and `--profile`, as its keyword arguments."""
    options = {option.name: option for option in kedro_run.params if isinstance(option, click.Option)}
    options["profile"] = click.Option(["--profile"], default="", metavar="NAME", help=_PROFILE_HELP)
    known: list[click.Parameter] = [_ours(options[name]) for name in OPTIONS if name in options]
    command.__click_params__ = [*getattr(command, "__click_params__", []), *reversed(known)]  # type: ignore[attr-defined]
    return command


def none_given(chosen: Mapping[str, Any]) -> bool:
    """Whether none of the options that choose was given."""
    return not any(chosen.values())


def stop_beside_from_failed(chosen: Mapping[str, Any]) -> None:
    """A run that goes on where another one failed has its nodes from there.

    Raises:
        click.UsageError: if options choose other nodes.
    """
    others = {key: value for key, value in chosen.items() if key not in _BESIDE_FROM_FAILED}
    if chosen.get("from_failed") and not none_given(others):
        named = ", ".join(OPTIONS[key] for key, value in others.items() if value)
        allowed = ", ".join(OPTIONS[key] for key in _BESIDE_FROM_FAILED[:-1])
        raise click.UsageError(f"--from-failed says which nodes run: {named} does not go with it, only {allowed}.")


def next_command(
    verb: str, chosen: Mapping[str, Any], *, place: Mapping[str, str] | None = None, **more: Sequence[str]
) -> str:
    """A verb to try next, with the same options; those that a file gave are in the file.

    Args:
        verb: Its name.
        chosen: The options as they may be shown.
        place: The context and the namespace of the command line, for a verb that reaches a cluster.
        more: Further options.
    """
    context = click.get_current_context(silent=True)
    of_file = {
        name
        for name in OPTIONS
        if context is not None and context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP
    }
    left_out = of_file if chosen.get("config") else set()
    given = {name: value for name, value in {**chosen, **more}.items() if name not in left_out}
    there = [f"--{name}={value}" for name, value in (place or {}).items() if value]
    return shlex.join(["kedro", "argo", verb, *option_words(given), *there])


def option_words(given: Mapping[str, Any]) -> list[str]:
    """These options as they are typed, in Kedro's order; none for what is empty."""
    in_order = ((name, given[name]) for name in OPTIONS if given.get(name))
    return [word for name, value in in_order for word in (OPTIONS[name], _word(name, value))]


def _word(name: str, value: Any) -> str:
    if isinstance(value, str | Path):
        return str(value)
    if name == "params":
        return typed(value)
    return versions_text(value) if isinstance(value, Mapping) else ",".join(value)


def _ours(option: click.Option) -> click.Option:
    """Kedro's option; those whose callbacks would not do here are ours."""
    if option.name == "params":
        text = f"{option.help} What begins with {{ is JSON, with any value: --params '{{\"key\": [1, 2]}}'."
        return click.Option(["--params"], type=KEDROS.type, default="", callback=parameters, help=text)
    if option.name == "config":
        file = click.Path(exists=True, dir_okay=False, path_type=Path)
        return click.Option([*option.opts], type=file, callback=run_section, is_eager=True, help=option.help)
    return option
