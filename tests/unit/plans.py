"""Plans of small pipelines: a `Project` without a folder."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from argo_kedro.config import parse
from argo_kedro.model import Problem, Task, Workflow
from argo_kedro.plan import plan
from argo_kedro.project import Catalog, Project, Selection

PATH = Path("/project")
STORED = {"type": "pandas.ParquetDataset", "filepath": "s3://bucket/data.parquet"}


def do(*values: Any) -> Any:
    """What every node of these plans runs."""
    return values


def make(name: str, inputs: Any, outputs: Any, **kwargs: Any) -> Node:
    """A node of Kedro's own."""
    return Node(do, inputs, outputs, name=name, **kwargs)


def chain(*names: str) -> list[Node]:
    """Nodes that run one after the other, over datasets d0, d1, ..."""
    return [make(name, f"d{place}", f"d{place + 1}") for place, name in enumerate(names)]


def project(
    pipelines: Mapping[str, Any] | Iterable[Any],
    argo: str = "",
    catalog: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
) -> Project:
    """A project whose datasets are all in a bucket, with an image; `pipelines` alone is the default one."""
    given = pipelines if isinstance(pipelines, Mapping) else {"__default__": pipelines}
    registered = {name: Pipeline(nodes) for name, nodes in given.items()}
    names = {name for each in registered.values() for name in each.datasets() if not name.startswith("param")}
    config: dict[str, Any] = {"deployment": {"image": "image"}, **(yaml.safe_load(argo) or {})}
    return Project(
        path=PATH,
        package="my_project",
        env="cloud",
        conf_source="",
        params=params or {},
        config=parse(config),
        pipelines=registered,
        catalog=Catalog(dict.fromkeys(names, STORED) if catalog is None else catalog, parameters or {}, PATH),
    )


def planned(
    *args: Any,
    selection: Selection | None = None,
    workflow_name: str = "",
    load_versions: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> Workflow:
    """The plan of `project(*args, **kwargs)`."""
    made = project(*args, **kwargs)
    return plan(made, selection, workflow_name=workflow_name, load_versions=load_versions)


def tasks(workflow: Workflow) -> dict[str, Task]:
    """The tasks by name."""
    return {task.name: task for task in workflow.tasks}


def said(problems: Iterable[Problem]) -> list[str]:
    """What problems say, and where."""
    return [f"{problem.where}: {problem.message}" for problem in problems]


def cyclic(graph: Mapping[Any, Iterable[Hashable]]) -> bool:
    """Whether anything waits for itself, by way of others or not."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError:
        return True
    return False
