"""What tells one code of a project from another."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from argo_kedro.workflows.source_code import code_of_project


def made(folder: Path) -> Path:
    (folder / "src/app").mkdir(parents=True)
    (folder / "conf/base").mkdir(parents=True)
    (folder / "src/app/nodes.py").write_text("x = 1\n")
    (folder / "conf/base/parameters.yml").write_text("a: 1\n")
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("needs git")
    git(tmp_path, "init")
    project = made(tmp_path / "app")
    (tmp_path / ".gitignore").write_text("__pycache__\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    return project


def test_a_clean_project_is_its_commit(committed):
    assert re.fullmatch(r"[0-9a-f]{8}", code_of_project(committed))


def test_changes_are_told_apart(committed):
    clean = code_of_project(committed)
    seen = {clean}
    for content in ("x = 2\n", "x = 3\n"):
        (committed / "src/app/nodes.py").write_text(content)
        seen.add(code_of_project(committed))
    assert len(seen) == 3
    assert all(re.fullmatch(rf"{clean}(\+changes-[0-9a-f]{{8}})?", code) for code in seen)
    (committed / "src/app/nodes.py").write_text("x = 1\n")
    assert code_of_project(committed) == clean
    (committed / "src/app/new.py").write_text("")
    assert code_of_project(committed).startswith(f"{clean}+changes-")


def test_a_repository_that_ignores_the_project_says_nothing_of_its_code(committed):
    (committed.parent / ".gitignore").write_text("*\n")
    other = made(committed.parent / "other")
    before = code_of_project(other)
    (other / "src/app/nodes.py").write_text("x = 2\n")
    assert before.startswith("files-")
    assert before != code_of_project(other)


def test_what_is_no_code_changes_nothing(committed):
    clean = code_of_project(committed)
    (committed / "conf/local").mkdir()
    (committed / "conf/local/credentials.yml").write_text("key: secret")
    (committed / "data.csv").write_text("1")
    (committed.parent / "README.md").write_text("other project")
    assert code_of_project(committed) == clean


def test_without_git_the_files_say_it(tmp_path, monkeypatch):
    project = made(tmp_path)
    first = code_of_project(project)
    (project / "conf/local").mkdir()
    (project / "conf/local/credentials.yml").write_text("key: secret")
    assert re.fullmatch(r"files-[0-9a-f]{8}", first)
    (project / "src/app/__pycache__").mkdir()
    (project / "src/app/__pycache__/nodes.pyc").write_text("1")
    assert code_of_project(project) == first
    (project / "conf/base/parameters.yml").write_text("a: 2\n")
    assert code_of_project(project) != first
    (project / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_of_project(project).startswith("files-")


def test_a_repository_without_a_commit_and_an_empty_folder_have_a_code(tmp_path):
    assert code_of_project(tmp_path).startswith("files-")
    if shutil.which("git") is None:
        pytest.skip("needs git")
    git(tmp_path, "init")
    assert code_of_project(tmp_path).startswith("files-")
