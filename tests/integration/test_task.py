"""`python -m argo_kedro.task` as a pod starts it: what it runs, and what it says when it cannot."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kedro.framework.project import pipelines as registry
from kedro.framework.session import KedroSession
from run_project import note

pytestmark = pytest.mark.integration

several = pytest.mark.skipif(
    "pipeline_names" not in inspect.signature(KedroSession.run).parameters,
    reason="Kedro runs several pipelines at once since 1.2",
)
PIPELINE = """
import sys
from pathlib import Path

from kedro.pipeline import Pipeline, node


def plus_one(x):
    return int(x) + 1


def plus(x, alpha, model):
    return int(x) + alpha + model["depth"]


def fail(x):
    raise ValueError("a first line\\nand a second: {{x}}")


def leave(x):
    sys.exit(0)


def create_pipeline(**kwargs):
    Path("imported-NAME").touch()
    return Pipeline([
        node(plus_one, "raw", "mid", name="first"),
        node(plus_one, "mid", "out", name="second"),
        node(plus, ["raw", "params:alpha", "params:model"], "sum", name="sum.up"),
        node(fail, "raw", "never", name="fails"),
        node(leave, "raw", "left", name="leaves"),
        node(plus_one, "raw", "nowhere", name="saves_nowhere"),
        node(plus_one, "nofile", "a1", name="loads_nothing"),
        node(plus_one, "noclass", "a2", name="has_no_class"),
        node(plus_one, "unknown", "a3", name="has_no_input"),
    ])
"""
OTHER = """
from pathlib import Path

from kedro.pipeline import Pipeline, node


def same(x):
    return x


def create_pipeline(**kwargs):
    Path("imported-other").touch()
    return Pipeline([node(same, "raw", "other", name="elsewhere")])
"""
REGISTRY = """
from kedro.framework.project import find_pipelines


def register_pipelines():
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum(pipelines.values())
    return pipelines
"""
COMPOSING = """
from kedro.framework.project import find_pipelines


def register_pipelines():
    p = find_pipelines(raise_errors=True)
    p["combo"] = p["one"] + p["other"]
    p["__default__"] = p["combo"]
    return p
"""
CATALOG = (
    "".join(
        f"{name}:\n  type: pkg.datasets.TextDataset\n  filepath: data/{name}.txt\n"
        for name in ("raw", "mid", "out", "sum", "nofile", "other", "never", "left", "a1", "a2", "a3")
    )
    + """
nowhere:
  type: pkg.datasets.TextDataset
  filepath: /dev/null/x
noclass:
  type: no_such_package.NoDataset
  filepath: data/x
