"""One compile by the argo-kedro of this repository: CPU seconds of each step and the size, as JSON.

python compile_new.py SHAPE SIZE NAMES CATALOG REPEATS
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from cpu import Steps, medians
from shapes import pipeline

from argo_kedro.check import check
from argo_kedro.cli.files import write
from argo_kedro.config import parse
from argo_kedro.manifest import render, validate
from argo_kedro.plan import plan
from argo_kedro.project import Catalog, Project

_PATH = Path("/project")


def main(shape: str, size: int, names: str, catalog: str, repeats: int) -> None:
    """Print the measurement."""
    logging.disable()  # stdout is for the result
    project = Project(
        path=_PATH,
        package="benchmark",
        env="cloud",
        conf_source="",
        params={},
        config=parse({"deployment": {"image": "image"}}),
        pipelines={"__default__": pipeline(shape, size, names)},
        catalog=Catalog(_catalog(catalog, size), {}, _PATH),
    )
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


def _catalog(kind: str, size: int) -> dict[str, Any]:
    """Where the datasets are: nowhere, in one entry each, or all in one pattern."""
    names = {
        "empty": [],
        "entries": ["raw", *(f"d{number}" for number in range(size))],
        "pattern": ["raw", "d{number}"],
        "catch-all": ["{name}"],
    }[kind]
    return {name: {"type": "pandas.ParquetDataset", "filepath": f"s3://bucket/{name}.parquet"} for name in names}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
