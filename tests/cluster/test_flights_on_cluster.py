"""The example project in its own image on the real cluster: to the answer, twice at once, and after a fix."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kubernetes import client
from projects import FLIGHTS, Place

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.workflows.state import run_state

pytestmark = pytest.mark.cluster

ARGO = """
namespace: {namespace}
deployment: {{image: local/flights, tag: tests, build: false}}
template:
  environment:
    - {{name: OMP_NUM_THREADS, value: "1"}}
    - {{name: AWS_ENDPOINT_URL, value: {endpoint}}}
    - {{name: AWS_DEFAULT_REGION, value: us-east-1}}
    - {{name: AWS_ACCESS_KEY_ID, secret_ref: {{name: storage, key: key}}}}
    - {{name: AWS_SECRET_ACCESS_KEY, secret_ref: {{name: storage, key: secret}}}}
"""
BUCKET = "flights-demo"  # that conf/cloud/globals.yml of the example names


@pytest.fixture
def files(bed):
    """The bed's bucket with the raw data in it."""
    env = {**os.environ, **bed.s3_env}
    command = [sys.executable, "-m", "flights.get_data", "--to", f"s3://{BUCKET}/01_raw"]
    subprocess.run(command, cwd=FLIGHTS, env=env, check=True, capture_output=True, timeout=120)
    return bed.files()


@pytest.fixture
def place(bed, namespace: str, flights_image, tmp_path: Path) -> Place:
    """The project that the image was made of, with an argo.yml for the bed; the bucket's keys are a Secret."""
    folder = tmp_path / "flights"
    shutil.copytree(flights_image.folder, folder)
    shutil.copy(FLIGHTS / "conf/base/argo.yml", folder / "conf/base/argo.yml")  # `init --force` has put its own there
    text = ARGO.format(namespace=namespace, endpoint=bed.s3["endpoint"])
    (folder / "conf/cloud/argo.yml").write_text(text, encoding="utf-8")
    with bed.api() as api:
        secret = {"metadata": {"name": "storage"}, "stringData": {"key": bed.s3["key"], "secret": bed.s3["secret"]}}
        client.CoreV1Api(api).create_namespaced_secret(namespace, secret)
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)


def test_two_runs_at_once_from_submit_to_the_answer_do_not_mix(place: Place, files) -> None:
    first = place.argo("submit")
    second = place.argo("submit", "--wait", seconds=1200)
    place.argo("status", first.last, "--wait", seconds=600)

    answers = [files.cat_file(f"{BUCKET}/runs/{answer.last}/08_reporting/answer.md") for answer in (first, second)]

    assert first.last != second.last
    assert "Env cloud, context admin" in first.stderr
    assert b"Can one tell the day before?" in answers[0]
    assert answers[0] == answers[1]
    status = place.argo("status", first.last, "--json").document
    assert {task["phase"] for task in status["tasks"]} == {"Succeeded"}
    assert "ewr.train_model" in {task["name"] for task in status["tasks"]}  # Kedro's name, not Argo's
    logs = place.argo("logs", first.last, "--task", "ewr.train_model").stdout
    assert "ewr.train_model: " in logs
    assert "argo=true" not in logs


def test_a_node_that_fails_is_mended_in_another_image_and_only_the_rest_runs_again(
    place: Place, files, build_image, cluster: KubernetesCluster
) -> None:
    code = place.folder / "src/flights/pipelines/data_processing/features.py"
    good = code.read_text(encoding="utf-8")
    broken = good.replace("    traffic = ", '    raise ValueError("no such airport")\n    traffic = ')
    assert broken != good
    code.write_text(broken, encoding="utf-8")
    build_image(place.folder, "local/flights:broken")
    code.write_text(good, encoding="utf-8")

    failed = place.argo("submit", "--pipelines", "data_processing", "--image", "local/flights:broken", "--wait", code=6)

    name = failed.last
    assert "ValueError: no such airport" in failed.stderr
    before = {task.path: task for task in run_state(cluster.get("workflows", name)).tasks}
    kept = {path for path, task in before.items() if task.phase == "Succeeded"}
    assert kept
    again = place.argo("retry", name, "--image", "local/flights:tests", "--wait", seconds=600)
    assert f"{name} succeeded after" in again.stderr
    after = {task.path: task for task in run_state(cluster.get("workflows", name)).tasks}
    assert {path for path in after if after[path] == before.get(path)} == kept
    shown = place.argo("status", name).stdout
    assert "Not all of it ran with one code" in shown
    assert "local/flights:broken: " in shown
    assert "local/flights:tests: build_features" in shown
    assert files.exists(f"{BUCKET}/runs/{name}/04_feature/features.parquet")
