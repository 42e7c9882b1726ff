"""Parameters as they are typed and printed: `--params`, and those that argo.yml marks as secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run

KEDROS = next(option for option in kedro_run.params if option.name == "params")


def parameters(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """What `--params` says: as for `kedro run`, or JSON where it begins with a brace.

    Raises:
        click.UsageError: if it cannot be read, or holds what JSON cannot carry to a task.
    """
    if isinstance(value, str) and value.lstrip().startswith("{"):
        found = _json(value, context, option)
    else:
        found = _kedros(value, context, option)
    wrong = unfit(found)
    if wrong:
        raise click.BadParameter(wrong, ctx=context, param=option)
    return found


def unfit(params: Any) -> str:
    """Why parameters would not arrive at a task as they are; empty if they do."""
    return next(_unfit(params), "")


def typed(params: Mapping[str, Any]) -> str:
    """The text that `--params` reads as exactly these: Kedro's `model.depth=3` where that says it, else JSON."""
    text = ",".join(_pairs(params))
    context = click.Context(kedro_run)
    try:
        same = json.dumps(parameters(context, KEDROS, text)) == json.dumps(params)
    except click.UsageError:
        same = False
    if same:
        return text
    readable = json.dumps(params, ensure_ascii=False)
    return readable if readable.isprintable() else json.dumps(params)


def flat(params: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each parameter and each group of them by its dotted name."""
    for key, value in params.items():
        yield f"{prefix}{key}", value
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")


def without(params: Mapping[str, Any], names: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The parameters without those of these dotted names, and without groups that are empty then."""
    kept = {}
    for key, value in params.items():
        if f"{prefix}{key}" in names:
            continue
        inner = without(value, names, f"{prefix}{key}.") if isinstance(value, Mapping) else value
        if inner or not value or not isinstance(value, Mapping):
            kept[key] = inner
    return kept


def _json(text: str, context: click.Context, option: click.Parameter) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:  # without the text, which may hold a secret
        message = f"it begins with {{ and is no JSON: {error}."
        raise click.BadParameter(message, ctx=context, param=option) from error


def _kedros(value: Any, context: click.Context, option: click.Parameter) -> Any:
    from omegaconf.errors import OmegaConfBaseException  # here to keep `--help` quick
    from yaml import YAMLError

    try:
        return KEDROS.callback(context, option, value) if KEDROS.callback else value
    except click.UsageError as error:
        hint = 'A value with a comma takes JSON: --params \'{"key": "a,b"}\'.'
        raise click.UsageError(f"{error.message} {hint}", ctx=context) from error
    except (YAMLError, OmegaConfBaseException, LookupError, ValueError, TypeError, AttributeError) as error:
        # The latter are what OmegaConf makes of names such as `[`.
        message = "it cannot be read as key=value,key=value; JSON can say anything: --params '{\"key\": [1, 2]}'."
        raise click.BadParameter(message, ctx=context, param=option) from error


def _unfit(value: Any, where: str = "") -> Iterator[str]:
    """What JSON would change or refuse, so that a task would get something else."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str):
                yield from _unfit(item, f"{where}.{key}" if where else key)
            else:
                yield f"the name {key!r}{f' in {where}' if where else ''} is no text; put it in quotes."
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unfit(item, f"{where}[{place}]")
    elif not isinstance(value, str | int | float | None):
        yield f"the value of {where} is of type {type(value).__name__}, which does not travel to a task as it is."


def _pairs(params: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, item in params.items():
        if isinstance(item, Mapping):
            yield from _pairs(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={item}"
