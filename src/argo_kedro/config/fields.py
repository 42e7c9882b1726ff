"""The value types of argo.yml: quantities, durations, schedules, and the base of all its sections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from argo_kedro.config.schedules import schedule_mistake, time_zone_mistake
from argo_kedro.names import nearest
from argo_kedro.quantities import amount

LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"  # RFC 1123
LABEL_OR_NONE = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
SUBDOMAIN_OR_NONE = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$"
ENV_NAME = r"^[-._a-zA-Z][-._a-zA-Z0-9]*$"
ENV_NAME_OR_NONE = r"^([-._a-zA-Z][-._a-zA-Z0-9]*)?$"
KEY = r"^[-._a-zA-Z0-9]+$"  # of a Secret or a ConfigMap
PARAMETER = r"^[-a-zA-Z0-9_]+$"

_DURATION = re.compile(r"(\d+)(s|m|h|d)?\Z")
_NUMBER = re.compile(r"[0-9]*\.?[0-9]*\Z")
_BUILDERS = ("docker", "podman", "buildah")
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Strict(BaseModel):
    """A frozen section of argo.yml that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_sections(cls, data: Any) -> Any:
        """A section or a list whose every line is commented out reads as null, and says nothing."""
        if not isinstance(data, Mapping):
            return data
        return {key: value for key, value in data.items() if value is not None or not _holds_more(cls, key)}


def _holds_more(model: type[BaseModel], key: Any) -> bool:
    field = model.model_fields.get(str(key))
    return field is not None and isinstance(field.default, (tuple, dict, BaseModel))


@dataclass(frozen=True)
class Also:
    """For the JSON Schema: a short form of a value, that a validator makes into the whole one."""

    type: str | tuple[str, ...]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The value's own schema, or the short form's."""
        names = [self.type] if isinstance(self.type, str) else self.type
        return {"anyOf": [handler(core), *({"type": name} for name in names)]}


def only_one(section: BaseModel, sources: Sequence[str], what: str, *, required: bool = True) -> None:
    """Refuse a section that says twice where something comes from, or never.

    Raises:
        ValueError: with words that begin with `what`.
    """
    given = [name for name in sources if getattr(section, name) is not None]
    if len(given) > 1:
        raise ValueError(f"{what} both {' and '.join(given)}; keep one")
    if required and not given:
        raise ValueError(f"{what} no source; give one of {', '.join(sources)}")


def one_or_more(value: Any) -> Any:
    """A list, or one value that stands for a list of one."""
    return [value] if isinstance(value, str) else value


def seconds(value: Any) -> Any:
    """`90`, `30s`, `10m`, `2h`, `1d` as seconds."""
    match = _DURATION.match(str(value)) if not isinstance(value, bool) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{value!r} is not a duration such as 90, 30s, 10m, 2h or 1d")
    return int(match[1]) * _SECONDS[match[2] or "s"]


def _positive(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"must be a quantity such as 4, 0.5, 500m or 16Gi, not {value!r}")  # noqa: TRY004  # pydantic's
    if (isinstance(value, (int, float)) and not value > 0) or amount(str(value)) <= 0:
        raise ValueError(f"{value!r} is not a quantity greater than zero")
    return str(value)


def _gibibytes(value: Any) -> str:
    # argo-kedro 0.1 counted in GiB, and took "16" for 16 as well; nobody means 16 bytes.
    text = _positive(value)
    return f"{text}Gi" if _NUMBER.match(text) else text


def _gibibytes_or_none(value: Any) -> str:
    return "" if value in (0, "0", "", None) else _gibibytes(value)


def _quantity(value: Any) -> str | None:
    if value is None:
        return None
    amount(str(value))
    return str(value)


def _count(value: Any) -> Any:
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) == 0:
        raise ValueError(f"must be a whole number of devices, such as 1, not {value!r}")
    return str(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool):  # which pydantic would take for 1
        raise ValueError(f"must be a number, such as 3, not {str(value).lower()}")  # noqa: TRY004  # pydantic's
    return value


def _patch(value: Any) -> Any:
    """A piece of a pod's spec; as text it is YAML, as Argo's own podSpecPatch is."""
    if not isinstance(value, str):
        return value or {}
    try:
        return yaml.safe_load(value) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"{value!r} is neither a mapping nor YAML of one") from error


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _builder(value: Any) -> bool | str:
    text = str(value).lower()  # `True` is a text here already, as it is written
    if text not in (*_SWITCHES, *_BUILDERS):
        close = nearest(text, _BUILDERS)
        guess = f"; did you mean {close!r}?" if close else ""
        raise ValueError(f"{value!r} is neither true nor false nor one of {', '.join(_BUILDERS)}{guess}")
    return _SWITCHES.get(text, text)


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = not value or (parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value))
    except ValueError:  # such as brackets that are no IPv6 address
        good = False
    if not good:
        raise ValueError(f"{value!r} is not an address such as https://argo.example.com")
    return value.rstrip("/")


def _absolute(value: str) -> str:
    if not value.startswith("/") or value == "/" or ".." in value.split("/") or ":" in value:
        raise ValueError(f"{value!r} is not an absolute path such as /mnt/data")
    return value.rstrip("/")


def _schedules(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if mistake := schedule_mistake(value):
            raise ValueError(f"{value!r} {mistake}")
    return values


def _time_zone(value: str) -> str:
    if mistake := time_zone_mistake(value):
        raise ValueError(f"{value!r} {mistake}")
    return value


AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Builder = Annotated[bool | Literal["docker", "podman", "buildah"], BeforeValidator(_builder)]
Cores = Annotated[str, BeforeValidator(_positive)]
Memory = Annotated[str, BeforeValidator(_gibibytes)]
Storage = Annotated[str, BeforeValidator(_gibibytes_or_none), Also("null")]
Quantity = Annotated[str | None, BeforeValidator(_quantity)]
Seconds = Annotated[int, BeforeValidator(seconds), Also("string")]
Texts = Annotated[tuple[str, ...], BeforeValidator(one_or_more), Also("string")]
Text = Annotated[str, BeforeValidator(_text)]
Count = Annotated[str, BeforeValidator(_count)]
Number = Annotated[int, BeforeValidator(_number)]
Patch = Annotated[dict[str, Any], BeforeValidator(_patch), Also("string")]
CronSchedules = Annotated[Texts, AfterValidator(_schedules)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Url = Annotated[str, AfterValidator(_url)]
