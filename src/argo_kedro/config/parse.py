"""From the merged text of argo.yml to `ArgoConfig`, with errors that name file and key."""

from __future__ import annotations

import difflib
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from argo_kedro.config.models import ArgoConfig
from argo_kedro.errors import ConfigError

_NO_FILE = "argo.yml"


def parse(data: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> ArgoConfig:
    """The configuration that `data` stands for.

    Args:
        data: The merged content of argo.yml, without interpolations.
        sources: The files it was merged from, in order, each with its own content: errors name the right one.
    """
    try:
        return ArgoConfig.model_validate(dict(data))
    except ValidationError as error:
        lines = [f"{_file(sources or {}, item['loc'])}: {_words(item)}" for item in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(lines)), hint="correct these keys; `kedro argo init` writes an example with comments.") from error


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
}


def _words(item: ErrorDetails) -> str:
    path = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{path}: {_unknown(item['loc'])}"
    message = _WORDS.get(item["type"], item["msg"].removeprefix("Value error, "))
    got = item["input"]
    shown = f", got {got!r}" if isinstance(got, (str, int, float)) and repr(got) not in message else ""
    return f"{path}: {message}{shown}"


def _unknown(path: Sequence[int | str]) -> str:
    """Words for a key that is not known: the nearest one that is, and all of them."""
    known = sorted(_section(path).model_fields)
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown key; {guess}Known here: {', '.join(known)}"


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


def _file(sources: Mapping[str, Any], path: Sequence[int | str]) -> str:
    """The last file that holds the most of this path."""
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
