"""One process, in a process group of its own, which is empty when the process is over."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

NOT_FOUND = 64  # the code with which Argo's executor reports a command that it cannot start


class CannotStart(Exception):
    """The operating system would not start the command."""


class Process:
    """A running command; `ended` is called from another thread when it is over, and then `reap` tells its exit code."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        log: Path,
        ended: Callable[[], None],
        *,
        inherits: Sequence[int] = (),
    ) -> None:
        try:
            with log.open("ab") as output:
                self._process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=inherits,
                )
        except (OSError, ValueError) as error:  # ValueError: a null byte in an argument
            raise CannotStart(_reason(command[0], error)) from error
        threading.Thread(target=self._wait, args=(ended,), daemon=True).start()

    def _wait(self, ended: Callable[[], None]) -> None:
        if hasattr(os, "waitid"):
            # The process stays a zombie until `reap`, so that its group's number cannot be given to another one.
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        else:  # macOS before Python 3.13
            self._process.wait()
        ended()

    @property
    def number(self) -> int:
        """Its id, which is that of its group and its session too."""
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            return

    def reap(self) -> int:
        """The exit code, as a shell gives it; whatever the process left running ends now, as in a pod."""
        self.send(signal.SIGKILL)
        code = self._process.wait()
        return code if code >= 0 else 128 - code


def _reason(command: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename == command and os.sep not in command:
        return f'failed to find name in PATH: exec: "{command}": executable file not found in $PATH'
    return f'cannot start "{command}": {error}'
