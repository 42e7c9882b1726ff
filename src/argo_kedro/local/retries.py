"""Whether a failed attempt is tried again, and when."""

from __future__ import annotations

from dataclasses import dataclass

from argo_kedro.local.conditions import RETRIES
from argo_kedro.local.templates import Retry

_POLICIES = {"Always": ("Failed", "Error"), "OnFailure": ("Failed",), "OnError": ("Error",), "OnTransientError": ()}


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An attempt that did not succeed."""

    number: int  # from 0
    phase: str
    exit_code: int | None
    message: str
    seconds: float
    since_first: float  # seconds since the first attempt began

    def last_retry(self) -> dict[str, str]:
        """What `lastRetry...` stands for after this attempt; all of it text, as in Argo."""
        return {
            "exitCode": "-1" if self.exit_code is None else str(self.exit_code),
            "status": self.phase,
            "duration": str(int(self.seconds)),
            "message": self.message,
        }


def seconds_to_wait(retry: Retry, limit: int | None, attempt: Attempt) -> float | str:
    """The seconds until the next attempt, or the reason why there is none."""
    if attempt.phase not in _POLICIES[retry.policy]:
        return attempt.message
    if limit is not None and attempt.number >= limit:
        return "No more retries left"
    try:
        known = {**attempt.last_retry(), RETRIES: str(attempt.number)}
        if retry.expression is not None and not retry.expression.holds(known):
            return attempt.message or "retryStrategy.expression evaluated to false"
    except ValueError as error:
        return f"retryStrategy.expression {retry.expression.text!r}: {error}" if retry.expression else str(error)
    wait = _wait(retry, attempt.number)
    if retry.max_duration is not None and attempt.since_first >= retry.max_duration:
        return "Max duration limit exceeded"
    if retry.max_duration is not None and attempt.since_first + wait > retry.max_duration:
        return "Backoff would exceed max duration limit"
    return wait


def _wait(retry: Retry, number: int) -> float:
    longest = float("inf") if retry.longest_wait is None else retry.longest_wait
    try:
        return min(float(retry.wait * retry.factor**number), longest)
    except OverflowError:
        return longest
