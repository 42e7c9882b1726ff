"""`kedro argo debug` on a real project whose node fails: the command that it shows is run, before and after the fix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from answers import Done
from run_project import VERSIONED

pytestmark = pytest.mark.integration

REGISTRY = """
from kedro.pipeline import Pipeline, node

from pkg.rules import checked


def split(raw):
    return raw.upper()


def train(stored, least):
    return checked(stored, least)


def register_pipelines():
    return {"__default__": Pipeline([
        node(split, "raw", "stored", name="split_rows"),
        node(train, ["stored", "params:least"], "model", name="train.model"),
    ])}
"""
RULES = """
def checked(text, least):
    if len(text) < least:
        raise ValueError(f"too few rows: {text}")
    return text
"""
MENDED = "def checked(text, least):\n    return text\n"
CATALOG = """
raw: {type: pkg.datasets.TextDataset, filepath: data/raw.txt}
stored: {type: pkg.versioned.VersionedText, filepath: data/stored.txt, versioned: true}
model: {type: pkg.datasets.TextDataset, filepath: data/model.txt}
"""
ARGO = """
deployment: {image: registry.example.com/x}
machine_types: {tiny: {cpu: 0.1, mem: 0.2, emph_storage: 0}}
default_machine_type: tiny
template: {environment: [{name: TOKEN, secret_ref: {name: warehouse, key: token}}, {name: MODE, value: "a b"}]}
"""
FILES = {
    "src/pkg/versioned.py": VERSIONED,
    "src/pkg/rules.py": RULES,
    "conf/base/parameters.yml": "least: 5\n",
    "data/raw.txt": "row",
}


def argo(project: Any, path: Path, *words: str) -> Done:
    done: Done = project.python(path, "-m", "kedro", "argo", *words)
    assert "Traceback (most recent call last):\n  File" not in done.stderr
    return done


def document(done: Done) -> dict[str, Any]:
    """The JSON that it wrote: Kedro logs a line to stdout before any plugin runs."""
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("\n{") :])
    return found


def typed(path: Path, command: str) -> Done:
    """What somebody gets who pastes this into a shell."""
    python = str(Path(sys.executable).parent)
    env = {**os.environ, "DO_NOT_TRACK": "1", "COLUMNS": "500", "PATH": f"{python}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", command], cwd=path, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_fails_as_the_task_did_and_succeeds_after_the_fix_without_a_trace(project: Any) -> None:
    path = project(REGISTRY, CATALOG, ARGO, files={**FILES, "data/stored.txt/2099-01-01/stored.txt": "NEWER ROWS"})
    assert argo(project, path, "run").returncode == 6
    before = sorted((path / "data").rglob("*"))
    (version,) = {each.name for each in (path / "data/stored.txt").iterdir()} - {"2099-01-01"}

    told = argo(project, path, "debug", "--json")

    assert told.returncode == 6, told.stderr
    found = document(told)
    (task,) = found["tasks"]
    assert (found["phase"], found["more"], task["name"], task["exit_code"]) == ("Failed", 0, "train.model", 1)
    assert task["error"] == {
        **{"type": "ValueError", "message": "too few rows: ROW", "node": "train.model"},
        **{"while": None, "dataset": None},
    }
    assert [(each["file"], each["line"], each["function"]) for each in task["frames"]] == [
        ("src/pkg/pipeline_registry.py", 12, "train"),
        ("src/pkg/rules.py", 4, "checked"),
    ]
    assert (task["machine_type"], task["limits"]["memory"], task["image"]) == ("tiny", "0.2Gi", None)
    assert (task["load_versions"], task["loaded"]) == ({"stored": version}, ["stored", "params:least"])
    assert task["variables"] == ["TOKEN"]
    assert told.stderr.splitlines()[-1] == f"Next: kedro argo retry {found['name']}"

    failed = typed(path, task["command"])
    (path / "src/pkg/rules.py").write_text(MENDED)
    mended = typed(path, task["command"])

    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "ValueError: too few rows: ROW"  # not the newer ones
    assert mended.returncode == 0, mended.stderr
    assert sorted((path / "data").rglob("*")) == before


def test_a_task_can_be_told_to_save_one_dataset_and_nothing_else(project: Any) -> None:
    path = project(REGISTRY, CATALOG, ARGO, files={**FILES, "data/raw.txt": "many rows"})

    done = typed(
        path, "python -m argo_kedro.task --nodes split_rows,train.model --load-versions stored:2020 --save-only stored"
    )

    assert done.returncode == 0, done.stderr
    (version,) = (path / "data/stored.txt").iterdir()
    assert (version / "stored.txt").read_text() == "MANY ROWS"
    assert not (path / "data/model.txt").exists()
