"""Fused pipelines in real Kedro projects: `kedro run`, sessions and the rest treat them as any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

REGISTRY = """
from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline, Node, sum_pipelines


def plus_one(x):
    return int(x) + 1


def plus(x, alpha):
    return int(x) + alpha


def register_pipelines():
    fused = FusedPipeline(
        [
            Node(plus_one, "raw", "mid", name="first", tags="t1", machine_type="big"),
            Node(plus, ["mid", "params:alpha"], "done", name="second"),
        ],
        name="fz",
        template="gpu",
        tags="t",
    )
    consumer = Pipeline([node(plus_one, "mid", "used", name="consumer")])
    return {
        "__default__": sum([fused, consumer]),
        "fused": fused,
        "consumer": consumer,
        "summed": sum_pipelines([fused, consumer, fused]),
        "nested": FusedPipeline([fused, consumer], name="outer"),
        "namespaced": pipeline(Pipeline([fused, consumer]), namespace="x", inputs={"raw"}, parameters={"alpha"}),
    }
"""
DATASETS = ("raw", "mid", "done", "used", "x.mid", "x.done", "x.used")
CATALOG = "".join(f'"{name}":\n  type: pkg.datasets.TextDataset\n  filepath: data/{name}.txt\n\n' for name in DATASETS)


@pytest.fixture
def path(project: Any) -> Path:
    """A project with fused pipelines and one file, `raw`; it has no argo.yml, and needs none."""
    made: Path = project(REGISTRY, CATALOG)
    (made / "conf/base/parameters.yml").write_text("alpha: 1\n")
    (made / "data").mkdir()
    (made / "data/raw.txt").write_text("1")
    return made


def written(path: Path) -> dict[str, str]:
    return {file.stem: file.read_text() for file in (path / "data").iterdir() if file.stem != "raw"}


ALL = {"mid": "2", "done": "3", "used": "3"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ALL),
        ("--pipeline fused", {"mid": "2", "done": "3"}),
        ("--pipeline summed", ALL),
        ("--pipeline nested", ALL),
        ("--pipeline namespaced", {"x.mid": "2", "x.done": "3", "x.used": "3"}),
        ("--pipeline namespaced --namespaces x", {"x.mid": "2", "x.done": "3", "x.used": "3"}),
        ("--pipeline namespaced --nodes x.first", {"x.mid": "2"}),
        ("--nodes first", {"mid": "2"}),
        ("--pipeline fused --nodes first,second", {"mid": "2", "done": "3"}),
        ("--pipeline fused --tags t1", {"mid": "2"}),
        ("--from-nodes first --to-outputs done", {"mid": "2", "done": "3"}),
        ("--from-inputs raw --to-nodes consumer", {"mid": "2", "used": "3"}),
        ("--params alpha=40", {**ALL, "done": "42"}),
        ("--runner ThreadRunner", ALL),
        ("--runner ParallelRunner", ALL),
        ("--runner argo_kedro.runners.FusedRunner", ALL),
        ("--async", ALL),
    ],
)
def test_kedro_run_runs_the_nodes_that_are_asked_for(
    project: Any, path: Path, arguments: str, expected: dict[str, str]
) -> None:
    done = project.python(path, "-m", "kedro", "run", *arguments.split())

    assert done.returncode == 0, done.stdout + done.stderr
    assert written(path) == expected


def test_the_name_of_a_group_is_no_node_and_kedro_says_so(project: Any, path: Path) -> None:
    """Version 0.1 ran the group; a tag or the names of its nodes do that now."""
    done = project.python(path, "-m", "kedro", "run", "--nodes", "fz")

    assert done.returncode != 0
    assert "Pipeline does not contain nodes named ['fz']" in done.stdout + done.stderr
    assert written(path) == {}


def test_another_pipeline_reads_what_was_written_inside_a_group(project: Any, path: Path) -> None:
    """In version 0.1 it was kept in memory, and a later run of its reader found no file."""
    for pipeline in ("fused", "consumer"):
        done = project.python(path, "-m", "kedro", "run", "--pipeline", pipeline)
        assert done.returncode == 0, done.stdout + done.stderr

    assert written(path) == ALL


SESSION = """
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
{imports}

bootstrap_project(Path.cwd())
with KedroSession.create(project_path=Path.cwd()) as session:
    session.run({arguments})
"""


@pytest.mark.parametrize(
    ("imports", "arguments"),
    [
        ("", ""),
        ("from kedro.runner import ThreadRunner", "runner=ThreadRunner()"),
        (
            "from argo_kedro.runners import FusedRunner",
            "runner=FusedRunner(pipeline_name='__default__', use_memory_datasets=True)",
        ),
    ],
)
def test_a_session_runs_a_fused_pipeline(project: Any, path: Path, imports: str, arguments: str) -> None:
    done = project.python(path, "-c", SESSION.format(imports=imports, arguments=arguments))

    assert done.returncode == 0, done.stdout + done.stderr
    assert written(path) == ALL


MAIN = """
from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project

configure_project("pkg")
find_run_command("pkg")()
"""


def test_a_packaged_project_runs_a_fused_pipeline(project: Any, path: Path) -> None:
    (path / "src/pkg/__main__.py").write_text(MAIN)
    as_module = "import runpy, sys; sys.path.insert(0, 'src'); runpy.run_module('pkg', run_name='__main__')"

    done = project.python(path, "-c", as_module)

    assert done.returncode == 0, done.stdout + done.stderr
    assert written(path) == ALL


def test_the_registry_describes_the_nodes_of_a_group(project: Any, path: Path) -> None:
    """In version 0.1 `fz (<lambda>)`."""
    done = project.python(path, "-m", "kedro", "registry", "describe", "fused")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "- first (plus_one)\n- second (plus)" in done.stdout
