"""`--config FILE`: the `run` section of a YAML file gives options, as it does for `kedro run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run

from argo_kedro.cli import console
from argo_kedro.names import nearest, versions_text

_SECTION = "run"
_LISTS = frozenset({"from_inputs", "to_outputs", "from_nodes", "to_nodes", "node_names", "tags", "pipelines"})
_LISTS |= {"namespaces"}
# Kedro calls some otherwise than their options: `--nodes` is `node_names`.
_KEYS = {option.lstrip("-").replace("-", "_"): str(each.name) for each in kedro_run.params for option in each.opts}
_TEXTS = frozenset({"env", "pipeline", "conf_source", "profile"})


def run_section(context: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    """Let what the file says be the default of each option: the command line counts before it.

    Kedro's own callback takes the section that is called as the command, which here would be `compile`, `submit`, ...

    Raises:
        click.UsageError: if the file cannot be read, or a key or a value in it is wrong.
    """
    if value is None:
        return None
    keys = {str(each.name) for each in kedro_run.params} - {"config"} | {"profile"}
    given = {}
    for key, content in _section(value).items():
        if key not in keys:
            near = _KEYS.get(str(key).replace("-", "_")) or nearest(str(key), keys)
            guess = f"did you mean {near!r}? " if near else ""
            raise click.BadParameter(f"{value}: {_SECTION}.{key}: no such key; {guess}Known: {_listed(keys)}.")
        if key not in {*_LISTS, *_TEXTS, "params", "load_versions"}:
            console.warn(f"{value}: {_SECTION}.{key} says nothing here: each task runs its nodes in its own process.")
        elif content is not None:
            given[key] = _text(key, content, f"{value}: {_SECTION}.{key}")
    context.default_map = {**(context.default_map or {}), **given}
    return value


def _section(path: Path) -> Mapping[Any, Any]:
    from omegaconf import OmegaConf  # here to keep `--help` quick
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        content = OmegaConf.to_container(OmegaConf.load(path))  # as Kedro reads it
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "it is no YAML"
        raise click.BadParameter(f"{path}{where}: {what}.") from error
    except (OmegaConfBaseException, OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: it cannot be read: {str(error).partition(chr(10))[0]}.") from error
    if not isinstance(content, Mapping) or _SECTION not in content:
        found = _listed(map(str, content)) if isinstance(content, Mapping) and content else "none"
        raise click.BadParameter(f"{path}: it has no section `{_SECTION}:`, as for `kedro run`. Sections: {found}.")
    section = content[_SECTION]
    if section is not None and not isinstance(section, Mapping):
        raise click.BadParameter(f"{path}: {_SECTION}: it must be a mapping of options to values.")
    return section or {}


def _text(key: str, content: Any, where: str) -> Any:
    """A value as the option's own callback takes it."""
    if key == "params" and isinstance(content, str | Mapping):
        return content
    if key == "load_versions" and isinstance(content, Mapping) and _are_texts([*content, *content.values()]):
        return versions_text(content)
    if key in _LISTS and isinstance(content, list) and _are_texts(content):
        return ",".join(content)
    if key != "params" and isinstance(content, str):
        return content
    wanted = {"params": "a mapping", "load_versions": "a mapping of datasets to versions"}
    kind = wanted.get(key, "a text, or a list of texts" if key in _LISTS else "a text")
    raise click.BadParameter(f"{where} must be {kind}, not {type(content).__name__}.")


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))
