"""The folders that pages are played in: what a reader has before the first command of a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

FLIGHTS = Path(__file__).parents[1] / "examples" / "flights"
NUMBERS = """
from kedro.pipeline import Pipeline, node

def load():
    return [1, 2, 3]

def total(numbers):
    return sum(numbers)

def report(value):
    if value == 7:
        raise ValueError("seven")
    return f"total: {value}"

def create_pipeline(**kwargs):
    return Pipeline([
        node(load, None, "numbers", name="load_numbers"),
        node(total, "numbers", "total", name="add_up"),
        node(report, "total", "report", name="write_report"),
    ])
"""
NUMBERS_CATALOG = "\n".join(
    f'{name}: {{type: json.JSONDataset, filepath: "data/{name}.json"}}' for name in ("numbers", "total", "report")
)


def flights(folder: Path) -> Path:
    """A copy of the example with its data, so that the tree stays clean."""
    made = folder / "flights"
    shutil.copytree(FLIGHTS, made, ignore=shutil.ignore_patterns("argo", "*.parquet", "__pycache__"))
    _done("-m", "flights.get_data", folder=made)
    assert (made / "data/01_raw/flights.csv.zip").exists()
    return made


def new_project(folder: Path) -> Path:
    """A project as `kedro new` makes it, with a pipeline whose datasets are all in memory."""
    options = ["--name", "My Project", "--tools", "none", "--example", "no", "--telemetry", "no"]
    _done("-m", "kedro", "new", *options, folder=folder)
    pipeline = folder / "my-project/src/my_project/pipelines/numbers/__init__.py"
    pipeline.parent.mkdir()
    pipeline.write_text(NUMBERS, encoding="utf-8")
    return folder / "my-project"


def numbers(folder: Path) -> Path:
    """A new project that keeps its datasets as JSON."""
    made = new_project(folder)
    (made / "conf/base/catalog.yml").write_text(NUMBERS_CATALOG, encoding="utf-8")
    return made


PLACES: dict[str, Callable[[Path], Path]] = {"flights": flights, "new project": numbers}


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder; no process of a test sends telemetry."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _done(*arguments: str, folder: Path) -> None:
    done = python(*arguments, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
