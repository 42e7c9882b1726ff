"""Go's durations: `30s`, `1h30m`, `500ms`."""

from __future__ import annotations

import re

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+\Z")


def duration(text: str) -> float:
    """Seconds of a duration with units.

    Raises:
        ValueError: if a unit is missing or unknown.
    """
    if not _WHOLE.match(text):
        raise ValueError(f"{text!r} is not a duration such as 30s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def backoff_duration(text: str) -> float:
    """Seconds of a back-off, where Argo also takes a plain number.

    Raises:
        ValueError: if it is neither.
    """
    return float(text) if text.isdecimal() else duration(text)
