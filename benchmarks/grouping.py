"""What does it cost to plan with each strategy of `runner.group_by`, and how does it grow with the pipeline?

Against planning with `node`, the default, on the same pipelines in the same process, taking turns.
"""

from __future__ import annotations

import argparse
import logging
from random import Random
from typing import Any

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from support.cloud import cloud_project
from support.cpu import Steps, medians
from support.measure import exponent, say, table
from support.shapes import SHAPES

from argo_kedro.plan import plan
from argo_kedro.project import Project

_STRATEGIES = ("node", "chain", "tag:t.", "memory", "pipeline")
# How the nodes are tagged: neighbours alike, each 20th alike (which data leaves and comes back to), three anywhere.
_TAGS = ("blocks", "columns", "anywhere")
_SMALL, _LARGE = 1000, 5000
_PER_BLOCK = 20


def main() -> None:
    """Measure all cases and print the tables."""
    options = _options()
    logging.disable()  # stdout is for the tables
    for tags in _TAGS:
        rows = []
        for shape in SHAPES:
            few, many = (_measured(shape, size, tags, options.rounds) for size in (_SMALL, options.most))
            slope = {how: exponent((_SMALL, few[how]), (options.most, many[how])) for how in _STRATEGIES}
            others = [f"{many[how] / many['node']:.2f} ({slope[how]:.2f})" for how in _STRATEGIES[1:]]
            rows.append([shape, f"{many['node'] * 1000:.0f} ({slope['node']:.2f})", *others])
        columns = ["shape", "node ms", *_STRATEGIES[1:]]
        table(f"{options.most} nodes, tags {tags}: ratio to node (exponent from {_SMALL} nodes)", columns, rows)


def _measured(shape: str, size: int, tags: str, rounds: int) -> dict[str, float]:
    pipeline = Pipeline(_nodes(shape, size, tags))
    projects = {how: _project(pipeline, how) for how in _STRATEGIES}
    runs = []
    for _ in range(rounds):
        steps = Steps()
        for how, project in projects.items():
            plan(project)
            steps.end(how)
        runs.append(steps.seconds)
    return medians(runs)


def _nodes(shape: str, size: int, tags: str) -> list[Node]:
    random = Random(0)
    tag = {
        "blocks": lambda number: number // _PER_BLOCK,
        "columns": lambda number: number % _PER_BLOCK,
        "anywhere": lambda _: random.randrange(size // 3),
    }[tags]
    return [
        Node(_do, [f"d{other}" for other in reads] or ["raw"], f"d{number}", name=f"n{number}", tags=f"t.{tag(number)}")
        for number, reads in SHAPES[shape](size)
    ]


def _project(pipeline: Pipeline, how: str) -> Project:
    """Every other dataset is in memory, and would be spilled; so that `memory` has something to join."""
    names = sorted(name for name in pipeline.datasets() if name == "raw" or int(name[1:]) % 2)
    argo: dict[str, Any] = {"deployment": {"image": "image"}, "storage": {"root": "s3://bucket/runs"}}
    argo["runner"] = {"memory_datasets": "spill", "group_by": how}
    return cloud_project(pipeline, argo, names)


def _do(*values: Any) -> Any:
    return values


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=_LARGE, help="number of nodes of the larger pipelines")
    parser.add_argument("--rounds", type=int, default=3, help="turns, of which the median counts")
    options = parser.parse_args()
    say(f"grouping: {len(_TAGS) * len(SHAPES)} pipelines of {_SMALL} and {options.most} nodes")
    return options


if __name__ == "__main__":
    main()
