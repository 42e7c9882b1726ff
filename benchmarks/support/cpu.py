"""CPU time of steps: what else the machine does shows in it less than in wall time. Runs in both environments."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from statistics import median
from time import process_time


class Steps:
    """A clock that is read at the end of each step."""

    def __init__(self) -> None:
        gc.collect()
        self.seconds: dict[str, float] = {}
        self._last = process_time()

    def end(self, step: str) -> None:
        """What has passed since the last end was this step."""
        now = process_time()
        self.seconds[step] = now - self._last
        self._last = now


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each step."""
    return {step: median(run[step] for run in runs) for step in runs[0]}
