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

from argo_kedro.config.fields import (
    ENV_NAME,
    ENV_NAME_OR_NONE,
    KEY,
    LABEL,
    LABEL_OR_NONE,
    PARAMETER,
    SUBDOMAIN,
    SUBDOMAIN_OR_NONE,
)
from argo_kedro.config.models import ArgoConfig
from argo_kedro.config.profiles import Profile, changed, sections
from argo_kedro.errors import ConfigError
from argo_kedro.names import nearest

_NO_FILE = "argo.yml"
_PROFILES = "profiles"


def parse(data: Mapping[str, Any], sources: Mapping[str, Any] | None = None, *, profile: str = "") -> ArgoConfig:
    """The configuration that `data` stands for.

    Args:
        data: The merged content of argo.yml, without interpolations.
        sources: The files it was merged from, in order, each with its own content, scalars as they are written: errors
            name the right one, and a tag such as 1.10 stays what it is.
        profile: The profile whose sections go over the others; all of them are checked.

    Raises:
        ConfigError: if anything in it is wrong, or there is no such profile.
    """
    sources = sources or {}
    file = {str(key): _as_written(data[key], (key,), sources) for key in data}
    config, errors = _checked(file)
    lines = [_line(item, sources) for item in errors]
    known = {(item["loc"], item["type"]) for item in errors}
    forms = _forms(file)
    for name, form in forms.items():
        own = (item for item in _checked(form)[1] if (item["loc"], item["type"]) not in known)
        lines += [_line(item, sources, (_PROFILES, name)) for item in own]
    if config is None or lines:
        hint = "correct these keys; `kedro argo init` writes an example with comments."
        raise ConfigError("\n".join(dict.fromkeys(lines)), hint=hint)
    if not profile:
        return config
    if profile not in forms:
        raise _no_profile(profile, forms)
    return ArgoConfig.model_validate({**file, **forms[profile]})


def _checked(file: Mapping[str, Any]) -> tuple[ArgoConfig | None, list[ErrorDetails]]:
    try:
        return ArgoConfig.model_validate(file), []
    except ValidationError as error:
        return None, error.errors()


def _forms(file: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each profile makes of the sections that it changes."""
    profiles = file.get(_PROFILES)
    given = profiles.items() if isinstance(profiles, Mapping) else ()
    return {str(name): changed(file, profile) for name, profile in given if isinstance(profile, Mapping)}


def _no_profile(name: str, known: Mapping[str, Any]) -> ConfigError:
    there_are = f"Profiles: {', '.join(sorted(known))}." if known else "It has none."
    close = nearest(name, known)
    guess = f"did you mean {close!r}? " if close else ""
    hint = f"{guess}`{_PROFILES}` in argo.yml defines them; those of another env need --env."
    return ConfigError(f"argo.yml of this env has no profile {name!r}. {there_are}", hint=hint)


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
_SUBDOMAIN_WORDS = "must be lowercase letters, digits, '-' and '.', with a letter or digit at both ends"
_SECRETS = frozenset({"environment", "env", "env_from", "secret_ref", "params"})  # keys with a password near them
_PATTERN_WORDS = {
    LABEL: _LABEL_WORDS,
    LABEL_OR_NONE: _LABEL_WORDS,
    **dict.fromkeys((SUBDOMAIN, SUBDOMAIN_OR_NONE), _SUBDOMAIN_WORDS),
    **dict.fromkeys(
        (ENV_NAME, ENV_NAME_OR_NONE), "must be letters, digits, '_', '-' and '.', without a digit in front"
    ),
    KEY: "must be letters, digits, '_', '-' and '.'",
    PARAMETER: "must be letters, digits, '_' and '-'",
}


def _line(item: ErrorDetails, sources: Mapping[str, Any], place: Sequence[int | str] = ()) -> str:
    return f"{file_of(sources, (*place, *item['loc']))}: {_words(item, place)}"


def _words(item: ErrorDetails, place: Sequence[int | str]) -> str:
    path, given = _path((*place, *item["loc"])), item.get("ctx", {})
    if item["type"] == "extra_forbidden":
        return f"{path}: {_unknown(item['loc'], place)}"
    if item["type"] == "string_pattern_mismatch":
        message = _PATTERN_WORDS[given["pattern"]]
    else:
        known = _WORDS.get(item["type"])
        message = known.format_map(given) if known else item["msg"].removeprefix("Value error, ")
    shown = "something else" if item["loc"][0] == "secret_params" else _shown(item["input"])
    shown = "a text" if _may_be_secret(item) else shown
    return f"{path}: {message}" if item["type"] in ("missing", "value_error") else f"{path}: {message}, got {shown}"


def _may_be_secret(item: ErrorDetails) -> bool:
    """Whether somebody may have written a password where a reference to it belongs."""
    is_text = isinstance(item["input"], str) and item["type"] in ("dict_type", "model_type", "tuple_type")
    return is_text and not _SECRETS.isdisjoint(item["loc"])


def _path(parts: Sequence[int | str]) -> str:
    """A place as people write it: `tasks[0].nodes`."""
    named = (part for part in parts if part != "[key]")  # pydantic's mark of a key that is wrong itself
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).removeprefix(".")


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else repr(value)


def _unknown(path: Sequence[int | str], place: Sequence[int | str]) -> str:
    """Words for a key that is not known: the nearest one that is, or where it belongs, and all that are known."""
    known, key = sorted(_section(path).model_fields), str(path[-1])
    if place and len(path) == 1:  # the top of a profile
        known = sorted({*sections(dict.fromkeys(known)), *Profile.model_fields})
    # `gpus` looks like nothing here, but is part of `num_gpu`.
    close = nearest(key, known) or min((each for each in known if key.rstrip("s") in each), key=len, default="")
    above = next((end for end in range(len(path) - 2, -1, -1) if _knows(path[:end], key)), None)
    guess = f"did you mean {close!r}? " if close else ""
    if above is not None:
        there = _path((*place, *path[:above]))
        guess = f"it belongs to {there}, further up. " if there else "it belongs to the top of the file. "
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
    if _keeps_numbers(path) or not isinstance(value, (bool, int, float)):
        return value
    content = sources.get(file_of(sources, path))
    written = _at(content, path) if _depth(content, path) == len(path) else None
    return written if isinstance(written, str) and "${" not in written else value


def _at(content: Any, path: Sequence[int | str]) -> Any:
    for part in path:
        content = content[part]
    return content


def _keeps_numbers(path: Sequence[int | str]) -> bool:
    """Whether a number here stays one: a quantity, or what is Argo's, Kubernetes' or a node's own."""
    path = path[2:] if path[0] == _PROFILES else path
    if path[:1] in (("machine_types",), ("tasks",)):
        return _TEXTS.isdisjoint(path)
    if path[:1] == ("workflow",) or path[:2] == ("run", "params"):
        return True
    return path[:1] == ("template",) and not _AS_IT_IS.isdisjoint(path)


_AS_IT_IS = frozenset({"pod_spec_patch", "ready", "source"})
_TEXTS = frozenset({"environment", "node_selector"})
