"""The end of a workflow: what it removes, and that it never fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from argo_kedro.task.finish import finish
from argo_kedro.task.storage import Storage

VERSION = "2026-11-21T08.03.47.000Z-5f0c2b1e"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for version in (VERSION, VERSION + "1"):
        Storage(str(tmp_path)).save("a", version, 1)
    return tmp_path


def end(root: Path, *arguments: str, status: str = "Succeeded", version: str = VERSION) -> None:
    finish([f"--status={status}", f"--save-version={version}", f"--storage={root}", *arguments])


def left(root: Path) -> set[str]:
    return {each.name for each in root.iterdir()}


def test_a_success_removes_what_the_run_has_kept(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end(root, "--clean-up=success")

    assert left(root) == {VERSION + "1"}
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("status", ["Failed", "Error", "Running", ""])
def test_anything_else_keeps_it_for_a_retry(root: Path, status: str) -> None:
    end(root, "--clean-up=success", status=status)

    assert left(root) == {VERSION, VERSION + "1"}


def test_nothing_is_removed_unless_it_is_asked_for(root: Path) -> None:
    end(root)
    end(root, "--clean-up=never")

    assert left(root) == {VERSION, VERSION + "1"}


@pytest.mark.parametrize("version", ["", "..", "x", "{{workflow.uid}}"])
def test_what_is_no_version_is_a_warning(root: Path, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    end(root, "--clean-up=success", version=version)

    assert left(root) == {VERSION, VERSION + "1"}
    assert capsys.readouterr().err.startswith(f"Warning: {root}/{version} is not removed: ")


def test_a_wrong_option_is_a_warning(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end(root, "--clean-up=always")

    assert capsys.readouterr().err.startswith("Warning: nothing was done: ")


def test_credentials_outside_a_project_are_a_warning(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    end(root, "--clean-up=success", "--storage-credentials=store")

    assert "pyproject.toml" in capsys.readouterr().err
    assert left(root) == {VERSION, VERSION + "1"}


@pytest.mark.parametrize("error", [None, RuntimeError("no server"), SystemExit(3)])
def test_the_mlflow_run_is_ended_and_an_error_there_stops_nothing(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException | None,
) -> None:
    ended = []
    module = ModuleType("argo_kedro.task.mlflow_run")

    def note(version: str, status: str, *, env: str | None, conf_source: str | None, params: object) -> None:
        ended.append((version, status, env, conf_source, params))
        if error:
            raise error

    module.end = note  # type: ignore[attr-defined]  # kedro-mlflow is not installed here
    monkeypatch.setitem(sys.modules, "argo_kedro.task.mlflow_run", module)
    end(root, "--mlflow", "--env=cloud", '--params={"x": 1}', "--clean-up=success")

    assert ended == [(VERSION, "Succeeded", "cloud", None, {"x": 1})]
    assert left(root) == {VERSION + "1"}
    assert bool(capsys.readouterr().err) == bool(error)


def test_a_clean_up_without_credentials_opens_no_project() -> None:
    """Each workflow waits for it at its end."""
    script = "import sys, argo_kedro.task.finish; print([name for name in sys.modules if 'kedro.framework' in name])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
