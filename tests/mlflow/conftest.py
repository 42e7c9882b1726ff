"""A real MLflow tracking server on this machine, and a Kedro project with kedro-mlflow that writes to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PIPELINES = """\
from pathlib import Path

import mlflow
from kedro.pipeline import Pipeline, node


def clean(rate):
    mlflow.log_metric("rows", 10)
    return f"cleaned at {rate}"


def train(cleaned, rate, depth):
    if Path("broken").exists():
        raise ValueError("broken")
    return depth / 10


def score(cleaned, rate):
    mlflow.log_metric("recall", 0.5)
    return "scored"


def report(accuracy, scored):
    mlflow.log_metric("seen", accuracy)
    return "reported"


def register_pipelines():
    return {"__default__": Pipeline([
        node(clean, "params:rate", "cleaned", name="clean"),
        node(train, ["cleaned", "params:rate", "params:depth"], "accuracy", name="train"),
        node(score, ["cleaned", "params:rate"], "scored", name="score"),
        node(report, ["accuracy", "scored"], "answer", name="report"),
    ])}
"""
CATALOG = "accuracy: {type: kedro_mlflow.io.metrics.MlflowMetricDataset}\n" + "".join(
    f"{name}: {{type: pkg.datasets.TextDataset, filepath: data/{name}.txt}}\n"
    for name in ("cleaned", "scored", "answer")
)
ARGO = "deployment: {image: registry.example.com/flights}\nrunner: {mlflow: true}\n"
_START_LIMIT = 120  # seconds; it makes its database first


@dataclass(frozen=True)
class Run:
    """An MLflow run, as the server gives it."""

    id: str
    name: str
    status: str
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]


@dataclass(frozen=True)
class Server:
    """The tracking server, asked without MLflow's client: that takes seconds to import."""

    address: str

    def runs(self, experiment: str) -> list[Run]:
        """The runs of an experiment that are not deleted."""
        name = urllib.parse.urlencode({"experiment_name": experiment})
        found = self._ask(f"experiments/get-by-name?{name}")["experiment"]
        answer = self._ask("runs/search", {"experiment_ids": [found["experiment_id"]]})
        return [_run(each) for each in answer.get("runs", [])]

    def make_run(self, experiment: str) -> str:
        """The id of a new run, in an experiment that is new."""
        made = self._ask("experiments/create", {"name": experiment})
        return str(self._ask("runs/create", {"experiment_id": made["experiment_id"]})["run"]["info"]["run_id"])

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/2.0/mlflow/{path}", data)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)


def _run(answer: dict[str, Any]) -> Run:
    info, data = answer["info"], answer["data"]
    values = {
        kind: {each["key"]: each["value"] for each in data.get(kind, [])} for kind in ("tags", "params", "metrics")
    }
    return Run(id=info["run_id"], name=info["run_name"], status=info["status"], **values)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The tracking server, for all tests."""
    folder = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    arguments = [
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *(
            "--backend-store-uri",
            f"sqlite:///{folder}/runs.sqlite",
            "--artifacts-destination",
            str(folder / "artifacts"),
        ),
    ]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *arguments],
            cwd=folder,
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # it has children, which end with it
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, address, folder / "log")
        yield Server(address)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + _START_LIMIT
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(log.read_text())


@pytest.fixture
def flights(project: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the project: `flights("experiment", argo=ARGO, run="")` is its path."""
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # not minutes where a test takes the server away
    for name in [name for name in os.environ if name in ("MLFLOW_RUN_ID", "MLFLOW_TRACKING_URI")]:
        monkeypatch.delenv(name)

    def make(experiment: str, *, argo: str = ARGO, tracking: str = "", address: str = server.address) -> Path:
        mlflow = (
            f"server: {{mlflow_tracking_uri: '{address}'}}\n"
            f"tracking: {{experiment: {{name: '{experiment}'}}{tracking and ', '}{tracking}}}\n"
        )
        files = {"conf/base/mlflow.yml": mlflow, "conf/base/parameters.yml": "rate: 0.1\ndepth: 3\n"}
        path: Path = project(PIPELINES, CATALOG, argo, files=files)
        return path

    return make
