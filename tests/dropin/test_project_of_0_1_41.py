"""A project written for argo-kedro 0.1.41, with every feature of its README, runs here without a change of one byte."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).parent / "harvest"
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The project, in a folder of its own."""
    ignored = shutil.ignore_patterns("__pycache__", "argo", "templates", "local")
    shutil.copytree(PROJECT, tmp_path / "harvest", ignore=ignored)
    (tmp_path / "harvest/conf/local").mkdir()
    return tmp_path / "harvest"


def run(path: Path, *command: str, **env: str) -> Done:
    """Run a program in the project, where there is no cluster, and no variable that pods have."""
    own = ("KEDRO_ENV", "WORKFLOW_ID", "TOKEN", "SEASON")
    environ = {key: value for key, value in os.environ.items() if key not in own}
    paths = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}", "KUBECONFIG": str(path / "nosuch")}
    return subprocess.run(
        command,
        cwd=path,
        env={**environ, **paths, "COLUMNS": "500", "DO_NOT_TRACK": "1", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def digests(path: Path) -> dict[str, str]:
    """What is in the project's own files."""
    files = (file for file in PROJECT.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    names = sorted(str(file.relative_to(PROJECT)) for file in files)
    return {
        name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in names if not name.startswith("conf/l")
    }


def written(path: Path, run_id: str, name: str) -> Any:
    return json.loads((path / "data" / run_id / f"{name}.json").read_text(encoding="utf-8"))


def test_its_ci_script_runs_and_changes_nothing(path: Path) -> None:
    before = digests(path)

    done = run(path, "sh", "ci/check.sh")

    assert done.returncode == 0, done.stderr
    assert digests(path) == before
    assert done.stderr.count("now it is --dry-run") == 2
    assert done.stderr.count("now it is --env cloud") == 1
    manifest = (path / "templates/argo-workflow-template.yml").read_text(encoding="utf-8")
    assert manifest == (path / "argo/forecast.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(manifest)["metadata"]["generateName"] == "nightly-"
    assert written(path, "local", "summary") == {"total": 142.1, "pairs": 1, "signed": False}


def test_its_manifest_runs_here_with_its_templates(path: Path) -> None:
    before = digests(path)

    done = run(path, "kedro", "argo", "run", TOKEN="t")

    assert done.returncode == 0, done.stderr
    assert digests(path) == before
    run_id = done.stdout.splitlines()[-1]
    assert written(path, run_id, "summary") == {"total": 142.1, "pairs": 1, "signed": True}
    assert written(path, run_id, "model")["season"] == f"season of {run_id}"  # what the init template gave
    assert written(path, run_id, "graph")["host"] == "bolt://127.0.0.1:7687"  # what its own template says
    kept_in_memory = ("clean_fields", "forecast")  # each within one fused group
    assert not any((path / "data" / run_id / f"{name}.json").exists() for name in kept_in_memory)


def test_its_script_runs_pipelines_with_the_fused_runner(path: Path) -> None:
    done = run(path, sys.executable, "scripts/run_locally.py")

    assert done.returncode == 0, done.stderr
    assert written(path, "local", "clean_fields")[0]["field"] == "north"  # kept in memory in pods only
    assert written(path, "local", "summary")["total"] == 142.1


def test_its_cloud_env_makes_these_pods(path: Path) -> None:
    done = run(path, "kedro", "argo", "submit", "-e", "cloud", "-d")

    assert done.returncode == 0, done.stderr
    found = yaml.safe_load((path / "argo/__default__.yaml").read_text(encoding="utf-8"))
    assert found["metadata"]["namespace"] == "agronomy"  # of conf/cloud
    templates = {template["name"]: template for template in found["spec"]["templates"]}
    tasks = {task["name"].rpartition("-")[0]: task for task in templates["pipeline"]["dag"]["tasks"]}
    assert {name: task["template"] for name, task in tasks.items()} == {
        "open": "open-season",
        "fields-fused": "n1-standard-1",
        "fit-node": "g2-standard-4",
        "neighbours-node": "graph-database-default",
        "forecast-fused": "default",
    }
    assert templates["g2-standard-4"]["container"]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert templates["default"]["container"]["resources"]["limits"]["memory"] == "32Gi"  # base's, with cloud's over it
    (sidecar,) = templates["graph-database-default"]["sidecars"]
    assert sidecar["volumeMounts"] == [{"name": "license", "mountPath": "/licenses", "readOnly": True}]
    secrets = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in templates["graph-database-default"]["container"]["env"]
        if "valueFrom" in variable
    }
    assert secrets == {
        "TOKEN": {"name": "secret", "key": "TOKEN"},
        "GRAPH_PASSWORD": {"name": "graph", "key": "password"},
    }
    assert "WORKFLOW_ID of the pod" not in json.dumps(found)  # the words that stood in for it


def test_its_keys_are_named_and_rewritten(path: Path) -> None:
    """What is left to say after `--fix` is nothing; the manifest differs by its tag only."""
    said = run(path, "kedro", "argo", "check", "-e", "cloud")
    before = run(path, "kedro", "argo", "compile", "-e", "cloud", "-o", "-")
    fixed = run(path, "kedro", "argo", "check", "-e", "cloud", "--fix")
    after = run(path, "kedro", "argo", "compile", "-e", "cloud", "-o", "-")

    assert said.returncode == fixed.returncode == 0, said.stderr
    assert said.stderr.count("Note: conf/base/argo.yml: ") == 3
    assert "Note:" not in fixed.stderr
    assert fixed.stdout.splitlines()[-1] == "conf/base/argo.yml"
    text = (path / "conf/base/argo.yml").read_text(encoding="utf-8")
    assert "  tag: latest # a new image each time\n" in text
    assert "    num_gpu: 0 # no GPU\n    emph_storage: 10Gi\n\n  # One L4.\n" in text
    assert "      container:\n        # as the built-in one\n        command:" in text
    tags = [yaml.safe_load(_yaml(done))["spec"]["templates"][1]["container"]["image"] for done in (before, after)]
    assert tags[1] == "registry.internal/agronomy/harvest:latest"
    assert _yaml(before).replace(tags[0], tags[1]) == _yaml(after)


def test_an_old_init_asks_nothing(path: Path) -> None:
    done = run(path, "kedro", "argo", "init", "-e", "cloud", "-f", "-s")

    assert done.returncode == 0, done.stderr
    assert {"conf/cloud/argo.yml", "Dockerfile", ".dockerignore"} <= set(done.stdout.splitlines())


def test_an_old_resubmit_asks_nothing(path: Path) -> None:
    done = run(path, "sh", "ci/release.sh", "harvest-x1")

    assert done.returncode == 5
    assert "now it is kedro argo retry harvest-x1 --image IMAGE" in done.stderr
    assert "There is no kubeconfig" in done.stderr


def test_two_names_of_one_env_are_wrong_usage(path: Path) -> None:
    done = run(path, "kedro", "argo", "submit", "--env", "local", "--environment", "cloud", "--dry-run")

    assert done.returncode == 2
    assert "give one of them" in done.stderr


def _yaml(done: Done) -> str:
    """The manifest on stdout, without the line that Kedro logs before it."""
    assert done.returncode == 0, done.stderr
    return "apiVersion" + done.stdout.partition("apiVersion")[2]
