"""Plans of pipelines whose datasets are in memory."""

from __future__ import annotations

from typing import Any

from plans import STORED, make, planned, tasks

from argo_kedro.model import Problem, Workflow
from argo_kedro.pipeline import Node

MACHINES = """
machine_types:
  default: {cpu: 1, mem: 2}
  big: {cpu: 8, mem: 64}
"""
OWN = "template: {templates: [{name: own, container: {command: [sh]}}]}\n"
STORAGE = "storage: {root: s3://bucket/runs}\n"
SPILL = f"{STORAGE}runner: {{memory_datasets: spill}}\n"


def plan_of(nodes: list[Any], argo: str = "", *stored: str, **kwargs: Any) -> Workflow:
    """The plan of nodes whose datasets are in memory, but for `in` and those named here."""
    return planned(nodes, argo, catalog={name: STORED for name in ("in", *stored)}, **kwargs)


def nodes_of(workflow: Workflow) -> list[tuple[str, ...]]:
    return [task.nodes for task in workflow.tasks]


def spilled(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    return {name: task.spilled for name, task in tasks(workflow).items() if task.spilled}


def only(problems: list[Problem]) -> Problem:
    (problem,) = problems
    return problem


def on(machine_type: str, name: str, inputs: Any, outputs: Any) -> Node:
    return Node(len, inputs, outputs, name=name, machine_type=machine_type)


SPLIT = [make("split", "in", ["x", "y"]), make("train", "x", "model"), make("test", ["y", "model"], "out")]
