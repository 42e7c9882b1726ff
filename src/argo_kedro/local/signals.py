"""Ctrl-C, SIGTERM and a closed terminal, turned into news for the engine."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def caught(tell: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Tell of each signal; raising in the middle of things would forget a process that has just started."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may do so; then it is for the caller to end things
        return

    def handler(number: int, _frame: FrameType | None) -> None:
        tell(signal.Signals(number))

    before = {number: signal.getsignal(number) for number in _NUMBERS}
    changed = [number for number in _NUMBERS if before[number] not in (signal.SIG_IGN, None)]
    for number in changed:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, before[number])
