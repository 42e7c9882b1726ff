"""From the merged text of argo.yml to `ArgoConfig`, with errors that name file and key."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from argo_kedro.config.models import ENV_NAME, LABEL, LABEL_OR_NONE, PARAMETER, SUBDOMAIN_OR_NONE, ArgoConfig
from argo_kedro.errors import ConfigError
from argo_kedro.names import nearest

_NO_FILE = "argo.yml"


def parse(data: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> ArgoConfig:
    """The configuration that `data` stands for.

    Args:
        data: The merged content of argo.yml, without interpolations.
        sources: The files it was merged from, in order, each with its own content, scalars as they are written: errors
            name the right one, and a tag such as 1.10 stays what it is.
    """
    sources = sources or {}
    try:
        return ArgoConfig.model_validate({str(key): _as_written(data[key], (key,), sources) for key in data})
    except ValidationError as error:
        lines = [f"{file_of(sources, item['loc'])}: {_words(item)}" for item in error.errors()]
        raise ConfigError(
            "\n".join(dict.fromkeys(lines)),
            hint="correct these keys; `kedro argo init` writes an example with comments.",
        ) from error


@lru_cache(maxsize=1)
def random_suffix() -> str:
    """`${ka.random:}` of argo-kedro 0.1: six characters, the same throughout a process."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))


_WORDS = {
    "missing": "is missing",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a section of keys",
    "string_type": "must be a text",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "literal_error": "must be one of {expected}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
}
_LABEL_WORDS = "must be lowercase letters, digits and hyphens, with a letter or digit at both ends"
_PATTERN_WORDS = {
    LABEL: _LABEL_WORDS,
    LABEL_OR_NONE: _LABEL_WORDS,
    SUBDOMAIN_OR_NONE: "must be lowercase letters, digits, '-' and '.', with a letter or digit at both ends",
    ENV_NAME: "must be letters, digits, '_', '-' and '.', without a digit in front",
    PARAMETER: "must be letters, digits, '_' and '-'",
}


def _words(item: ErrorDetails) -> str:
    path, given = _path(item["loc"]), item.get("ctx", {})
    if item["type"] == "extra_forbidden":
        return f"{path}: {_unknown(item['loc'])}"
    if item["type"] == "string_pattern_mismatch":
        message = _PATTERN_WORDS[given["pattern"]]
    else:
        known = _WORDS.get(item["type"])
        message = known.format_map(given) if known else item["msg"].removeprefix("Value error, ")
    shown = "something else" if item["loc"][0] == "secret_params" else _shown(item["input"])
    return f"{path}: {message}" if item["type"] in ("missing", "value_error") else f"{path}: {message}, got {shown}"


def _path(parts: Sequence[int | str]) -> str:
    """A place as people write it: `tasks[0].nodes`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else repr(value)


def _unknown(path: Sequence[int | str]) -> str:
    """Words for a key that is not known: the nearest one that is, or where it belongs, and all that are known."""
    known, key = sorted(_section(path).model_fields), str(path[-1])
    # `gpus` looks like nothing here, but is part of `num_gpu`.
    close = nearest(key, known) or min((each for each in known if key.rstrip("s") in each), key=len, default="")
    above = next((end for end in range(len(path) - 2, -1, -1) if _knows(path[:end], key)), None)
    guess = f"did you mean {close!r}? " if close else ""
    if above is not None:
        guess = f"it belongs to {_path(path[:above])}, further up. " if above else "it belongs to the top of the file. "
    return f"unknown key; {guess}Known here: {', '.join(known)}"


def _knows(place: Sequence[int | str], key: str) -> bool:
    """Whether the section at this place has this key. A list or a mapping of names has none."""
    last = place[-1] if place else ""
    is_section = not place or isinstance(last, int) or last in _section(place).model_fields
    return is_section and key in _section((*place, key)).model_fields


def _section(path: Sequence[int | str]) -> type[BaseModel]:
    """The model that the last key of this path was put into."""
    model: type[BaseModel] = ArgoConfig
    for part in path[:-1]:
        field = model.model_fields.get(str(part))
        if field is not None:  # else a place in a list, or a key of a mapping such as a machine type's name
            model = next(iter(_models(field.annotation)), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def file_of(sources: Mapping[str, Any], path: Sequence[int | str]) -> str:
    """The last of these files, each with its content, that holds the most of this path."""
    best, depth = _NO_FILE, -1
    for name, content in sources.items():
        found = _depth(content, path)
        if found >= depth:
            best, depth = name, found
    return best


def _depth(content: Any, path: Sequence[int | str]) -> int:
    for depth, part in enumerate(path):
        try:
            content = content[part]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(path)


def _as_written(value: Any, path: Sequence[int | str], sources: Mapping[str, Any]) -> Any:
    """A number or truth value that stands for a text, as that text: YAML takes `1.10` for 1.1 and `007` for 7."""
    if isinstance(value, Mapping):
        return {key: _as_written(item, (*path, key), sources) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_written(item, (*path, place), sources) for place, item in enumerate(value)]
    if path[0] in _WITH_NUMBERS or not isinstance(value, (bool, int, float)):
        return value
    content = sources.get(file_of(sources, path))
    written = _at(content, path) if _depth(content, path) == len(path) else None
    return written if isinstance(written, str) and "${" not in written else value


def _at(content: Any, path: Sequence[int | str]) -> Any:
    for part in path:
        content = content[part]
    return content


_WITH_NUMBERS = ("machine_types", "tasks")
