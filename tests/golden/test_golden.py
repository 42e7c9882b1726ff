"""Each folder is a case: a pipeline and an argo.yml, and the manifest (or the problems) that they give.

pipeline.py     create_pipeline(), or register_pipelines()
argo.yml        as in conf/base
catalog.yml     as in conf/base; without it all datasets are in a bucket
case.yml        optional: what is selected (the options of `kedro run`), params, env, workflow_name, kind
workflow.yaml   expected, or error.txt: the problems one after the other
"""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.pipeline import Pipeline

from argo_kedro.config import parse
from argo_kedro.manifest import render, validate
from argo_kedro.model import Workflow
from argo_kedro.plan import plan
from argo_kedro.project import Catalog, Project, Selection

_BUCKET = {"{default}": {"type": "pandas.ParquetDataset", "filepath": "s3://bucket/{default}.parquet"}}
CASES = sorted(folder for folder in Path(__file__).parent.iterdir() if (folder / "pipeline.py").is_file())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_gives_what_stands_beside_it(case: Path, write_golden: bool) -> None:
    name, text = _result(case)
    if write_golden:
        for file in ("workflow.yaml", "error.txt"):
            (case / file).unlink(missing_ok=True)
        (case / name).write_text(text, encoding="utf-8", newline="\n")
    assert (case / name).is_file(), f"{case.name} gives {name} now:\n{text}"
    assert (case / name).read_bytes().decode() == text


@pytest.mark.parametrize(
    "case", [case for case in CASES if not (case / "error.txt").exists()], ids=lambda case: case.name
)
def test_names_are_unique_and_what_is_needed_is_there(case: Path) -> None:
    workflow = _workflow(case)
    names = [task.name for task in workflow.tasks]
    assert len(set(names)) == len(names)
    assert set(names).issuperset(need for task in workflow.tasks for need in task.needs)
    assert {template.name for template in workflow.templates}.issuperset(task.template for task in workflow.tasks)


def _result(case: Path) -> tuple[str, str]:
    """The name and text of the file that the case gives."""
    workflow = _workflow(case)
    if workflow.problems:
        return "error.txt", "".join(f"{problem.severity}: {problem}\n" for problem in workflow.problems)
    kind = _read(case / "case.yml").get("kind", "workflow")
    text = render(workflow, kind=kind)
    assert validate(text, kind=kind) == []
    return "workflow.yaml", text


def _workflow(case: Path) -> Workflow:
    options = _read(case / "case.yml")
    project = _project(case, env=options.pop("env", "local"), params=options.pop("params", {}))
    name = options.pop("workflow_name", "")
    options.pop("kind", None)
    return plan(project, Selection(**{key: tuple(value) for key, value in options.items()}), workflow_name=name)


def _project(case: Path, *, env: str, params: Mapping[str, Any]) -> Project:
    return Project(
        path=case,
        package="my_project",
        env=env,
        conf_source="",
        params=params,
        config=parse(_read(case / "argo.yml")),
        pipelines=_pipelines(case),
        catalog=Catalog(_read(case / "catalog.yml") or _BUCKET, {}, case),
    )


def _pipelines(case: Path) -> Mapping[str, Pipeline]:
    code = runpy.run_path(str(case / "pipeline.py"))
    if "register_pipelines" in code:
        pipelines: Mapping[str, Pipeline] = code["register_pipelines"]()
        return pipelines
    return {"__default__": code["create_pipeline"]()}


def _read(file: Path) -> dict[str, Any]:
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}
