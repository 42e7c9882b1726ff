"""Datasets that a project's hooks add to the catalog: known to the plan where argo.yml asks for it, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from argo_kedro.errors import ConfigError
from argo_kedro.model import Dataset, Workflow
from argo_kedro.plan import plan
from argo_kedro.project import open_project
from argo_kedro.project.hooks import with_hook_datasets

pytestmark = pytest.mark.usefixtures("in_process")

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    return {"__default__": Pipeline([
        node(f, "raw", "by_file", name="a"),
        node(f, "by_file", "out", name="b"),
        node(f, ["by_file", "given"], "replaced", name="c"),
        node(f, "replaced", "lazy", name="d"),
        node(f, "lazy", "bucket", name="e"),
    ])}
"""
CATALOG = "".join(
    f"{name}: {{type: pkg.datasets.TextDataset, filepath: 's3://bucket/{name}'}}\n"
    for name in ("raw", "out", "replaced", "loaded")
)
SETTINGS = "from pkg.hooks import Hooks\n\nHOOKS = (Hooks(),)\n"
HOOKS = """
from kedro.framework.hooks import hook_impl
from kedro.io import CachedDataset, MemoryDataset

from pkg.datasets import TextDataset


class RemoteDataset(TextDataset):
    def __init__(self):
        self._filepath, self._protocol, self._version = "bucket/x", "s3", object()


class Hooks:
    @hook_impl
    def after_context_created(self, context):
        entry = {"type": "pkg.nowhere.SomeDataset", "filepath": "s3://bucket/lazy", "versioned": True}
        context.config_loader["catalog"] = {**context.config_loader["catalog"], "lazy": entry}

    @hook_impl
    def after_catalog_created(self, catalog):
        catalog["by_file"] = CachedDataset(dataset=TextDataset(filepath="data/file.txt"))
        catalog["given"] = MemoryDataset(data=1)
        catalog["replaced"] = MemoryDataset()
        catalog["bucket"] = RemoteDataset()
        catalog.get("loaded")
"""
RAISES = """
from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def after_context_created(self, context):
        raise RuntimeError("no server here")
"""


def made(project: Any, hooks: str, argo: str, catalog: str = CATALOG) -> Path:
    files = {"src/pkg/hooks.py": hooks, "src/pkg/settings.py": SETTINGS, "conf/base/parameters.yml": "p: 1\n"}
    path: Path = project(REGISTRY, catalog, f"deployment: {{image: x}}\n{argo}", files=files)
    return path


def datasets(workflow: Workflow) -> dict[str, Dataset]:
    return {use.dataset.name: use.dataset for use in workflow.datasets}


def test_the_plan_knows_what_hooks_have_added(project: Any) -> None:
    path = made(project, HOOKS, "runner: {hook_datasets: true}")

    workflow = plan(open_project(path))

    found = datasets(workflow)
    file = Dataset(name="by_file", kind="local", type="pkg.datasets.TextDataset", path="data/file.txt")
    assert found["by_file"] == file
    assert found["given"] == Dataset(name="given", kind="memory", type=found["given"].type, given=True)
    assert found["bucket"].path == "s3://bucket/x"
    assert (found["bucket"].kind, found["bucket"].versioned) == ("remote", True)
    assert (found["lazy"].path, found["lazy"].versioned) == ("s3://bucket/lazy", True)
    assert found["raw"].type == "pkg.datasets.TextDataset"
    # What it put in memory joins both nodes.
    assert [task.nodes for task in workflow.tasks] == [("a",), ("b",), ("c", "d"), ("e",)]


def test_what_the_catalog_says_is_no_news(project: Any) -> None:
    path = made(project, HOOKS, "runner: {hook_datasets: true}")
    opened = open_project(path)

    assert with_hook_datasets(opened).dataset("loaded") == opened.catalog.dataset("loaded")
    assert with_hook_datasets(opened).dataset("params:p").kind == "parameter"


def test_no_hook_runs_unless_argo_yml_asks_for_it(project: Any) -> None:
    workflow = plan(open_project(made(project, RAISES, "")))

    assert [task.nodes for task in workflow.tasks] == [("a", "b", "c"), ("d", "e")]


def test_a_hook_that_raises_is_a_wrong_configuration(project: Any) -> None:
    opened = open_project(made(project, RAISES, "runner: {hook_datasets: true}"))

    with pytest.raises(ConfigError) as caught:
        plan(opened)

    assert caught.value.message == (
        "The catalog of env 'local' cannot be made with the project's hooks: RuntimeError: no server here"
    )
    assert "runner.hook_datasets" in caught.value.hint


def test_credentials_that_are_not_here_are_a_wrong_configuration(project: Any) -> None:
    catalog = f"{CATALOG}x: {{type: pkg.datasets.TextDataset, filepath: x, credentials: nobody}}\n"
    opened = open_project(made(project, HOOKS, "runner: {hook_datasets: true}", catalog))

    with pytest.raises(ConfigError, match="Unable to find credentials 'nobody'"):
        plan(opened)


def test_another_conf_source_counts_for_hooks_too(project: Any) -> None:
    path = made(project, HOOKS, "runner: {hook_datasets: true}")
    (path / "conf").rename(path / "settings")

    found = datasets(plan(open_project(path, conf_source=str(path / "settings"))))

    assert found["by_file"].path == "data/file.txt"
