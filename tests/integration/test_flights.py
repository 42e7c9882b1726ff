"""The example, from the README's first session to its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from argo_kedro.config import parse
from argo_kedro.pipeline import note
from pages import parts
from places import PLACES
from sessions import Session

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.integration


def _shell(command: str, folder: Path, *, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """A command of the README, in the environment of these tests."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "DO_NOT_TRACK": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    return subprocess.run(
        ["sh", "-c", f"{command} 2>&1"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with its data, so that the tree stays clean."""
    return PLACES["flights"](tmp_path_factory.mktemp("example"))


def test_the_first_session_of_the_readme_is_what_happens(flights: Path) -> None:
    shown = [each for each in parts("README.md", "flights") if each.is_session]
    assert shown, "the README has no first session"
    Session(folder=flights).play(shown)
    answer = flights / "data/08_reporting/answer.md"
    assert "Can one tell the day before?" in answer.read_text(encoding="utf-8")


def test_a_local_run_makes_what_kedro_run_makes(flights: Path) -> None:
    comparison = flights / "data/08_reporting/comparison.json"
    by_argo = json.loads(comparison.read_text(encoding="utf-8"))
    comparison.unlink()
    done = _shell("kedro run --to-nodes compare_airports", flights)
    assert done.returncode == 0, done.stdout
    assert json.loads(comparison.read_text(encoding="utf-8")) == by_argo


def test_what_only_the_fused_task_reads_stays_in_memory(flights: Path) -> None:
    found = json.loads(_shell("kedro argo explain --json 2>/dev/null | sed -n '/^{/,$p'", flights).stdout)
    clean = next(task for task in found["tasks"] if task["name"] == "clean")
    assert clean["in_memory"] == ["airports", "planes", "weather"]
    assert clean["machine_type"] == {"value": "medium", "source": "code"}


def test_the_cloud_env_is_ready_for_a_cluster(flights: Path) -> None:
    done = _shell("kedro argo check --env cloud", flights)
    assert "ready for a cluster" in done.stdout
    assert done.returncode == 0, done.stdout


def test_the_local_env_is_refused_for_a_cluster_only(flights: Path) -> None:
    done = _shell("kedro argo check", flights)
    assert "23 boundary datasets are on paths that pods do not share" in done.stdout
    assert done.returncode == 4


def test_a_pipeline_of_its_own_has_its_own_file(flights: Path) -> None:
    done = _shell("kedro argo compile --pipelines reporting", flights)
    assert done.returncode == 0, done.stdout
    manifest = yaml.safe_load((flights / "argo/reporting.yaml").read_text(encoding="utf-8"))
    tasks = manifest["spec"]["templates"][0]["dag"]["tasks"]
    assert [task["name"].rpartition("-")[0] or task["name"] for task in tasks] == ["report", "write-answer"]


def _block(heading: str, language: str) -> str:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]
    return section.partition(f"```{language}\n")[2].partition("```")[0]


def test_the_python_of_the_readme_runs(flights: Path) -> None:
    (flights.parent / "examples").mkdir(exist_ok=True)
    (flights.parent / "examples/flights").symlink_to(flights)
    (flights.parent / "steps.py").write_text(_block("In Python", "python"), encoding="utf-8")
    done = _shell("python steps.py", flights.parent)
    assert done.stdout.splitlines()[-1:] == ["Succeeded"], done.stdout


def test_the_pipeline_code_of_the_readme_makes_two_tasks() -> None:
    functions = "def clean_flights(x): return x\ndef join_weather(x, y): return x\ndef train(x): return x\n"
    names: dict[str, Any] = {}
    exec(functions + _block("In pipeline code", "python"), names)
    found = {note(node).group.name if note(node).group else node.name for node in names["create_pipeline"]().nodes}
    assert found == {"clean", "train"}


def test_the_rules_of_the_readme_are_valid() -> None:
    config = parse(yaml.safe_load(_block("In pipeline code", "yaml")))
    assert [rule.machine_type or rule.group for rule in config.tasks] == ["large", "clean"]
