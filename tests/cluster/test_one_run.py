"""One run on the real cluster: data that crosses pods by a real S3, versions, pods that are killed, resume."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from kubernetes import client
from projects import Place, packed
from support import Namespace, eventually

pytestmark = pytest.mark.cluster

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def image(build_image, tmp_path_factory: pytest.TempPathFactory):
    """The pipeline of `one_run` in the example's package, whose dependencies are at hand as layers of its image.

    The configuration is in the image too; the bucket comes by the environment.
    """
    bucket = "s3://${oc.env:BUCKET,none}"
    history = {"type": "pandas.ParquetDataset", "filepath": "${globals:bucket}/history.parquet", "versioned": True}
    result = {"type": "json.JSONDataset", "filepath": "${globals:bucket}/${globals:run}/result.json"}
    files = {
        "base/catalog": {"history": history, "result": result},
        "base/parameters": {"number": 1, "fail": False, "note": "none", "mark": "${globals:bucket}/marks"},
        "base/globals": {"run": "${oc.env:WORKFLOW_ID,none}", "bucket": bucket},
    }
    registry = (HERE / "one_run" / "pipeline_registry.py").read_text(encoding="utf-8")
    folder = packed(tmp_path_factory.mktemp("image") / "one-run", registry, files)
    return build_image(folder, "local/one-run:tests")


@pytest.fixture
def place(bed, namespace: str, s3, image, tmp_path: Path) -> Place:
    """The project, an argo.yml in which no machine type is that of a neighbour, and the bucket's keys as a Secret."""
    folder = tmp_path / "one-run"
    shutil.copytree(image.folder, folder)
    env = {**s3.env, "BUCKET": s3.name}
    secret = [name for name in env if name.startswith("AWS_") and "KEY" in name]
    environment = [{"name": name, "secret_ref": {"name": "storage", "key": name}} for name in secret]
    environment += [{"name": name, "value": value} for name, value in env.items() if name not in secret]
    small = {"cpu": 0.1, "mem": "300Mi", "emph_storage": 0, "limits": {"memory": "1Gi", "cpu": None}}
    argo = {
        "namespace": namespace,
        "deployment": {"image": "local/one-run", "tag": "tests", "build": False},
        "template": {"environment": environment},
        "storage": {"root": f"s3://{s3.name}/spilled"},
        "machine_types": {"default": small, "other": {**small, "mem": "301Mi"}},
        "tasks": [{"nodes": ["double", "weigh"], "machine_type": "other"}, {"nodes": "weigh", "retries": 1}],
    }
    (folder / "conf/base/argo.yml").write_text(yaml.safe_dump(argo), encoding="utf-8")
    with bed.api() as api:
        secret = {"metadata": {"name": "storage"}, "stringData": s3.env}
        client.CoreV1Api(api).create_namespaced_secret(namespace, secret)
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace, env=env)


@pytest.fixture
def claim(own: Namespace, image) -> Iterator[str]:
    """A PersistentVolumeClaim whose volume is a folder of the bed's only node, writable for all."""
    name, namespace = f"runs-{uuid.uuid4().hex[:8]}", own.cluster.namespace
    core = client.CoreV1Api(own.api)
    spec = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    path = {"path": f"/tmp/{name}", "type": "DirectoryOrCreate"}
    volume = {"capacity": {"storage": "1Gi"}, "hostPath": path, "persistentVolumeReclaimPolicy": "Retain"}
    core.create_persistent_volume({"metadata": {"name": name}, "spec": {**spec, **volume}})
    asked = {**spec, "volumeName": name, "resources": {"requests": {"storage": "1Gi"}}}
    core.create_namespaced_persistent_volume_claim(namespace, {"metadata": {"name": "runs"}, "spec": asked})
    root = {
        "name": "open",
        "image": image.name,
        "command": ["chmod", "777", "/mnt/runs"],
        "securityContext": {"runAsUser": 0},
        "volumeMounts": [{"name": "runs", "mountPath": "/mnt/runs"}],
    }
    volumes = [{"name": "runs", "persistentVolumeClaim": {"claimName": "runs"}}]
    pod = {"restartPolicy": "Never", "containers": [root], "volumes": volumes}
    core.create_namespaced_pod(namespace, {"metadata": {"name": "open"}, "spec": pod})
    eventually(lambda: core.read_namespaced_pod("open", namespace).status.phase == "Succeeded")
    yield "runs"
    core.delete_persistent_volume(name)


