"""Who submitted a workflow, and the project's commit."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from argo_kedro.manifest import validate
from argo_kedro.workflows.origin import with_origin
from argo_kedro.workflows.source_code import commit_of_project, submitter

WORKFLOW: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "wf-", "labels": {"team": "a"}},
    "spec": {"entrypoint": "x", "templates": [{"name": "x", "suspend": {}}]},
}


def labels(**origin: str) -> dict[str, str]:
    """What is added to the labels."""
    found: dict[str, str] = with_origin(WORKFLOW, **origin)["metadata"]["labels"]
    assert found.pop("team") == "a"
    return found


def test_nothing_known_is_nothing_added() -> None:
    assert labels() == {}


def test_both_are_labels() -> None:
    assert labels(user="ada", commit="abc-dirty") == {"argo-kedro/user": "ada", "argo-kedro/git-commit": "abc-dirty"}


@pytest.mark.parametrize("user", ["ada@example.com", "ünï@example.com", "a b", "x" * 80 + "@example.com", "-", "{{x}}"])
def test_any_name_becomes_a_label_that_kubernetes_takes(user: str) -> None:
    assert validate(with_origin(WORKFLOW, user=user)) == []


def test_an_address_can_be_read() -> None:
    assert labels(user="ada@example.com") == {"argo-kedro/user": "ada.at.example.com"}


def test_what_argo_yml_says_stays() -> None:
    given = {**WORKFLOW, "metadata": {"name": "wf", "labels": {"argo-kedro/user": "ci"}}}
    assert with_origin(given, user="ada")["metadata"]["labels"] == {"argo-kedro/user": "ci"}


def test_runs_of_a_schedule_have_them_too() -> None:
    cron = {"metadata": {"name": "c"}, "spec": {"workflowSpec": {}, "workflowMetadata": {"labels": {"a": "b"}}}}
    made = with_origin(cron, user="ada", commit="abc")
    assert made["spec"]["workflowMetadata"]["labels"] == {
        "argo-kedro/user": "ada",
        "argo-kedro/git-commit": "abc",
        "a": "b",
    }
    assert made["metadata"]["labels"]["argo-kedro/user"] == "ada"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project that is under git, with an address of its own."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "code.py").write_text("1")
    for words in (
        ["init", "-q"],
        ["config", "user.email", "ada@example.com"],
        ["config", "user.name", "Ada"],
        ["add", "."],
        ["commit", "-q", "-m", "first", "--no-gpg-sign"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, timeout=30)
    return tmp_path


def test_the_commit_is_whole_and_says_whether_the_code_differs(repository: Path) -> None:
    clean = commit_of_project(repository)
    assert (len(clean), clean.isalnum()) == (40, True)
    (repository / "src" / "code.py").write_text("2")
    assert commit_of_project(repository) == f"{clean}-dirty"


def test_without_git_there_is_no_commit(tmp_path: Path) -> None:
    assert commit_of_project(tmp_path) == ""


def test_the_submitter_is_who_commits_there(repository: Path) -> None:
    assert submitter(repository) == "ada@example.com"


def test_without_an_address_it_is_the_name_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("LOGNAME", "grace")
    assert submitter(tmp_path) == "grace"
