"""What a task says of itself: how long its nodes ran, what it took, and its last words where it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from argo_kedro.usage import Usage, read_usage

pytestmark = pytest.mark.integration

REGISTRY = """
import time
from pathlib import Path

from kedro.pipeline import Pipeline, node


def wait(x):
    time.sleep(0.4)
    return x


def grow(x):
    held = bytearray(300_000_000)
    held[::4096] = b"x" * len(held[::4096])
    return x


def fail(x):
    raise ValueError("boom")


def hang(x):
    Path("hangs").touch()
    time.sleep(60)


def register_pipelines():
    pipeline = Pipeline([
        node(wait, "raw", "first", name="waits"),
        node(grow, "first", "second", name="grows"),
        node(fail, "second", None, name="fails"),
        node(hang, "raw", None, name="hangs"),
    ])
    return {"__default__": pipeline}
"""
CATALOG = "raw:\n  type: pkg.datasets.TextDataset\n  filepath: data/raw.txt\n"


@pytest.fixture
def path(project: Any) -> Path:
    made: Path = project(REGISTRY, CATALOG, files={"data/raw.txt": "1"})
    return made


def said(project: Any, path: Path, nodes: str) -> tuple[str, Usage]:
    log = path / "termination-log"
    project.python(path, "-m", "argo_kedro.task", "--nodes", nodes, ARGO_KEDRO_TERMINATION_LOG=str(log))
    words, _, line = log.read_text().rpartition("\n")
    usage = read_usage(line)
    assert usage is not None, log.read_text()
    return words, usage


def test_a_task_that_succeeds_says_what_it_took(project: Any, path: Path) -> None:
    words, usage = said(project, path, "waits,grows")

    assert words == ""
    waits, grows = usage.nodes
    assert (waits.name, grows.name) == ("waits", "grows")
    assert 0.4 <= waits.ended - waits.began < 5
    assert 0 < waits.began <= waits.ended <= grows.began <= grows.ended
    assert 300_000_000 < usage.memory < 2_000_000_000
    assert usage.cpu > 0.05


def test_a_task_that_fails_says_so_first(project: Any, path: Path) -> None:
    words, usage = said(project, path, "waits,grows,fails")

    assert words == "node fails: ValueError: boom"
    assert [node.name for node in usage.nodes] == ["waits", "grows", "fails"]


def test_a_task_that_is_killed_has_said_before_where_it_was_and_with_how_much_memory(path: Path) -> None:
    log = path / "termination-log"
    command = [sys.executable, "-m", "argo_kedro.task", "--nodes", "hangs"]
    env = {**os.environ, "DO_NOT_TRACK": "1", "ARGO_KEDRO_TERMINATION_LOG": str(log)}
    task = subprocess.Popen(command, cwd=path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not ((path / "hangs").exists() and log.exists() and "hangs" in log.read_text()):
        assert task.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    task.send_signal(signal.SIGKILL)
    task.wait(timeout=30)

    words = log.read_text()
    assert words.startswith("memory ")
    assert words.endswith(" MiB, node hangs")


def test_a_command_typed_by_hand_writes_nothing(project: Any, path: Path) -> None:
    before = set(path.rglob("*"))
    done = project.python(path, "-m", "argo_kedro.task", "--nodes", "waits")

    assert done.returncode == 0, done.stderr
    assert {
        each for each in set(path.rglob("*")) - before if each.suffix != ".pyc" and each.name != "__pycache__"
    } == set()


def test_a_log_that_is_full_changes_nothing_of_a_failure(project: Any, path: Path) -> None:
    done = project.python(path, "-m", "argo_kedro.task", "--nodes", "nobody", ARGO_KEDRO_TERMINATION_LOG="/dev/full")

    assert done.returncode == 3
    assert "No space left on device" not in done.stderr
