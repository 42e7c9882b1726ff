"""An exit handler that is a Kedro pipeline: its nodes know how the run ended, in a local run as in a pod."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.integration

REGISTRY = """
import os
from pathlib import Path

from kedro.pipeline import Pipeline, node


def work(number):
    return 10 / number


def words(name):
    return f"{name}: {os.environ['WORKFLOW_STATUS']} {os.environ['WORKFLOW_FAILURES']}"


def send(text):
    Path("told.txt").write_text(text)


def register_pipelines():
    notify = [node(words, "params:name", "text", name="words"), node(send, "text", None, name="send")]
    return {
        "__default__": Pipeline([node(work, "params:number", "result", name="work")]),
        "notify": Pipeline(notify),
    }
"""
CATALOG = "result: {type: pkg.datasets.TextDataset, filepath: result.txt}\n"
ARGO = "policies: {{on_exit: {{pipeline: notify, when: {when}}}}}\n"


@pytest.mark.parametrize(
    ("number", "when", "status"),
    [(5, "always", "Succeeded"), (0, "always", "Failed"), (0, "failure", "Failed"), (5, "failure", "")],
)
def test_its_nodes_are_told_how_the_run_ended(project, number, when, status):
    parameters = f"{{number: {number}, name: Ada}}"
    folder = project(REGISTRY, CATALOG, ARGO.format(when=when), files={"conf/base/parameters.yml": parameters})

    done = project.python(folder, "-m", "kedro", "argo", "run")

    assert done.returncode == (0 if number else 6), done.stderr
    told = folder / "told.txt"
    if not status:
        assert not told.exists()
        return
    head, _, failures = told.read_text(encoding="utf-8").partition(" [")
    assert head == f"Ada: {status}"
    messages = {each["displayName"]: each["message"] for each in json.loads(f"[{failures}")}
    if number:
        assert messages == {}
    else:
        assert "ZeroDivisionError" in messages["work"]
