"""What becomes of a tiny project, as `kedro argo compile` would say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from argo_kedro.check import check
from argo_kedro.errors import ArgoKedroError
from argo_kedro.manifest import render, validate
from argo_kedro.plan import plan
from argo_kedro.project import Selection, open_project

REGISTRY = """
from functools import partial

from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline, Node


def f(*x):
    return x


def n(name, inputs="a", outputs=None, **kwargs):
    return Node(f, inputs, outputs or f"out_of_{{abs(hash(name))}}", name=name, **kwargs)


def register_pipelines():
    return {{"__default__": {default}, **{others}}}
"""
CATALOG = '"{any}": {type: pkg.datasets.TextDataset, filepath: "s3://bucket/{any}"}\n'
IMAGE = "deployment: {image: registry.example.com/x}\n"


@dataclass(frozen=True)
class Verdict:
    """What became of a project: a manifest, or an exit code and all that was said."""

    code: int
    said: str
    manifest: dict[str, Any]

    @property
    def tasks(self) -> dict[str, Any]:
        """The tasks of the DAG by name."""
        return {task["name"]: task for task in self.manifest["spec"]["templates"][0]["dag"]["tasks"]}

    @property
    def templates(self) -> dict[str, Any]:
        """The other templates by name."""
        return {template["name"]: template for template in self.manifest["spec"]["templates"][1:]}

    def container(self, name: str = "default") -> dict[str, Any]:
        """The container of a template."""
        found: dict[str, Any] = self.templates[name]["container"]
        return found

    def environment(self, name: str = "default") -> dict[str, Any]:
        """The environment variables of a template."""
        return {each["name"]: each.get("value", each.get("valueFrom")) for each in self.container(name)["env"]}


@dataclass(frozen=True)
class Judge:
    """Compiles tiny projects."""

    project: Any

    def __call__(
        self,
        default: str = 'Pipeline([n("train")])',
        argo: str = "",
        *,
        others: str = "{}",
        catalog: str = CATALOG,
        files: dict[str, str] | None = None,
        selection: Selection | None = None,
        workflow_name: str = "",
        **opening: Any,
    ) -> Verdict:
        """What `kedro argo compile` makes of a project with this default pipeline and this argo.yml."""
        argo = argo if "deployment" in argo else IMAGE + argo
        path: Path = self.project(REGISTRY.format(default=default, others=others), catalog, argo, files=files)
        return judged(path, selection, workflow_name, **opening)


def judged(path: Path, selection: Selection | None = None, workflow_name: str = "", **opening: Any) -> Verdict:
    try:
        workflow = plan(open_project(path, **opening), selection, workflow_name=workflow_name)
        problems = [problem for problem in check(workflow) if problem.severity == "error"]
        text = "" if problems else render(workflow)
        problems += [problem for problem in validate(text) if problem.severity == "error"] if text else []
    except ArgoKedroError as error:
        assert error.hint, "an error without a way out"
        return Verdict(error.exit_code, error.message, {})
    said = "\n".join(f"{problem.where}: {problem.message}" for problem in problems)
    assert all(problem.hint for problem in problems)
    return Verdict(4 if problems else 0, said, yaml.safe_load(text) if text and not problems else {})
