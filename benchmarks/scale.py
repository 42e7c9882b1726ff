"""What do very large pipelines compile to: how many bytes, in how many DAGs, how long does it take, and does it fit?

Layers of 20 nodes, each of which reads from three of the layer before, with names that Argo refuses: each node a task,
and a task for each layer.
"""

from __future__ import annotations

import argparse
import json
import logging
from typing import Any

import yaml
from support.cloud import cloud_project
from support.cpu import Steps
from support.measure import say, table
from support.shapes import pipeline

from argo_kedro.check import check
from argo_kedro.manifest import dags, render, validate
from argo_kedro.manifest.nesting import levels
from argo_kedro.plan import plan

_SIZES = (200, 2000, 5000, 10000)
_STRATEGIES = ("node", "tag:block")
_COLUMNS = ["nodes", "tasks", "DAGs", "levels", "bytes", "per node", "plan s", "render s", "check s", "fits"]


def main() -> None:
    """Measure all cases and print the tables."""
    sizes = _options().sizes or _SIZES
    logging.disable()  # stdout is for the tables
    for how in _STRATEGIES:
        table(f"group_by {how}; CPU time", _COLUMNS, [_row(size, how) for size in sizes])


def _row(size: int, how: str) -> list[str]:
    nodes = pipeline("layered", size, "underscored", neighbours=20)
    argo: dict[str, Any] = {"deployment": {"image": "image"}, "runner": {"group_by": how}}
    project = cloud_project(nodes, argo, ["raw", *(f"d{number}" for number in range(size))])
    steps = Steps()
    workflow = plan(project)
    steps.end("plan")
    text = render(workflow)
    steps.end("render")
    wrong = [*check(workflow), *validate(text)]
    steps.end("check")
    compact = len(json.dumps(yaml.load(text, yaml.CSafeLoader), separators=(",", ":")))
    counts = (size, len(workflow.tasks), len(dags(workflow)), levels(workflow), compact)
    seconds = (f"{steps.seconds[step]:.2f}" for step in ("plan", "render", "check"))
    return [*(f"{count:,}" for count in counts), f"{compact / size:.0f}", *seconds, "no" if wrong else "yes"]


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", help="numbers of nodes; 200 to 10,000 if absent")
    options = parser.parse_args()
    say("scale: a pipeline in layers of 20")
    return options


if __name__ == "__main__":
    main()
