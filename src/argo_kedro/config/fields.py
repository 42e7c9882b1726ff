"""The value types of argo.yml: quantities, durations, schedules, and the base of all its sections."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from argo_kedro.config.schedules import schedule_mistake, time_zone_mistake
from argo_kedro.names import nearest
from argo_kedro.quantities import amount

_DURATION = re.compile(r"(\d+)(s|m|h|d)?\Z")
_NUMBER = re.compile(r"[0-9]*\.?[0-9]*\Z")
_BUILDERS = ("docker", "podman", "buildah")
_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Strict(BaseModel):
    """A frozen section of argo.yml that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


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


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _builder(value: Any) -> bool | str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
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


def _schedules(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if mistake := schedule_mistake(value):
            raise ValueError(f"{value!r} {mistake}")
    return values


def _time_zone(value: str) -> str:
    if mistake := time_zone_mistake(value):
        raise ValueError(f"{value!r} {mistake}")
    return value


Builder = Annotated[bool | Literal["docker", "podman", "buildah"], BeforeValidator(_builder)]
Cores = Annotated[str, BeforeValidator(_positive)]
Memory = Annotated[str, BeforeValidator(_gibibytes)]
Storage = Annotated[str, BeforeValidator(_gibibytes_or_none)]
Quantity = Annotated[str | None, BeforeValidator(_quantity)]
Seconds = Annotated[int, BeforeValidator(seconds)]
Texts = Annotated[tuple[str, ...], BeforeValidator(one_or_more)]
Text = Annotated[str, BeforeValidator(_text)]
CronSchedules = Annotated[Texts, AfterValidator(_schedules)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Url = Annotated[str, AfterValidator(_url)]
