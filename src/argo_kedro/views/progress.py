"""What people look at while a run goes on, here or on a cluster, on stderr: a live block on a terminal, else lines."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import final

import click

from argo_kedro.events import ENDED, Event, Finished, Notice, Started, TaskChanged
from argo_kedro.local import Failure
from argo_kedro.views.plain import plain
from argo_kedro.workflows.labels import shown

_COLORS = {
    **{"Succeeded": "green", "Failed": "red", "Error": "red", "Running": "cyan"},
    **{"Retrying": "yellow", "Pending": "yellow"},
}
_LASTING = frozenset({"Failed", "Error", "Retrying", "Pending"})  # they keep a line above the live block
_TICK = 0.5  # seconds between two looks at the clock
_LINES = 8  # running tasks shown at most
_LOG_LINES = 15
_MESSAGE = 160  # characters of a message in a line; the report at the end has all of it
_LOG_BYTES = 32_768  # of the end of a log, to find those lines in
_CLEAR = "\x1b[{}F\x1b[J"  # so many lines up, then everything below is gone


@final
class Progress:
    """Give it to `local.run` or `cluster.follow` as the listener, within a `with` block."""

    def __init__(self, labels: Mapping[str, str] | None = None) -> None:
        self._labels = labels or {}
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._color = self._live and not os.environ.get("NO_COLOR")
        self._running: dict[str, float] = {}  # task -> when it began, by our clock
        self._waiting: set[str] = set()
        self._done = self._total = 0
        self._shown = 0  # lines of the live block
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Progress:
        if self._live:
            self._clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._live:
            self._clock.join()
        with self._lock:
            self._write("")
            self._shown = 0

    def __call__(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            line = self._line(event)
            if self._live:
                lasting = not isinstance(event, TaskChanged) or event.phase in _LASTING
                self._write(line if lasting else "", self._block())
            elif line:
                self._write(f"{time.strftime('%H:%M:%S')} {line}")

    def _line(self, event: Event) -> str:
        match event:
            case Started():
                self._total = event.tasks
                where = f"record in {_short(event.where)}" if isinstance(event.where, Path) else event.where
                return f"{event.name}: {_count(event.tasks, 'task')}, {where}"
            case Notice():
                return f"Note: {event.message}"
            case TaskChanged():
                return self._task_line(event)
            case Finished():
                self._running.clear()
                message = f": {event.message}" if event.message else ""
                return f"{event.name} {self._styled(event.phase)} after {seconds_text(event.seconds)}{message}"

    def _task_line(self, event: TaskChanged) -> str:
        self._running.pop(event.task, None)
        self._waiting.discard(event.task)
        if event.phase == "Running":
            self._running[event.task] = time.monotonic() - event.seconds
        if event.phase == "Pending":
            self._waiting.add(event.task)
        if event.phase in ENDED:
            self._done += event.tasks
        attempt = f" (attempt {event.attempt + 1})" if event.attempt else ""
        name, count = f"{shown(event.task, self._labels)}{attempt}", f"({self._done}/{self._total})"
        match event.phase:
            case "Running":
                return f"{name} started"
            case "Retrying":
                return f"{name} {self._styled('Retrying', 'failed')}, {event.message}"
            case "Pending":
                return f"{name} {self._styled('Pending', 'waits')}: {event.message}"
            case "Skipped" | "Omitted":
                return f"{name} {event.phase.lower()}: {event.message} {count}"
        reason = f": {_cut(event.message)}" if event.message else ""
        return f"{name} {self._styled(event.phase)} in {seconds_text(event.seconds)}{reason} {count}"

    def _styled(self, phase: str, word: str = "") -> str:
        word = word or {"Error": "failed"}.get(phase, phase.lower())
        return click.style(word, fg=_COLORS.get(phase)) if self._color else word

    def _block(self) -> list[str]:
        width = max(20, shutil.get_terminal_size().columns - 1)
        now = time.monotonic()
        lines = [
            f"  {shown(task, self._labels)} {seconds_text(now - began)}"
            for task, began in list(self._running.items())[:_LINES]
        ]
        if len(self._running) > _LINES:
            lines.append(f"  and {len(self._running) - _LINES} more")
        if self._total:
            waiting = f", {len(self._waiting)} waiting" if self._waiting else ""
            lines.append(f"{self._done}/{self._total} done, {len(self._running)} running{waiting}")
        return [line[:width] for line in lines]

    def _write(self, line: str, block: list[str] | None = None) -> None:
        """Put a line above the live block, and the block anew."""
        text = _CLEAR.format(self._shown) if self._shown else ""
        text += f"{plain(line)}\n" if line else ""
        text += "".join(f"{plain(each)}\n" for each in block or ())
        self._shown = len(block or ())
        click.echo(text, err=True, nl=False, color=self._live)

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            with self._lock:
                if self._shown:
                    self._write("", self._block())


def seconds_text(seconds: float) -> str:
    """Seconds as people say them: `3.2 s`, `4 min 05 s`, `2 h 10 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def failure_text(failure: Failure, labels: Mapping[str, str] | None = None) -> str:
    """A task that failed: why, the end of its log, and the command that repeats it."""
    name = shown(failure.task, labels or {})
    code = f"exit code {failure.exit_code}"
    known = failure.exit_code is None or code in failure.message
    lines = [f"Task {name} failed: {failure.message}" + ("" if known else f" ({code})")]
    log = last_lines(failure.log)
    if log:
        lines += [f"The end of {_short(failure.log)}:", *(f"  | {line}" for line in log)]
    if failure.argv:
        lines.append(f"Run it alone: {repeat_command(failure.argv, failure.env)}")
    return "\n".join(lines)


def repeat_command(argv: Sequence[str], env: Mapping[str, str]) -> str:
    """A line for the shell that runs the task again, in the project's folder; secrets are not in it."""
    command = shlex.join(argv)
    if all(name.isidentifier() and name.isascii() for name in env):
        return " ".join([*(f"{name}={shlex.quote(value)}" for name, value in env.items()), command])
    return " ".join(["env", *(shlex.quote(f"{name}={value}") for name, value in env.items()), command])


def last_lines(log: Path, count: int = _LOG_LINES, most: int = _LOG_BYTES) -> list[str]:
    """The end of a log, however long it is; not more than so many bytes of it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return list(deque(text.splitlines(), maxlen=count))


def _cut(message: str) -> str:
    return message if len(message) <= _MESSAGE else f"{message[: _MESSAGE - 3]}..."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _short(path: Path) -> str:
    """A path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
