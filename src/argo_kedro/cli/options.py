"""The options of `kedro run` that choose what runs: the installed Kedro's own, with their texts and callbacks."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run

# In the order of `kedro run --help`. Some came with later versions of Kedro.
OPTIONS = {
    "from_inputs": "--from-inputs",
    "to_outputs": "--to-outputs",
    "from_nodes": "--from-nodes",
    "to_nodes": "--to-nodes",
    "node_names": "--nodes",
    "env": "--env",
    "tags": "--tags",
    "pipeline": "--pipeline",
    "pipelines": "--pipelines",
    "namespaces": "--namespaces",
    "conf_source": "--conf-source",
    "params": "--params",
    "workflow_name": "--workflow-name",  # ours
}

workflow_name_option = click.option(
    "--workflow-name",
    "-w",
    default="",
    help="First part of the workflow's name. [default: the names of the project and its pipelines]",
)


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `kedro run` that choose what runs; they arrive as its keyword arguments."""
    options = {option.name: option for option in kedro_run.params if isinstance(option, click.Option)}
    known: list[click.Parameter] = [options[name] for name in OPTIONS if name in options]
    command.__click_params__ = [*getattr(command, "__click_params__", []), *reversed(known)]  # type: ignore[attr-defined]
    return command


def none_given(chosen: Mapping[str, Any]) -> bool:
    """Whether none of the options that choose was given."""
    return not any(chosen.values())


def next_command(verb: str, chosen: Mapping[str, Any], **more: Sequence[str]) -> str:
    """A verb to try next, with the same options."""
    words = ["kedro", "argo", verb]
    for name, value in {**chosen, **more}.items():
        if value:
            words += [OPTIONS[name], value if isinstance(value, str) else ",".join(_listed(value))]
    return shlex.join(words)


def _listed(value: Sequence[str] | Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Names as they are, nested parameters as `--params` takes them: `model.depth=3`."""
    if not isinstance(value, Mapping):
        yield from value
        return
    for key, item in value.items():
        if isinstance(item, Mapping):
            yield from _listed(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={item}"
