"""docs/reference/argo-yml.md: every key of argo.yml, from the models themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from argo_kedro.config.schema import TAKEN_TOO, schema

_HEAD = """\
# argo.yml, key by key

This page is made from the models that read the file (`make docs`). `kedro argo init` writes the same as
`conf/argo.schema.json`, by which editors complete keys and underline mistakes: the first line of the argo.yml that it
writes names it. Unknown keys are refused, with the nearest known one. Every key may be left out unless it says
*required*; values may be Kedro's interpolations (`${globals:...}`, `${oc.env:...}`, `${runtime_params:...}`).

Times are `90` (seconds), `30s`, `10m`, `2h` or `1d`; memory and storage are numbers of GiB or quantities such as
`512Mi`.
"""
_WORDS = {"boolean": "true or false", "integer": "number", "object": "mapping", "string": "text", "array": "list"}


def page() -> str:
    """The whole page."""
    found = schema()
    parts = [_HEAD, *_sections("", found, found["definitions"], places={})]
    return "\n".join(parts)


def _sections(place: str, section: dict[str, Any], known: dict[str, Any], places: dict[str, str]) -> Iterator[str]:
    """A section's table, then the sections that its keys hold; one that stands in several places is there once."""
    below = []
    rows = ["| key | value | default | |", "|-|-|-|-|"]
    for key, value in section["properties"].items():
        if key in _spelled_twice(section):
            continue
        name = next(_names(value), "")
        if name and name not in places:
            places[name] = _inside(place, key, value)
            below.append(name)
        required = "*required*" if key in section.get("required", ()) else _default(value)
        words = value.get("description") or known[name]["description"]
        cells = (f"`{key}`", _form(value, places.get(name, "")), required, words)
        rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    words = f"{section['description']}\n\n" if place else ""
    yield f"## {f'`{place}`' if place else 'The top of the file'}\n\n{words}" + "\n".join(rows) + "\n"
    for name in below:
        inside = known[name]
        if name == "Profile":  # its other keys are those of the file
            inside = {**inside, "properties": {key: inside["properties"][key] for key in ("description", "run")}}
        yield from _sections(places[name], inside, known, places)


def _spelled_twice(section: dict[str, Any]) -> set[str]:
    """Keys that are there as Argo spells them, too."""
    return {key for key in section["properties"] if key != key.lower()}


def _inside(place: str, key: str, value: dict[str, Any]) -> str:
    above = f"{place}." if place else ""
    forms = value["anyOf"]
    if any(_references(form.get("items")) for form in forms):
        return f"{above}{key}[]"
    by_name = any(_references(form.get("additionalProperties")) for form in forms)
    return f"{above}{key}.<name>" if by_name else f"{above}{key}"


def _references(value: Any) -> bool:
    return isinstance(value, dict) and "$ref" in value


def _names(value: dict[str, Any]) -> Iterator[str]:
    """The definitions that a value may be one of, or hold."""
    for form in value["anyOf"]:
        for part in (form, form.get("items"), form.get("additionalProperties")):
            if isinstance(part, dict) and "$ref" in part:
                yield part["$ref"].rpartition("/")[2]


def _form(value: dict[str, Any], inside: str) -> str:
    """What a value looks like."""
    words = []
    for form in value["anyOf"]:
        if form in TAKEN_TOO or form.get("type") in ("null", ["number", "boolean"]):
            continue
        words += _form_words(form, inside)
    return " or ".join(dict.fromkeys(words))


def _form_words(form: dict[str, Any], inside: str) -> list[str]:
    if "$ref" in form:
        return [f"`{inside}`"]
    if "enum" in form or "const" in form:
        return [f"`{choice}`" for choice in form.get("enum", [form.get("const")]) if choice != ""]
    kind = form.get("type", "")
    if kind == "array":
        return [f"list of `{inside}`" if inside else "list"]
    if kind == "object":
        return [f"`{inside}` by name" if inside else "mapping"]
    return [_WORDS.get(kind, kind)]


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default in (None, "", [], {}) or (isinstance(default, dict) and any(_names(value))):
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"
