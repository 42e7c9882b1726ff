"""What makes Argo refuse a CronWorkflow, or never run it."""

from __future__ import annotations

from collections.abc import Iterator

from argo_kedro.config.schedules import schedule_mistake, time_zone_mistake
from argo_kedro.manifest.kinds import KINDS
from argo_kedro.manifest.validation.fields import CRON, field_problems
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.model import Problem

_POLICIES = ("Allow", "Replace", "Forbid")
_NUMBERS = ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")


def cron_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of the fields around the spec of the workflow that a CronWorkflow starts."""
    if manifest.kind != KINDS["cron"]:
        return
    cron = manifest.document.part("spec")
    yield from field_problems(cron, CRON)
    yield from _times(cron)
    policy = cron.text("concurrencyPolicy")
    if policy not in ("", *_POLICIES):
        hint = "Forbid keeps two runs from writing the same datasets"
        yield cron.problem(f"{policy!r} is none of {', '.join(_POLICIES)}", hint, at="concurrencyPolicy")
    for key in _NUMBERS:
        value = cron.value.get(key)
        if isinstance(value, int) and value < 0:
            yield cron.problem(f"{value} is below 0", "write 0 or more", at=key)


def _times(cron: Part) -> Iterator[Problem]:
    schedules = cron.items("schedules")
    if not schedules:
        yield cron.problem("nothing says when it is to run", 'add a list such as ["0 6 * * *"]', at="schedules")
    for place, text in enumerate(schedules):
        if isinstance(text, str) and (mistake := schedule_mistake(text)):
            yield cron.problem(f"{text!r} {mistake}", "correct it: it would never run", at=f"schedules[{place}]")
    if mistake := time_zone_mistake(cron.text("timezone")):
        hint = "see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones"
        yield cron.problem(f"{cron.text('timezone')!r} {mistake}", hint, at="timezone")
