"""All tasks of a workflow go on with one MLflow run, by the real kedro-mlflow and a real tracking server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kedro_mlflow", reason="`make mlflow` runs these tests")
pytestmark = pytest.mark.integration

PARAMS = {"rate": "0.1", "depth": "3"}
METRICS = {"rows": 10.0, "recall": 0.5, "accuracy": 0.3, "seen": 0.3}
OFF = "deployment: {image: registry.example.com/flights}\n"


def _kedro(project: Any, path: Path, *arguments: str) -> Any:
    return project.python(path, "-m", "kedro", *arguments)


def _last_line(stdout: str) -> str:
    """The name of the workflow: Kedro's own log, with what kedro-mlflow says when it is imported, is before it."""
    return stdout.splitlines()[-1]


def _opened(project: Any, path: Path, version: str, **env: str) -> Any:
    """`(id, process)` of the init task, called by hand."""
    output = path / "run-id"
    output.unlink(missing_ok=True)
    done = project.python(
        path, "-m", "argo_kedro.task.mlflow_run", f"--save-version={version}", f"--output={output}", **env
    )
    return output.read_text() if output.exists() else "", done


def _ended(project: Any, path: Path, version: str, status: str) -> None:
    code = f"from argo_kedro.task.mlflow_run import end; end({version!r}, {status!r})"
    done = project.python(path, "-c", code)
    assert done.returncode == 0, done.stderr


def test_all_tasks_of_a_workflow_write_into_one_run(project: Any, flights: Any, server: Any) -> None:
    path = flights("one")
    done = _kedro(project, path, "argo", "run", "--params", "depth=3")
    assert done.returncode == 0, done.stderr

    (run,) = server.runs("one")
    assert (run.name, run.status) == (_last_line(done.stdout), "FINISHED")
    assert (run.params, run.metrics) == (PARAMS, METRICS)
    assert run.tags["argo-kedro.workflow"] == run.name
    # Kedro-mlflow writes Kedro's own run_id there: the last task's, which is that of all.
    assert run.tags["run_id"] == run.tags["argo-kedro.version"]


def test_two_workflows_at_once_have_a_run_each(project: Any, flights: Any, server: Any) -> None:
    path = flights("two")
    environ = {**os.environ, "COLUMNS": "500"}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "kedro", "argo", "run", "--workflow-name", name],
            cwd=path,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    said = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], said

    runs = server.runs("two")
    assert sorted(run.name for run in runs) == sorted(_last_line(stdout) for stdout, _ in said)
    assert [(run.status, run.params, run.metrics) for run in runs] == [("FINISHED", PARAMS, METRICS)] * 2
    assert len({run.tags["run_id"] for run in runs}) == 2


def test_a_workflow_that_failed_goes_on_with_its_run_when_it_is_retried(
    project: Any, flights: Any, server: Any
) -> None:
    path = flights("again")
    (path / "broken").touch()
    done = _kedro(project, path, "argo", "run")
    assert done.returncode == 6, done.stderr
    (failed,) = server.runs("again")
    assert failed.status == "FAILED"

    (path / "broken").unlink()
    done = _kedro(project, path, "argo", "retry")
    assert done.returncode == 0, done.stderr
    (run,) = server.runs("again")
    assert (run.id, run.name, run.status) == (failed.id, failed.name, "FINISHED")
    assert (run.params, run.metrics) == (PARAMS, METRICS)


def test_without_the_setting_each_task_has_a_run_of_its_own(project: Any, flights: Any, server: Any) -> None:
    path = flights("off", argo=OFF)
    assert _kedro(project, path, "argo", "compile").returncode == 0
    assert "mlflow" not in (path / "argo/__default__.yaml").read_text()

    done = _kedro(project, path, "argo", "run", "--nodes", "clean,score")
    assert done.returncode == 0, done.stderr
    assert len(server.runs("off")) == 2


def test_the_first_task_makes_the_run_once_however_often_it_is_tried(project: Any, flights: Any, server: Any) -> None:
    path = flights("tries")
    first, _ = _opened(project, path, "V1", WORKFLOW_ID="flights-x")
    second, _ = _opened(project, path, "V1", WORKFLOW_ID="flights-x")
    assert first == second

    _ended(project, path, "V2", "Failed")  # its first task never got so far
    assert [(run.id, run.name, run.status) for run in server.runs("tries")] == [(first, "flights-x", "RUNNING")]


def test_a_run_that_mlflow_yml_names_counts_before_one_of_ours(project: Any, flights: Any, server: Any) -> None:
    theirs = server.make_run("named")
    path = flights("named", tracking=f"run: {{id: {theirs}}}")
    assert _opened(project, path, "V1")[0] == theirs

    _ended(project, path, "V1", "Error")
    assert [(run.id, run.status) for run in server.runs("named")] == [(theirs, "FAILED")]


def test_a_name_that_mlflow_yml_gives_stays(project: Any, flights: Any, server: Any) -> None:
    path = flights("christened", tracking="run: {name: nightly}")
    _opened(project, path, "V1", WORKFLOW_ID="flights-x")
    _ended(project, path, "V1", "Succeeded")
    assert [run.name for run in server.runs("christened")] == ["nightly"]


def test_runtime_parameters_reach_mlflow_yml(project: Any, flights: Any, server: Any) -> None:
    path = flights("${runtime_params:experiment, plain}")
    done = project.python(
        path, "-m", "argo_kedro.task.mlflow_run", "--save-version=V", "--output=id", '--params={"experiment": "chosen"}'
    )
    assert done.returncode == 0, done.stderr
    assert [run.id for run in server.runs("chosen")] == [(path / "id").read_text()]


def test_a_server_that_is_not_there_is_named(project: Any, flights: Any) -> None:
    path = flights("gone", address="http://127.0.0.1:9")
    written, done = _opened(project, path, "V1", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    assert (written, done.returncode) == ("", 1)
    assert "Error: MLflow refuses, or is out of reach: API request to http://127.0.0.1:9/" in done.stderr
    assert "Hint: see `server` in mlflow.yml" in done.stderr


def test_hooks_that_are_switched_off_are_an_error(project: Any, flights: Any) -> None:
    path = flights("unhooked")
    (path / "src/pkg/settings.py").write_text('DISABLE_HOOKS_FOR_PLUGINS = ("kedro_mlflow",)\n')
    written, done = _opened(project, path, "V1")
    assert (written, done.returncode) == ("", 3)
    assert "the hooks of kedro-mlflow did not run" in done.stderr
