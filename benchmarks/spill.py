"""What does it cost to keep a dataset in the storage of a run, beside a catalog entry that writes the same file?

A save and a load by `Storage` (a checksum while it writes, one before it reads, a marker) against Kedro's own
ParquetDataset and PickleDataset, all on this machine's disk.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from kedro_datasets.pandas import ParquetDataset
from kedro_datasets.pickle import PickleDataset
from support.measure import table

from argo_kedro.task.storage import Storage

_VERSION = "2026-11-21T08.03.47.000Z-benchmark"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    rows = []
    for title, (data, dataset) in _cases().items():
        with tempfile.TemporaryDirectory() as folder:
            ways = {"storage": _by_storage(folder, data), "catalog": _by_catalog(Path(folder), data, dataset)}
            times = _times(ways, repeats)
        rows.append([title, *(f"{times[way]:.3f}" for way in ways), f"{times['storage'] / times['catalog']:.2f}"])
    heads = ["data", "storage s", "catalog s", "ratio"]
    table(f"a save and a load; wall time, the median of {repeats}", heads, rows)


def _cases() -> Mapping[str, tuple[Any, type[Any]]]:
    random = np.random.default_rng(0)
    numbers = pd.DataFrame(random.normal(size=(500_000, 8)), columns=list("abcdefgh"))
    texts = numbers.assign(origin=random.choice(["EWR", "JFK", "LGA"], size=len(numbers)).astype(object))
    return {
        "500,000 rows of 8 numbers": (numbers, ParquetDataset),
        "the same with a column of texts": (texts, ParquetDataset),
        "an array of 4,000,000 numbers": (random.normal(size=4_000_000), PickleDataset),
        "a dict of 200,000 texts": ({str(place): f"text {place}" for place in range(200_000)}, PickleDataset),
        "one number": (1.0, PickleDataset),
    }


def _by_storage(folder: str, data: Any) -> Callable[[], Any]:
    storage = Storage(folder)

    def once() -> Any:
        storage.save("data", _VERSION, data)
        return storage.load("data", _VERSION)

    return once


def _by_catalog(folder: Path, data: Any, dataset: type[Any]) -> Callable[[], Any]:
    kept = dataset(filepath=str(folder / "data.bin"))

    def once() -> Any:
        kept.save(data)
        return kept.load()

    return once


def _times(ways: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """The ways in turn, so that what else goes on meets both."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            began = perf_counter()
            way()
            found[name].append(perf_counter() - began)
    return {name: median(times) for name, times in found.items()}


if __name__ == "__main__":
    main()
