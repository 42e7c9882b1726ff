"""The example project in its own image on the real cluster: to the answer, twice at once, and after a fix."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from projects import BUCKET, Place, flights_place, raw_data_in_the_bucket

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.workflows.state import run_state

pytestmark = pytest.mark.cluster


@pytest.fixture
def files(bed):
    """The bed's bucket with the raw data in it."""
    raw_data_in_the_bucket(bed.s3_env)
    return bed.files()


@pytest.fixture
def place(bed, namespace: str, flights_image, tmp_path: Path) -> Place:
    """The project that the image was made of, for the bed."""
    with bed.api() as api:
        folder = flights_place(flights_image.folder, tmp_path / "flights", namespace, bed.s3, api)
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
    told = told_by_report(place, first.last)
    assert set(told) == {task["name"] for task in status["tasks"]}
    clean = told["clean"]
    kinds = {span[0] for span in clean["spans"]}
    assert {"start", "node", "end"} <= kinds
    assert [span[3] for span in clean["spans"] if span[0] == "node"] == clean["nodes"]
    assert 0.02 < clean["memory"]["share"] < 1  # of 2 Gi
    assert clean["cpu"]["share"] > 0


def told_by_report(place: Place, name: str) -> dict[str, Any]:
    """What the charts of a run's report are drawn from, by the names of tasks."""
    written = place.argo("report", name)
    page = (place.folder / written.last).read_text(encoding="utf-8")
    found = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found, written.stderr
    assert "could not be read" not in page
    return {task["name"]: task for task in json.loads(found[1])["tasks"]}


def test_a_task_that_ran_out_of_memory_is_told_with_how_much_it_had(place: Place, files) -> None:
    argo = place.folder / "conf/base/argo.yml"
    medium = argo.read_text(encoding="utf-8").replace("mem: 2Gi", "mem: 160Mi")
    argo.write_text(medium, encoding="utf-8")

    failed = place.argo("submit", "--pipelines", "data_processing", "--wait", code=6)

    found = place.argo("debug", failed.last, code=6).stdout
    assert re.search(r"out of memory at 1\d\d(\.\d)? of 160 MiB", found), found
    assert "`machine_types.medium` in argo.yml" in found
    assert told_by_report(place, failed.last)["clean"]["phase"] == "failed"


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
