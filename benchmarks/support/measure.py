"""What the benchmarks share: medians of interleaved runs, growth, tables."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

# A kedro command of a benchmark tells nobody of itself.
QUIET = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}


def say(text: str = "") -> None:
    """Print a line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    say(f"\n{title}\n")
    for first, *rest in (columns, *rows):
        right = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        say("  ".join((first.ljust(widths[0]), *right)))


def exponent(small: tuple[float, float], large: tuple[float, float]) -> float:
    """The slope between two points (size, cost) on logarithmic axes: 1 is linear, 2 quadratic."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])


def cpu_seconds(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] = QUIET) -> float:
    """CPU time of a command and of what it starts. Other work on the machine shows in it less than in wall time.

    Raises:
        RuntimeError: if the command fails, with what it said.
    """
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    after = getrusage(RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stdout[-3000:]}")
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def interleaved(
    commands: Mapping[str, Sequence[str | Path]], folder: Path, repeats: int, env: Mapping[str, str] = QUIET
) -> dict[str, float]:
    """The median CPU time of each command, taking turns, after one run of each that does not count."""
    for command in commands.values():
        cpu_seconds(command, folder, env)
    rounds = [{name: cpu_seconds(command, folder, env) for name, command in commands.items()} for _ in range(repeats)]
    return {name: median(each[name] for each in rounds) for name in commands}
