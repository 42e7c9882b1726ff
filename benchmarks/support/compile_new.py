"""One compile by the argo-kedro of this repository: CPU seconds of each step and the size, as JSON.

python compile_new.py SHAPE SIZE NAMES CATALOG REPEATS
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from pathlib import Path

import yaml
from cloud import cloud_project
from cpu import Steps, medians
from shapes import pipeline

from argo_kedro.check import check
from argo_kedro.cli.files import write
from argo_kedro.manifest import render, validate
from argo_kedro.plan import plan


def main(shape: str, size: int, names: str, catalog: str, repeats: int) -> None:
    """Print the measurement."""
    logging.disable()  # stdout is for the result
    project = cloud_project(pipeline(shape, size, names), {"deployment": {"image": "image"}}, _catalog(catalog, size))
    text = ""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            steps = Steps()
            workflow = plan(project)
            steps.end("plan")
            text = render(workflow)
            steps.end("render")
            write(Path(folder) / "workflow.yaml", text)
            steps.end("write")
            check(workflow)
            validate(text)
            steps.end("check")
            runs.append(steps.seconds)
    compact = json.dumps(yaml.load(text, yaml.CSafeLoader), separators=(",", ":"))
    json.dump({**medians(runs), "bytes": len(compact)}, sys.stdout)


def _catalog(kind: str, size: int) -> list[str]:
    """What names the datasets: nothing, an entry for each, or one pattern for all."""
    return {
        "empty": [],
        "entries": ["raw", *(f"d{number}" for number in range(size))],
        "pattern": ["raw", "d{number}"],
        "catch-all": ["{name}"],
    }[kind]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
