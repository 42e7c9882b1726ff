"""Tasks that outlived their runner are ended before a retry starts anything; nothing else is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from local_runs import dag, ends, is_alive, sh, task, workflow

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import orphans, read_run, retry
from argo_kedro.local.locks import TASKS, taken
from argo_kedro.local.orphans import environment_by_ps, tasks_lock
from argo_kedro.local.reading import stored
from argo_kedro.names import TERMINATION_LOG

_ENGINE = "import json, sys; from pathlib import Path; from argo_kedro.local import run\n"
_ENGINE += "run(json.loads(sys.argv[1]), folder=Path(sys.argv[2]))"
_LOOKS = """
for old in *.pid; do
  state=$(ps -o stat= -p "$(cat $old)"); case "$state" in ""|Z*) ;; *) echo "$old lives: $state" >> overlap.txt;; esac
done
"""


def killed(folder: Path, script: str) -> dict[str, int]:
    """Kill the runner of two tasks that run this; their processes by name."""
    manifest = workflow(dag("main", task("a", "long"), task("b", "long")), sh("long", script))
    runner = subprocess.Popen([sys.executable, "-c", _ENGINE, json.dumps(manifest), str(folder)])
    end = time.monotonic() + 30
    while len([file for file in folder.glob("*.pid") if file.read_text().endswith("\n")]) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    while len(stored(folder / "argo/runs/wf").processes) < 2:  # elsewhere than on Linux those are all that is known
        assert time.monotonic() < end
        time.sleep(0.02)
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    return {file.stem: int(file.read_text()) for file in folder.glob("*.pid")}


@pytest.mark.parametrize("deaf", ["", "trap '' TERM; "])
def test_a_retry_ends_the_tasks_of_a_killed_runner_before_it_starts_any(tmp_path, monkeypatch, deaf):
    monkeypatch.setattr("argo_kedro.local.orphans.GRACE", 0.5)
    script = (
        f"if test -f second; then {_LOOKS} exit 0; fi; {deaf}echo $$$$ > {{{{tasks.name}}}}.pid; sleep 60; sleep 60"
    )
    processes = killed(tmp_path, script)
    assert [process for process in processes.values() if not is_alive(process)] == []
    assert read_run(tmp_path / "argo/runs/wf")["status"]["phase"] == "Error"
    (tmp_path / "second").touch()
    assert retry("wf", folder=tmp_path).phase == "Succeeded"
    assert not (tmp_path / "overlap.txt").exists()
    assert [process for process in processes.values() if not ends(process)] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere no list tells whose a process is")
def test_what_such_a_task_has_started_is_ended_too(tmp_path):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    (tmp_path / "task.py").write_text(
        "import subprocess, sys, pathlib\n"  # subprocess closes the file that is locked
        f"child = subprocess.Popen([sys.executable, '-c', {deaf!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "pathlib.Path(sys.argv[1] + '.pid').write_text(f'{child.pid}\\n')\n"
        "child.wait()\n"
    )
    children = killed(tmp_path, "if test -f second; then exit 0; fi; exec python task.py {{tasks.name}}")
    (tmp_path / "second").touch()
    assert retry("wf", folder=tmp_path).phase == "Succeeded"
    assert [child for child in children.values() if not ends(child)] == []


def test_without_a_list_of_all_processes_those_of_the_journal_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("argo_kedro.local.orphans._PROCESSES", tmp_path / "none")
    processes = killed(
        tmp_path, "if test -f second; then exit 0; fi; echo $$$$ > {{tasks.name}}.pid; sleep 60; sleep 60"
    )
    (tmp_path / "second").touch()
    assert retry("wf", folder=tmp_path).phase == "Succeeded"
    assert [process for process in processes.values() if not ends(process)] == []


def test_a_process_that_is_not_ours_is_never_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("argo_kedro.local.orphans.GRACE", 0.2)
    monkeypatch.setattr("argo_kedro.local.orphans._AFTER_KILL", 0.2)
    for place in (orphans._PROCESSES, tmp_path / "none"):
        monkeypatch.setattr("argo_kedro.local.orphans._PROCESSES", place)
        lock = taken(tmp_path / TASKS)
        assert lock is not None
        other = subprocess.Popen(["sleep", "60"], start_new_session=True, pass_fds=[lock.file])
        lock.close()
        with pytest.raises(ArgoKedroError, match="still alive") as error, tasks_lock(tmp_path, [other.pid]):
            pass
        assert str(tmp_path / TASKS) in error.value.hint
        assert is_alive(other.pid)
        other.kill()
        other.wait()


def test_where_the_lock_is_free_nothing_is_looked_for(tmp_path):
    ours = {**os.environ, TERMINATION_LOG: f"{tmp_path}/.reason-1"}
    copy = subprocess.Popen(["sleep", "60"], env=ours, start_new_session=True)
    with tasks_lock(tmp_path, [copy.pid]):
        assert is_alive(copy.pid)
    copy.kill()
    copy.wait()


def test_only_a_process_with_a_session_of_its_own_is_asked_for_its_environment():
    environment = {**os.environ, "MARK": "here"}
    leader = subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True)
    other = subprocess.Popen(["sleep", "60"], env=environment)
    assert b"MARK=here" in environment_by_ps(leader.pid)
    assert environment_by_ps(other.pid) == b""
    for each in (leader, other):
        each.kill()
        each.wait()
    assert environment_by_ps(leader.pid) == b""
