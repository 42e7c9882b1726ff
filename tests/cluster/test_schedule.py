"""A schedule on the real cluster, as CronWorkflow and back; and an API server that dies while we look on."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from projects import ONE_NODE, Place
from support import busybox, eventually, workflow

pytestmark = pytest.mark.cluster

ARGO = """
namespace: {namespace}
deployment: {{image: local/busybox, tag: "1", build: false}}
schedule: {{schedules: "* * * * *", timezone: Europe/Berlin{more}}}
"""
APISERVER = Path(__file__).parent / "bed" / "apiserver.sh"


@pytest.fixture
def place(project, bed, namespace) -> Place:
    folder = project(
        ONE_NODE, "", ARGO.format(namespace=namespace, more=""), files={"conf/base/parameters.yml": "a: 1\n"}
    )
    return Place(folder=folder, kubeconfig=bed.kubeconfig, namespace=namespace)


def test_a_schedule_fires_is_changed_and_is_removed(place, cluster):
    made = place.argo("schedule")

    assert made.last == "pkg"
    assert "Scheduled pkg: * * * * * (Europe/Berlin)." in made.stderr
    eventually(lambda: cluster.listing("workflows").items, seconds=120)
    fired = cluster.listing("workflows").items[0]
    assert fired["metadata"]["name"].startswith("pkg-")
    assert fired["metadata"]["labels"]["workflows.argoproj.io/cron-workflow"] == "pkg"
    assert fired["metadata"]["name"] in place.argo("list").stdout
    argo = place.folder / "conf/base/argo.yml"
    argo.write_text(ARGO.format(namespace=place.namespace, more=", suspend: true"), encoding="utf-8")
    assert "It is suspended" in place.argo("schedule").stderr
    argo.write_text(ARGO.format(namespace=place.namespace, more=""), encoding="utf-8")
    assert "It is suspended" in place.argo("schedule").stderr  # what was put to sleep stays asleep
    found = cluster.get("cronworkflows", "pkg")
    assert found["spec"]["suspend"] is True
    assert found["status"]["lastScheduledTime"]  # what the controller keeps is kept
    place.argo("schedule", "--remove")
    assert cluster.listing("cronworkflows").items == ()
    time.sleep(5)  # in which Kubernetes would delete what the schedule owns
    assert cluster.get("workflows", fired["metadata"]["name"])


def test_waiting_survives_a_kill_and_a_restart_of_the_api_server(place, cluster, bed):
    file = place.manifest(
        "slow.yaml", workflow("slow", busybox("one", "sleep 30"), busybox("two"), needs={"two": ["one"]})
    )
    waiting = place.started("submit", file, "--wait")
    try:
        eventually(lambda: cluster.listing("workflows").items, seconds=120)
        name = cluster.listing("workflows").items[0]["metadata"]["name"]
        eventually(lambda: (cluster.get("workflows", name).get("status") or {}).get("nodes"), seconds=120)
        subprocess.run([APISERVER, "stop"], check=True, timeout=60)
        time.sleep(12)
        subprocess.run([APISERVER, "start"], check=True, timeout=120)
        stdout, stderr = waiting.communicate(timeout=240)
    finally:
        waiting.kill()

    assert waiting.returncode == 0, stderr
    assert stdout.splitlines()[-1] == name
    assert "no answer; the workflow goes on" in stderr
    assert "the cluster answers again" in stderr
    assert f"{name} succeeded after" in stderr
