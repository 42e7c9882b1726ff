"""When a CronWorkflow runs, as Argo reads it: cron lines and time zones."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from argo_kedro.names import nearest

# As in Argo's full CRDs, which let numbers through that the controller then refuses, and never runs.
_EVERY = re.compile(
    r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)\Z|@every\s+([0-9]+(ns|us|µs|ms|s|m|h))+\Z"
)
_LINE = re.compile(r"([A-Za-z0-9*,/?-]+\s+){4}[A-Za-z0-9*,/?-]+\Z")
_RANGE = re.compile(r"(?:[*?]|(?P<low>[a-z0-9]+)(?:-(?P<high>[a-z0-9]+))?)(?:/(?P<step>[0-9]+))?\Z")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_Field = tuple[str, int, int, dict[str, int]]
_FIELDS: tuple[_Field, ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


def schedule_mistake(text: str) -> str:
    """Why Argo would not run by this schedule, as the end of a sentence; empty if it would."""
    if _EVERY.match(text):
        return ""
    if not _LINE.match(text):
        return "is no schedule: write minute, hour, day, month and day of the week, such as '0 6 * * 1-5', or @daily"
    for field, (name, low, high, words) in zip(text.lower().split(), _FIELDS, strict=True):
        for part in field.split(","):
            if not _fits(part, low, high, words):
                return f"is no schedule: its {name} {part!r} is not within {low}-{high}"
        numbers = field
        for word, number in words.items():
            numbers = numbers.replace(word, str(number))
        if numbers != field:  # the CRDs of Argo 4.0 have no letters in their pattern, those of 4.1 have
            return f"is not for every Argo: write its {name} {field!r} in numbers, {numbers!r}"
    return ""


def time_zone_mistake(name: str) -> str:
    """Why there is no such time zone, as the end of a sentence; empty if there is, or this machine knows none."""
    known = available_timezones() if name else ()
    if not known or name in known:
        return ""
    close = nearest(name, known)
    return f"is no time zone such as Europe/Berlin{f'; did you mean {close!r}?' if close else ''}"


def _fits(part: str, low: int, high: int, words: dict[str, int]) -> bool:
    """Whether `*`, `5`, `1-5`, `mon-fri` or any of them with `/2` is within these bounds, and ends after it begins."""
    found = _RANGE.match(part)
    if found is None or (found["step"] is not None and int(found["step"]) == 0):
        return False
    ends = [words.get(end, int(end) if end.isdecimal() else -1) for end in (found["low"], found["high"]) if end]
    return all(low <= end <= high for end in ends) and ends == sorted(ends)
