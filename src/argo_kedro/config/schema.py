"""The JSON Schema of argo.yml, for editors: what is a mistake there is underlined while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.alias_generators import to_camel

from argo_kedro.config.models import ArgoConfig, Schedule
from argo_kedro.config.profiles import Profile

NAME = "argo.schema.json"
_DRAFT = "http://json-schema.org/draft-07/schema#"  # what editors' YAML extensions know best
_INTERPOLATION: dict[str, Any] = {"type": "string", "pattern": r"\$\{"}  # ${globals:cores} may stand for any value
_NOT_IN_PROFILES = ("profiles", "env")
_DEFINITIONS, _PART = "#/definitions/", "PartOf"  # what begins the names of the sections of a profile
_WHOLE_NUMBER: dict[str, Any] = {"type": "string", "pattern": r"^\s*[+-]?[0-9][0-9_]*(\.0*)?\s*$"}  # in quotes
# In quotes, and without any: YAML 1.1, which Kedro reads, takes `yes` for true; that of editors is 1.2, and does not.
_SWITCHES = ("true", "false", "yes", "no", "on", "off", "t", "f", "y", "n", "1", "0")
_ANY_CASE = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in _SWITCHES)
_SWITCH: dict[str, Any] = {"type": "string", "pattern": f"^({_ANY_CASE})$"}
_BIT: dict[str, Any] = {"enum": [0, 1]}
TAKEN_TOO = (_INTERPOLATION, _WHOLE_NUMBER, _SWITCH, _BIT)  # forms that no page has to name


def schema() -> dict[str, Any]:
    """The schema: all keys with their descriptions, and the forms of values that the models take."""
    made = ArgoConfig.model_json_schema()
    definitions: dict[str, Any] = made.pop("$defs")
    for section in (made, *definitions.values()):
        section["properties"] = {key: _loose(value) for key, value in section["properties"].items()}
    schedule = definitions[Schedule.__name__]["properties"]
    schedule.update({to_camel(key): value for key, value in list(schedule.items())})  # as Argo spells them
    top = made["properties"]
    profile = definitions[Profile.__name__]
    profile["properties"] |= {key: value for key, value in top.items() if key not in _NOT_IN_PROFILES}
    profile["additionalProperties"] = False
    made["patternProperties"] = {"^_": {"description": "For interpolations within the file; Kedro leaves it out."}}
    all_ = {**_moved(definitions), **_parts(definitions), Profile.__name__: _moved(profile, _DEFINITIONS + _PART)}
    return {"$schema": _DRAFT, **made, "definitions": all_, "properties": _moved(top)}


def _parts(definitions: dict[str, Any]) -> dict[str, Any]:
    """The sections as a profile has them: what it leaves out is said by the file that it goes over."""
    return {
        f"{_PART}{name}": _moved({key: item for key, item in value.items() if key != "required"}, _DEFINITIONS + _PART)
        for name, value in definitions.items()
        if name != Profile.__name__
    }


def _loose(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may also be an interpolation, or a number where a text is meant, or null."""
    said: dict[str, Any] = {key: value.pop(key) for key in ("description", "default", "title") if key in value}
    said.pop("title", None)
    forms = list(_forms(value))
    for form in forms:
        for inside in {"items", "additionalProperties"}.intersection(form):
            if isinstance(form[inside], dict) and "$ref" not in form[inside]:
                form[inside] = _loose(form[inside])
    types = [form.get("type") for form in forms]
    if any(_is_text(form) for form in forms):  # numbers are taken as they are written
        forms.append({"type": ["number", "boolean"]})
    forms += [_WHOLE_NUMBER] * ("integer" in types) + [_SWITCH, _BIT] * ("boolean" in types)
    if not any(_is_plain_text(form) for form in forms):
        forms.append(_INTERPOLATION)
    if any("$ref" in form or form.get("type") in ("array", "object") for form in forms):
        forms.append({"type": "null"})  # a section whose every line is commented out
    return {**said, "anyOf": _unique(forms)}


def _forms(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The forms of a value, those of its forms among them."""
    inner = value.get("anyOf") or value.get("allOf")  # older pydantic puts a reference into an allOf of one
    if inner is None:
        yield value
    for form in inner or ():
        yield from _forms(form)


def _is_text(form: dict[str, Any]) -> bool:
    return form.get("type") == "string" and not {"enum", "const"}.intersection(form)


def _is_plain_text(form: dict[str, Any]) -> bool:
    return _is_text(form) and "pattern" not in form


def _unique(forms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [form for place, form in enumerate(forms) if form not in forms[:place]]


def _moved(value: Any, place: str = _DEFINITIONS) -> Any:
    """With references to `definitions`, where the draft that editors know has them."""
    if isinstance(value, dict):
        return {key: _moved(item, place) for key, item in _pairs(value, place)}
    return [_moved(item, place) for item in value] if isinstance(value, list) else value


def _pairs(value: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        is_reference = key == "$ref" and isinstance(item, str)
        yield key, item.replace("#/$defs/", place) if is_reference else item