"""
)
FILES = {
    "conf/base/parameters.yml": "alpha: 1\nmodel: {depth: 3, width: 1}\n",
    "data/raw.txt": "1",
    "src/pkg/pipelines/__init__.py": "",
    "src/pkg/pipelines/one/__init__.py": PIPELINE.replace("NAME", "one"),
    "src/pkg/pipelines/other/__init__.py": OTHER,
}
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def path(project: Any) -> Path:
    made: Path = project(REGISTRY, CATALOG, files=FILES)
    return made


def task(project: Any, path: Path, *arguments: str, **env: str) -> Done:
    log = str(path / "termination-log")
    done: Done = project.python(path, "-m", "argo_kedro.task", *arguments, ARGO_KEDRO_TERMINATION_LOG=log, **env)
    return done


def written(path: Path) -> dict[str, str]:
    return {file.stem: file.read_text() for file in (path / "data").iterdir() if file.stem != "raw"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--pipeline", "one", "--nodes", "first"], {"mid": "2"}),
        (["--pipeline=one", "--task=first", "--nodes=", "--memory="], {"mid": "2"}),  # as a pod template says it
        (["--pipeline", "one", "--task", "sum-up-ad2b699e"], {"sum": "5"}),
        (["--pipeline", "one", "--nodes", "first,second"], {"mid": "2", "out": "3"}),
        (["--pipeline", "one", "--nodes", "first,second", "--memory", "mid"], {"out": "3"}),
        (["--nodes", "first,elsewhere"], {"mid": "2", "other": "1"}),
        pytest.param(
            ["--pipeline", "one,other", "--nodes", "first,elsewhere"], {"mid": "2", "other": "1"}, marks=several
        ),
        (
            ["--pipeline", "one", "--nodes", "sum.up", "--params", json.dumps({"alpha": 40, "model": {"depth": 1}})],
            {"sum": "42"},
        ),
        (["--pipeline", "one", "--nodes", "sum.up", "--params", '{"model": {"width": 2}}'], {"sum": "5"}),
    ],
)
def test_a_task_runs_its_nodes_and_no_others(
    project: Any, path: Path, arguments: list[str], expected: dict[str, str]
) -> None:
    done = task(project, path, *arguments)

    assert done.returncode == 0, done.stderr
    assert written(path) == expected
    assert note(path) == ""


NOT_REGISTERED = (
    "Pipeline 'nope' is not registered in this project. "
    "Hint: the image and the manifest differ; compile again, or build the image again."
)


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--nodes", "fails"], 1, "node fails: ValueError: a first line and a second: {{x}}"),
        (["--nodes", "leaves"], 1, "node leaves: SystemExit: 0"),
        (["--nodes", "loads_nothing"], 7, "node loads_nothing, loading nofile: DatasetError: "),
        (["--nodes", "saves_nowhere"], 7, "node saves_nowhere, saving nowhere: DatasetError: "),
        (["--nodes", "has_no_class"], 3, "before the first node: DatasetError: "),
        (
            ["--nodes", "has_no_input"],
            3,
            "before the first node: ValueError: Pipeline input(s) {'unknown'} not found in the DataCatalog",
        ),
        (
            ["--nodes", "nope"],
            3,
            "before the first node: ValueError: Pipeline does not contain nodes named ['nope'].",
        ),
        (["--nodes", "first", "--env", "nope"], 3, "before the first node: MissingConfigException: "),
    ],
)
def test_a_task_that_fails_says_so_in_one_line_and_in_full(
    project: Any, path: Path, arguments: list[str], code: int, expected: str
) -> None:
    done = task(project, path, "--pipeline", "one", *arguments)

    assert done.returncode == code
    assert note(path).startswith(expected)
    assert "\n" not in note(path)
    assert "Traceback (most recent call last):" in done.stderr
    assert written(path) == {}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--pipeline", "nope", "--nodes", "first"], NOT_REGISTERED),
        (
            ["--pipeline", "one", "--task", "nope"],
            "No node here makes task 'nope'. "
            "Hint: the image and the manifest differ; compile again, or build the image again.",
        ),
        (["--pipeline", "one"], "Neither --task nor --nodes says what to run. Hint: for example --nodes train_model."),
        (
            ["--nodes", "first", "--params", "alpha=1"],
            "--params: not JSON: Expecting value: line 1 column 1 (char 0). "
            """Hint: for example --params '{"model": {"depth": 3}}'.""",
        ),
        (
            ["--nodes", "first", "--params", "[1]"],
            """--params: [1] is not a mapping. Hint: for example --params '{"model": {"depth": 3}}'.""",
        ),
    ],
)
def test_what_a_task_cannot_begin_with_is_said_without_a_traceback(
    project: Any, path: Path, arguments: list[str], expected: str
) -> None:
    done = task(project, path, *arguments)

    assert done.returncode == 3
    assert note(path) == expected
    assert " ".join(done.stderr.split()).endswith(f"Error: {expected}")
    assert "Traceback" not in done.stderr


def test_a_project_that_cannot_be_imported_is_a_wrong_configuration(project: Any, path: Path) -> None:
    (path / "src/pkg/pipelines/one/__init__.py").write_text("import no_such_package\n")

    done = task(project, path, "--pipeline", "one", "--nodes", "first")

    assert done.returncode == 3
    assert note(path).startswith("before the first node: ")
    assert "No module named 'no_such_package'" in note(path)
    assert "ModuleNotFoundError: No module named 'no_such_package'" in done.stderr


def test_outside_a_project_a_task_says_where_it_must_be(project: Any, tmp_path: Path) -> None:
    done = task(project, tmp_path, "--nodes", "first")

    assert done.returncode == 3
    assert note(tmp_path).startswith(f"{tmp_path}: Could not find the project configuration file 'pyproject.toml'")
    assert note(tmp_path).endswith("Hint: a task runs in the project's folder.")


def test_a_very_long_message_is_cut_to_what_kubernetes_keeps(project: Any, path: Path) -> None:
    file = path / "src/pkg/pipelines/one/__init__.py"
    file.write_text(file.read_text().replace('"a first line', '"é" * 9000 + "'))

    task(project, path, "--pipeline", "one", "--nodes", "fails")

    assert note(path).startswith("node fails: ValueError: éé")
    assert 3900 < len(note(path).encode()) <= 4000


@pytest.mark.skipif(not hasattr(registry, "set_requested"), reason="Kedro imports one pipeline alone since 1.5")
def test_only_the_named_pipeline_is_imported(project: Any, path: Path) -> None:
    done = task(project, path, "--pipeline", "one", "--nodes", "first")

    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in path.glob("imported-*")) == ["imported-one"]


@pytest.mark.parametrize("name", ["one", "combo", "__default__"])
def test_a_registry_that_composes_pipelines_works(project: Any, path: Path, name: str) -> None:
    """Kedro 1.5 to 1.7: `kedro run --pipelines combo` fails, and `--pipelines one` as well."""
    (path / "src/pkg/pipeline_registry.py").write_text(COMPOSING)

    done = task(project, path, "--pipeline", name, "--nodes", "first")

    assert done.returncode == 0, done.stderr
    assert written(path) == {"mid": "2"}


HOOKS = """
from pathlib import Path

