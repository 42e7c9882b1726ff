"""`kedro argo diff` of revisions of git, as real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from argo_kedro.cli.diff import diff as diff_

pytestmark = pytest.mark.integration

REGISTRY = """
from kedro.pipeline import Pipeline, node

from pkg import later


def register_pipelines():
    return {"__default__": Pipeline([node(len, "raw", name, name=name) for name in later.NAMES])}
"""
CATALOG = '"{any}": {type: pkg.datasets.TextDataset, filepath: "s3://bucket/{any}"}\n'
ARGO = 'deployment: {image: x, tag: "%s"}\n'
LATER = "NAMES = %s\nprint('imported')\n"
IGNORE = "conf/local/**\n__pycache__\nargo\n"
FILES = {"src/pkg/later.py": LATER % ["wash_it"], ".gitignore": IGNORE}


def git(folder: Path, *words: str, text: str = "", **env: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
    environment = {**os.environ, **env}
    command = ["git", *identity, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, input=text, check=True, capture_output=True, text=True
    ).stdout


def commit(folder: Path, message: str, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture(scope="module")
def path(shared: Any) -> Path:
    """A project in a folder of its repository: first broken, then with one node, then with two; then another tag."""
    made: Path = shared(REGISTRY, CATALOG, ARGO % "1", name="mono/project", files=FILES)
    root = made.parent
    git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "before")
    git(root, "tag", "before")
    commit(root, "nothing", {"README.md": "x"} | {"project/src/pkg/later.py": "raise RuntimeError('not yet')\n"})
    git(root, "tag", "broken")
    commit(root, "one", {"project/src/pkg/later.py": FILES["src/pkg/later.py"]})
    git(root, "tag", "v1")
    commit(root, "two", {"project/src/pkg/later.py": LATER % ["wash_it", "train"]})
    (made / "conf/base/argo.yml").write_text(ARGO % "2")
    # What git ignores in conf counts for all revisions, and is no difference.
    (made / "conf/local/argo.yml").write_text("namespace: mine\n")
    return made


def diff(path: Path, *words: str, code: int = 0) -> Result:
    """The verb in this process, which starts one for each revision."""
    done = CliRunner().invoke(diff_, words, obj=bootstrap_project(path))
    assert done.exit_code == code, (done.output, done.exception)
    return done


def lines(done: Any) -> list[str]:
    """What was said, without what Kedro logs when it is imported."""
    return [line for line in done.stdout.splitlines() if line and not line.startswith(("[", " " * 20))]


def state(root: Path) -> list[str]:
    """All of a checkout that a user could see changed."""
    return [
        git(root, "status", "--porcelain"),
        git(root, "worktree", "list"),
        git(root, "branch", "-a"),
        git(root, "stash", "list"),
    ]


def test_without_arguments_it_is_head_against_the_working_tree_which_stays_as_it_is(shared: Any, path: Path) -> None:
    (path.parent / "tmp").mkdir()
    before = state(path)
    done = shared.python(path, "-m", "kedro", "argo", "diff", "--exit-code", TMPDIR=str(path.parent / "tmp"))

    assert done.returncode == 7, done.stderr
    head = git(path, "rev-parse", "HEAD")[:8]
    assert lines(done) == [
        f"HEAD ({head}) -> the project as it is now: 2 tasks.",
        "~ all 2 tasks that both have",
        "    image: x:1 -> x:2",
    ]
    assert done.stderr.splitlines()[-2:] == ["They differ.", "Next: kedro argo compile"]
    assert "imported" not in done.stdout
    assert state(path) == before
    assert list((path.parent / "tmp").iterdir()) == []


@pytest.mark.usefixtures("in_process")
def test_a_logging_configuration_that_a_revision_does_not_have_is_no_matter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEDRO_LOGGING_CONFIG", "conf/logging-to-stderr.yml")
    assert "+ train" in diff(path, "v1", "HEAD").output


@pytest.mark.usefixtures("in_process")
def test_two_revisions_are_compared_each_with_the_code_of_its_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path / "src")
    done = diff(path, "v1", "HEAD", "--json", "--params", "a=1")
    found = json.loads(done.output[done.output.index("{\n") : done.output.rindex("}") + 1])

    assert found["tasks"]["added"][0]["name"] == "train"
    assert found["nodes"]["added"] == ["train"]
    assert (found["tasks"]["changed"], found["workflow"]) == ([], [])
    assert found["before"]["commit"] == git(path, "rev-parse", "v1").strip()


@pytest.mark.usefixtures("in_process")
def test_links_of_a_commit_lead_no_file_of_now_astray(path: Path, tmp_path: Path) -> None:
    """The commit has a link to somewhere else where now there is a folder of files that git ignores."""
    (elsewhere := tmp_path / "elsewhere").mkdir()
    index = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    link = git(path.parent, "hash-object", "-w", "--stdin", text=str(elsewhere)).strip()
    git(path.parent, "read-tree", "v1", **index)
    git(path.parent, "update-index", "--add", "--cacheinfo", f"120000,{link},project/conf/local", **index)
    tree = git(path.parent, "write-tree", **index).strip()
    linked = git(path.parent, "commit-tree", "-m", "linked", tree).strip()

    diff(path, linked, linked)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.usefixtures("in_process")
def test_a_revision_that_cannot_be_compiled_says_which_it_is(path: Path) -> None:
    done = diff(path, "broken", code=4)

    assert "Error: broken (" in done.output
    assert "RuntimeError: not yet (src/pkg/later.py, line 1)" in done.output


@pytest.mark.usefixtures("in_process")
def test_a_revision_from_before_the_project_says_so(path: Path) -> None:
    assert "the project was not there yet: no project/pyproject.toml" in diff(path, "before", code=3).output


def test_ctrl_c_leaves_nothing_behind(path: Path) -> None:
    folder = path.parent / "stopped"
    folder.mkdir()
    slow = (
        'import pathlib, time\nif "stopped" in __file__:\n    pathlib.Path("../../sign").touch()\n    time.sleep(60)\n'
    )
    git(path, "checkout", "-q", "-b", "slow")
    commit(path, "slow", {"src/pkg/later.py": slow + LATER % ["a"]})
    git(path, "checkout", "-q", "-f", "main")
    env = {**os.environ, "TMPDIR": str(folder), "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "kedro", "argo", "diff", "slow", "v1"]
    started = subprocess.Popen(command, cwd=path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not list(folder.glob("**/sign")):
        assert started.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=30)

    assert started.returncode == 130
    assert said.splitlines()[-1] == "Stopped."
    assert list(folder.iterdir()) == []
