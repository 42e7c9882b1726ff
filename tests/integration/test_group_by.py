"""`runner.group_by` in a real project: what `compile`, `check` and `explain --group-by` make of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.integration

REGISTRY = """
from kedro.pipeline import Pipeline, node


def f(*x):
    return x


def register_pipelines():
    etl = Pipeline(
        [
            node(f, "raw", "a", name="load", tags="pod.x"),
            node(f, "a", "b", name="clean"),
            node(f, "b", "c", name="join", tags="pod.x"),
        ]
    )
    report = Pipeline([node(f, "c", "d", name="plot"), node(f, "c", "e", name="page")])
    return {"__default__": etl + report, "etl": etl, "report": report}
"""
CATALOG = """
"{any}":
  type: pkg.datasets.TextDataset
  filepath: s3://bucket/{any}.txt
"""
ARGO = "deployment: {image: registry.example.com/x}\nrunner: {group_by: {etl: 'tag:pod.', __default__: chain}}\n"
LOGGING = """
version: 1
handlers: {stderr: {class: logging.StreamHandler, stream: ext://sys.stderr}}
root: {handlers: [stderr], level: WARNING}
"""
SPLIT = (
    "tag 'pod.x' is 2 tasks ('load', 'join'), since data leaves it and comes back: load -> clean (a), then "
    "clean -> join (b)."
)


@pytest.fixture(scope="session")
def path(shared: Any) -> Path:
    """A project that tests only read."""
    made: Path = shared(REGISTRY, CATALOG, ARGO, name="group_by", files={"logging.yml": LOGGING})
    return made


def kedro(shared: Any, path: Path, line: str) -> subprocess.CompletedProcess[str]:
    done: subprocess.CompletedProcess[str] = shared.python(
        path, "-m", "kedro", *line.split(), KEDRO_LOGGING_CONFIG=str(path / "logging.yml")
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_check_tells_what_was_split_and_finds_nothing_wrong(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo check")

    assert done.returncode == 0, done.stderr
    assert f"Note: {SPLIT}" in done.stderr


def test_a_manifest_has_the_tasks_of_the_strategies(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo compile -o -")

    assert done.returncode == 0, done.stderr
    (dag,) = (each["dag"] for each in yaml.safe_load(done.stdout)["spec"]["templates"] if "dag" in each)
    assert sorted(task["name"] for task in dag["tasks"]) == ["clean", "join", "load", "page", "plot"]


def test_strategies_are_compared_and_the_one_of_argo_yml_is_first(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo explain --group-by all --json")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["strategies"]
    assert [(each["group_by"], each["tasks"], each["configured"]) for each in found] == [
        ("chain, etl: tag:pod.", 5, True),
        ("node", 5, False),
        ("namespace", 5, False),
        ("memory", 5, False),
        ("chain", 3, False),
        ("pipeline", 2, False),
    ]
    assert found[0]["notes"] == [SPLIT]


def test_a_table_compares_them_too(shared: Any, path: Path) -> None:
    done = kedro(shared, path, "argo explain --group-by chain,tag:pod.")

    assert done.returncode == 0, done.stderr
    rows = [line.split("  ")[0] for line in done.stdout.splitlines()[:4]]
    assert rows == ["GROUP BY", "chain, etl: tag:pod. (argo.yml)", "chain", "tag:pod."]
    assert done.stderr.splitlines()[-1].startswith("Next: name the one you want in `runner.group_by` of argo.yml")


@pytest.mark.parametrize("name", ["nosuch", "tag:", "chain,,node"])
def test_what_is_no_strategy_is_refused(shared: Any, path: Path, name: str) -> None:
    done = kedro(shared, path, f"argo explain --group-by {name}")

    assert done.returncode == 2
    assert "is none of node, namespace, memory, chain, pipeline, tag:<prefix>, all." in done.stderr
