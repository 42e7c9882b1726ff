"""Commands that are seen through to their end: none outlives us, and Ctrl-C is theirs as well."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from argo_kedro.errors import ArgoKedroError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STDERR = 2  # the terminal's, whatever sys.stderr is now: it shows progress in place
_TICK = 0.2  # seconds between two looks at what was asked of us
_GRACE = 10.0  # seconds to clean up after Ctrl-C
_KEPT = 40  # lines
_WIDTH = 160  # characters
_ANSWER = 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended: its exit code, as a shell gives it, and the last of what it wrote to stderr."""

    code: int
    lines: tuple[str, ...] = ()

    @property
    def last_words(self) -> str:
        """The last line with something in it; the reason is at its end."""
        line = self.lines[-1].rstrip(".") if self.lines else f"exit code {self.code}"
        return line if len(line) <= _WIDTH else f"... {line[-_WIDTH:]}"


def show(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command, for as long as it takes; all of its output goes to the terminal's stderr.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when the command has ended. SystemExit for SIGTERM and a closed terminal.
    """
    return _run(command, folder, {**os.environ, **(env or {})}, stdout=_STDERR, stderr=_STDERR)


def show_and_hear(command: Sequence[str], folder: Path) -> Ended:
    """The same, and what it wrote to stderr is known."""
    return _run(command, folder, os.environ, stdout=_STDERR, stderr=subprocess.PIPE, echo=True)


def ask(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None, *, seconds: float = 0.0) -> Ended:
    """Run a command that answers at once, or in so many seconds; nothing is shown."""
    seconds = seconds or _ANSWER
    end, environment = time.monotonic() + seconds, {**os.environ, **(env or {})}
    ended = _run(command, folder, environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, seconds=seconds)
    if time.monotonic() < end:
        return ended
    return Ended(code=ended.code or 1, lines=(*ended.lines, f"no answer in {seconds:g} s"))


def _run(
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    *,
    stdout: int,
    stderr: int,
    echo: bool = False,
    seconds: float = float("inf"),
) -> Ended:
    lines: deque[str] = deque(maxlen=_KEPT)
    with _noted() as asked:
        process = _start(command, folder, env, stdout, stderr)
        listener = threading.Thread(target=_hear, args=(process.stderr, lines, echo), daemon=True)
        listener.start()
        code = _wait(process, asked, seconds)
        listener.join(timeout=_GRACE)  # not for ever: a helper that it left running may hold the pipe
    if asked:
        raise KeyboardInterrupt if asked[0] == signal.SIGINT else SystemExit(128 + asked[0])
    return Ended(code=code if code >= 0 else 128 - code, lines=tuple(lines))


def _start(
    command: Sequence[str], folder: Path, env: Mapping[str, str], stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    try:
        # In a session of its own, all that it starts can be ended with it. The terminal's stderr stays its own too.
        return subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        raise ArgoKedroError(
            f"{command[0]} cannot be started: {error.strerror}.", hint=f"try it alone: {shlex.join(command)}"
        ) from error


def _wait(process: subprocess.Popen[bytes], asked: Sequence[int], seconds: float) -> int:
    """Wait, and pass on what was asked of us: the second time, or when time is up, there is no asking."""
    end = time.monotonic() + seconds
    passed = 0
    while True:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(timeout=_TICK)
            if passed:
                _signal(process, signal.SIGKILL)  # what it had started, and did not end
            return code
        if len(asked) > passed:
            _signal(process, signal.SIGKILL if passed else signal.Signals(asked[0]))
            end = min(end, time.monotonic() + _GRACE)
            passed += 1
        if time.monotonic() > end:
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        os.killpg(process.pid, number)


def _hear(stream: IO[bytes] | None, lines: deque[str], echo: bool) -> None:
    if stream is None:
        return
    with stream:
        for line in stream:
            if echo:
                os.write(_STDERR, line)
            if text := line.decode("utf-8", "replace").strip():
                lines.append(text)


@contextmanager
def _noted() -> Iterator[list[int]]:
    """Note signals; raising in the middle of things would forget a process that has just started."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread gets signals
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    changed = [number for number in _SIGNALS if before[number] not in (signal.SIG_IGN, None)]
    for number in changed:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        for number in changed:
            signal.signal(number, before[number])
