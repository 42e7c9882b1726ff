"""Fewer tasks for the same answer, on the real cluster: what `group_by: chain` saves of spaceflights."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client
from projects import Place, packed

pytestmark = pytest.mark.cluster

HERE = Path(__file__).parent
TABLES = ("companies", "shuttles", "model_input", "train_rows", "test_rows", "model")


@pytest.fixture(scope="session")
def spaceflights(build_image, tmp_path_factory: pytest.TempPathFactory):
    """The pipeline in the example's package, whose dependencies are at hand as layers of its image."""
    tables = {
        name: {"type": "pandas.ParquetDataset", "filepath": f"${{globals:place}}/{name}.parquet"} for name in TABLES
    }
    metrics = {"metrics": {"type": "json.JSONDataset", "filepath": "${globals:place}/metrics.json"}}
    place = {"place": "s3://${oc.env:BUCKET,none}/${oc.env:WORKFLOW_ID,none}"}
    registry = (HERE / "spaceflights" / "pipeline_registry.py").read_text(encoding="utf-8")
    files = {"base/catalog": {**tables, **metrics}, "base/globals": place}
    folder = packed(tmp_path_factory.mktemp("image") / "spaceflights", registry, files)
    return build_image(folder, "local/spaceflights:tests")


@pytest.fixture
def place(bed, namespace: str, s3, spaceflights, tmp_path: Path) -> Place:
    folder = tmp_path / "spaceflights"
    shutil.copytree(spaceflights.folder, folder)
    with bed.api() as api:
        secret = {"metadata": {"name": "storage"}, "stringData": {**s3.env, "BUCKET": s3.name}}
        client.CoreV1Api(api).create_namespaced_secret(namespace, secret)
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)


def settings(namespace: str, group_by: str) -> dict[str, Any]:
    return {
        "namespace": namespace,
        "deployment": {"image": "local/spaceflights", "tag": "tests", "build": False},
        "runner": {"group_by": group_by},
        "template": {"env_from": [{"secret": "storage"}]},
        "machine_types": {"default": {"cpu": 0.2, "mem": "400Mi", "emph_storage": 0, "limits": {"cpu": None}}},
    }


def test_chains_give_the_same_answer_with_half_the_tasks_and_less_waiting(
    place: Place, s3, cluster, record_property
) -> None:
    found = {}
    for strategy in ("node", "chain"):
        text = yaml.safe_dump(settings(place.namespace, strategy))
        (place.folder / "conf/base/argo.yml").write_text(text, encoding="utf-8")
        name = place.argo("submit", "--wait", seconds=900).last
        status = cluster.get("workflows", name)["status"]
        pods = [node for node in status["nodes"].values() if node["type"] == "Pod"]
        times = [datetime.fromisoformat(status[key].replace("Z", "+00:00")) for key in ("startedAt", "finishedAt")]
        metrics = json.loads(s3.files.cat_file(f"{s3.name}/{name}/metrics.json"))
        found[strategy] = (len(pods), (times[1] - times[0]).total_seconds(), metrics)

    # For `--junitxml`: how long it takes depends on the machine, and on how often the controller looks.
    record_property("seconds", {name: seconds for name, (_, seconds, _) in found.items()})
    assert [found[strategy][0] for strategy in ("node", "chain")] == [6, 3]
    assert found["chain"][1] < found["node"][1]
    assert found["chain"][2] == found["node"][2] == {"error": 250.242097, "rows": 143}