from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def after_catalog_created(self, catalog):
        Path("hooks.txt").open("a").write("catalog\\n")

    @hook_impl
    def before_node_run(self, node):
        Path("hooks.txt").open("a").write(f"node {node.name}\\n")

    @hook_impl
    def after_pipeline_run(self, run_params):
        Path("hooks.txt").open("a").write(f"env {run_params['env']}, {run_params['runtime_params']}\\n")


HOOKS = (Hooks(),)
"""


def test_the_projects_hooks_are_called(project: Any, path: Path) -> None:
    (path / "src/pkg/settings.py").write_text(HOOKS)

    done = task(project, path, "--env", "local", "--pipeline", "one", "--nodes", "first", "--params", '{"alpha": 2}')

    assert done.returncode == 0, done.stderr
    assert (path / "hooks.txt").read_text().splitlines() == ["catalog", "node first", "env local, {'alpha': 2}"]


def test_a_hook_that_fails_after_the_last_node_is_no_wrong_configuration(project: Any, path: Path) -> None:
    (path / "src/pkg/settings.py").write_text(HOOKS.replace("run_params['env']", "run_params['nope']"))

    done = task(project, path, "--pipeline", "one", "--nodes", "first")

    assert (done.returncode, note(path)) == (1, "after the last node: KeyError: 'nope'")


def test_a_hook_that_cannot_reach_a_server_before_the_first_node_may_be_tried_again(project: Any, path: Path) -> None:
    unreachable = 'raise ConnectionError("tracking server")'
    settings = HOOKS.replace('Path("hooks.txt").open("a").write("catalog\\n")', unreachable)
    assert unreachable in settings
    (path / "src/pkg/settings.py").write_text(settings)

    done = task(project, path, "--pipeline", "one", "--nodes", "first")

    assert (done.returncode, note(path)) == (1, "before the first node: ConnectionError: tracking server")


def test_another_folder_of_configuration_is_used(project: Any, path: Path) -> None:
    shutil.copytree(path / "conf", path / "other")
    (path / "other/base/parameters.yml").write_text("alpha: 100\nmodel: {depth: 10}\n")

    done = task(project, path, "--conf-source", "other", "--pipeline", "one", "--nodes", "sum.up")

    assert done.returncode == 0, done.stderr
    assert written(path) == {"sum": "111"}
