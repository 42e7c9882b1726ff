"""Runs that are stopped: nothing is left running, and the record says what happened."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from local_runs import dag, ends, sh, task, workflow

from argo_kedro.local import Started, TaskChanged, read_run, retry, run

_ENGINE = """
import json, signal, sys
from pathlib import Path
from argo_kedro.local import pod_run, run
pod_run.GRACE = float(sys.argv[2])
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    run(json.loads(sys.stdin.read()), folder=Path(sys.argv[1]))
except KeyboardInterrupt:
    sys.exit(130)
"""
FIVE = ("a", "b", "c", "d", "e")


def children(folder: Path, count: int) -> list[int]:
    """The ids that so many tasks have written down."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        texts = [file.read_text() for file in folder.glob("*.pid")]
        if len(texts) == count and all(text.endswith("\n") for text in texts):
            return [int(text) for text in texts]
        time.sleep(0.02)
    raise TimeoutError(f"{count} tasks did not begin")


def started(folder: Path, script: str, *, grace: float = 5) -> subprocess.Popen[str]:
    tasks = [task(name, "long") for name in FIVE]
    long = sh("long", f"sleep 60 & echo $! > {{{{tasks.name}}}}.pid; {script}", retryStrategy={"limit": 3})
    manifest = workflow(dag("main", *tasks, task("z", "long", "a")), long, onExit="long")
    engine = subprocess.Popen(
        [sys.executable, "-c", _ENGINE, str(folder), str(grace)], stdin=subprocess.PIPE, text=True
    )
    assert engine.stdin is not None
    engine.stdin.write(json.dumps(manifest))
    engine.stdin.close()
    return engine


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1)]
)
def test_ctrl_c_ends_every_process_and_writes_the_record(tmp_path, number, code):
    engine = started(tmp_path, "wait")
    processes = children(tmp_path, len(FIVE))
    engine.send_signal(number)
    assert engine.wait(20) == code
    assert [process for process in processes if not ends(process)] == []
    status = json.loads((tmp_path / "argo/runs/wf/workflow.json").read_text())["status"]
    assert (status["phase"], status["message"]) == ("Failed", "Stopped with strategy 'Terminate'")
    phases = {node["name"]: node["phase"] for node in status["nodes"].values()}
    assert phases["wf.a"] == phases["wf.a(0)"] == "Failed"
    assert phases["wf.z"] == "Omitted"
    assert {"Running", "Pending"} & set(phases.values()) == set()
    assert "wf.onExit" not in phases
    assert "wf.a(1)" not in phases


def test_a_run_that_was_stopped_goes_on_by_a_retry(tmp_path):
    engine = started(tmp_path, "test -f second || wait")
    processes = children(tmp_path, len(FIVE))
    engine.send_signal(signal.SIGINT)
    assert engine.wait(20) == 130
    (tmp_path / "second").touch()
    done = retry("wf", folder=tmp_path)
    assert done.phase == "Succeeded"
    phases = {node["name"]: node["phase"] for node in read_run(done.record)["status"]["nodes"].values()}
    assert set(phases.values()) == {"Succeeded"}
    assert phases.keys() >= {"wf.z", "wf.onExit", *(f"wf.{name}" for name in FIVE)}
    assert [process for process in processes if not ends(process)] == []


def test_a_second_ctrl_c_waits_no_longer(tmp_path):
    engine = started(tmp_path, "trap '' TERM; sleep 60; sleep 60", grace=600)
    processes = children(tmp_path, len(FIVE))
    time.sleep(0.2)
    engine.send_signal(signal.SIGINT)
    time.sleep(0.3)
    engine.send_signal(signal.SIGINT)
    assert engine.wait(30) == 130
    assert [process for process in processes if not ends(process)] == []


def test_a_listener_that_breaks_leaves_no_process_behind(tmp_path):
    def listen(event):
        if isinstance(event, TaskChanged) and event.task == "b":
            children(tmp_path, 1)
            raise RuntimeError("broken")

    long = sh("long", "echo $PPID > x; sleep 60 & echo $! > {{tasks.name}}.pid; wait")
    with pytest.raises(RuntimeError, match="broken"):
        run(workflow(dag("main", task("a", "long"), task("b", "long")), long), folder=tmp_path, listen=listen)
    assert ends(children(tmp_path, 1)[0])
    status = json.loads((tmp_path / "argo/runs/wf/workflow.json").read_text())["status"]
    assert status["phase"] == "Error"


def test_signals_are_as_they_were_afterwards(tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    run(workflow(sh("ok", "true")), folder=tmp_path)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_the_record_can_be_read_at_any_time(tmp_path):
    seen = []

    def listen(event):
        if isinstance(event, Started):
            seen.append(event.where / "workflow.json")
        document = json.loads(seen[0].read_text())
        assert document["status"]["progress"].endswith("/30")

    tasks = [task(f"t{number}", "ok", f"t{number - 1}" if number % 3 else "") for number in range(30)]
    run(workflow(dag("main", *tasks), sh("ok", "sleep 0.03"), parallelism=2), folder=tmp_path, listen=listen)
    assert not seen[0].with_name(".workflow.json.tmp").exists()
