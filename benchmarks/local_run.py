"""What does the local engine cost for each task, beside what the task itself costs?

`argo_kedro.local.run` on a manifest whose tasks all run `true`, against the same commands by `xargs` and by a pool of
threads that start them.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from support.measure import exponent, say, table

from argo_kedro.local import Machine, run

_SIZES = (50, 200, 400, 1600)
_LIMIT = 200  # tasks of one DAG
_SHAPES = {"independent": 2, "chain": 1}  # how many run at once


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    for shape, at_once in _SHAPES.items():
        ways = {
            "run": partial(_run, shape, at_once),
            "xargs": partial(_xargs, at_once),
            "threads": partial(_threads, at_once),
        }
        costs = {size: _costs(ways, size, repeats) for size in _SIZES}
        columns = ["tasks", *(f"{name} ms" for name in ways), "/ xargs", "/ threads", "own CPU ms", "of threads"]
        title = (
            f"{shape} tasks of `true`, {at_once} at once; wall time per task, the least of {repeats}; CPU, the median"
        )
        table(title, columns, [_row(size, cost) for size, cost in costs.items()])
        first, last = _SIZES[0], _SIZES[-1]
        slope = exponent((first, costs[first]["run"][1]), (last, costs[last]["run"][1]))
        say(f"Growth exponent of the engine's own CPU time, {first} to {last} tasks: {slope:.2f}")


def _row(size: int, cost: Mapping[str, tuple[float, float]]) -> list[str]:
    return [
        str(size),
        *(f"{wall * 1000 / size:.2f}" for wall, _ in cost.values()),
        *(f"{cost['run'][0] / cost[name][0]:.2f}" for name in ("xargs", "threads")),
        *(f"{cost[name][1] * 1000 / size:.2f}" for name in ("run", "threads")),
    ]


def _costs(ways: Mapping[str, Callable[[int], None]], size: int, repeats: int) -> dict[str, tuple[float, float]]:
    """Of each way, taking turns, the least wall time and this process's own CPU time.

    Starting a process means to wait for a free core: a busy machine adds to the wall time, and adds much.
    """
    rounds = [{name: _cost(way, size) for name, way in ways.items()} for _ in range(repeats)]
    return {name: (min(each[name][0] for each in rounds), median(each[name][1] for each in rounds)) for name in ways}


def _cost(way: Callable[[int], None], size: int) -> tuple[float, float]:
    began, before = perf_counter(), process_time()
    way(size)
    return perf_counter() - began, process_time() - before


def _run(shape: str, at_once: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = run(_manifest(shape, size), folder=Path(folder), machine=Machine(cores=at_once, memory_bytes=2**33))
    if done.phase != "Succeeded":
        raise RuntimeError(done.message)


def _xargs(at_once: int, size: int) -> None:
    numbers = "\n".join(map(str, range(size)))
    subprocess.run(["xargs", "-P", str(at_once), "-n", "1", "true"], input=numbers, text=True, check=True)


def _threads(at_once: int, size: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda number: subprocess.run(["true", str(number)], check=True), range(size)))


def _manifest(shape: str, size: int) -> dict[str, Any]:
    """DAGs of at most 200 tasks, as Argo takes them, in one DAG; in a chain each waits for the one before it."""
    parts = [range(start, min(start + _LIMIT, size)) for start in range(0, size, _LIMIT)]
    inner = [
        _dag(f"part-{place}", [(f"task-{number}", "pod") for number in numbers], shape)
        for place, numbers in enumerate(parts)
    ]
    outer = _dag("pipeline", [(template["name"], template["name"]) for template in inner], shape)
    container = {"image": "busybox", "command": ["true"], "resources": {"requests": {"cpu": "1"}}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "benchmark"},
        "spec": {"entrypoint": "pipeline", "templates": [outer, *inner, {"name": "pod", "container": container}]},
    }


def _dag(name: str, entries: Sequence[tuple[str, str]], shape: str) -> dict[str, Any]:
    tasks = [{"name": task, "template": template} for task, template in entries]
    for before, after in pairwise(tasks) if shape == "chain" else ():
        after["depends"] = before["name"]
    return {"name": name, "dag": {"tasks": tasks}}


if __name__ == "__main__":
    main()