def result(s3, name: str) -> dict[str, object]:
    return json.loads(s3.files.cat_file(f"{s3.name}/{name}/result.json"))


def test_runs_at_once_do_not_mix_pods_are_killed_and_what_failed_is_resumed(place: Place, s3) -> None:
    """One image, one test: two good runs beside one that fails, then the ways on from it."""
    note = json.dumps({"number": 2, "note": "a,b = {{workflow.name}} 'ü' \"q\""})
    first = place.argo("submit", "--params", "number=1")
    second = place.argo("submit", "--params", note)
    broken = place.argo("submit", "--params", "number=3,fail=true", "--wait", code=6, seconds=900)
    for name in (first.last, second.last):
        place.argo("status", name, "--wait", seconds=900)

    results = [result(s3, answer.last) for answer in (first, second)]

    assert [found["numbers"] for found in results] == [[1, 2], [2, 4]]
    assert [len(found["made"]) for found in results] == [1, 1]  # frame, object and version are all of one run
    assert results[0]["made"] != results[1]["made"]
    assert {found["heavy"] for found in results} == {"whole"}  # although its task was killed while it was saved
    assert results[1]["note"] == "a,b = {{workflow.name}} 'ü' \"q\""
    assert "a,b = {{workflow.name}}" in place.argo("status", second.last).stdout
    assert len(s3.files.ls(f"{s3.name}/history.parquet", refresh=True)) == 3
    (kept,) = s3.files.ls(f"{s3.name}/spilled", refresh=True)  # those of the good runs are cleaned up
    assert "asked to fail" in broken.stderr
    (failed,) = place.argo("debug", broken.last, "--json", code=6).document["tasks"]
    assert (failed["name"], sorted(failed["spilled"])) == ("report", ["doubled", "frame", "heavy", "model"])
    assert list(failed["load_versions"]) == ["history"]
    repeated = typed(place, failed["command"])  # here, on what the pods have left in the bucket
    assert repeated.returncode == 1
    assert repeated.stderr.splitlines()[-1] == "ValueError: asked to fail"

    made = next(iter(set(frame_of(s3, kept))))
    new = place.argo("submit", "--from-failed", broken.last, "--params", "number=3,fail=false", "--wait", seconds=600)
    assert result(s3, new.last)["made"] == [made]  # the old run's data, by the new run's pod
    states = {task["name"] for task in place.argo("status", new.last, "--json").document["tasks"]}
    assert "report" in states
    assert "make" not in states


def test_datasets_in_memory_travel_by_a_volume_that_pods_share(place: Place, s3, claim: str) -> None:
    file = place.folder / "conf/base/argo.yml"
    argo = yaml.safe_load(file.read_text(encoding="utf-8"))
    argo["storage"] = {"root": "/mnt/runs", "claim": claim}
    file.write_text(yaml.safe_dump(argo), encoding="utf-8")

    done = place.argo("submit", "--params", "number=5", "--wait", seconds=600)

    assert result(s3, done.last)["numbers"] == [5, 10]
    assert not s3.files.exists(f"{s3.name}/spilled")


def typed(place: Place, command: str) -> subprocess.CompletedProcess[str]:
    """What somebody gets who pastes this into a shell that has the bucket's keys."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, **place.env, "DO_NOT_TRACK": "1", "PATH": path}
    return subprocess.run(
        ["sh", "-c", command], cwd=place.folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def frame_of(s3, folder: str) -> list[str]:
    """The version of `history` that the run of this folder wrote."""
    import pandas as pd

    version = folder.rpartition("/")[2]
    with s3.files.open(f"{s3.name}/history.parquet/{version}/history.parquet") as file:
        return list(pd.read_parquet(file)["made"])
