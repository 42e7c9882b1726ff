"""The clock of a record: it never goes back, whatever this machine's clock does."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_ZERO = timedelta()


def written(time: datetime) -> str:
    """A time as the record writes it: RFC 3339 in UTC, to the millisecond, since local tasks are short."""
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    """Tells the time; where the machine's clock is set back, it goes on from the last time that it told."""

    def __init__(self, not_before: datetime | None = None) -> None:
        self._last = not_before or datetime.min.replace(tzinfo=timezone.utc)
        self._ahead = _ZERO  # of the machine's clock

    def now(self) -> str:
        """The time, as the record writes it."""
        time = datetime.now(timezone.utc) + self._ahead
        if time < self._last:
            self._ahead += self._last - time
            time = self._last
        self._last = time
        return written(time)
