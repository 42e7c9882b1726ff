"""Records of local runs, read: those that are whole, those that were cut off, and those that are none."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from killed_runs import parent, succeeded
from local_runs import dag, sh, task, workflow

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import TaskChanged, clock, read_run, retry, run, runs
from argo_kedro.local.clock import Clock
from argo_kedro.local.holding import held
from argo_kedro.local.journal import Journal, changes, journal_bytes
from argo_kedro.local.reading import GONE, ended
from argo_kedro.workflows import run_state

OK = sh("ok", "echo {{node.name}} >> ran.txt")
CHAIN = workflow(dag("main", task("a", "ok"), task("b", "ok", "a"), task("c", "ok", "b")), OK)


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory) -> Path:
    """The record of a run whose runner was killed late, with a journal of several lines."""
    with parent() as warm:
        for number in range(33, 15, -1):
            folder = tmp_path_factory.mktemp("cut")
            warm.play(folder, manifest=CHAIN, kill_at=number)
            found = folder / "argo/runs/wf"
            status = read_run(found)["status"]
            if status["phase"] == "Error" and len(succeeded(read_run(found))) > 1 and journal_bytes(found):
                return found
    raise AssertionError("the journal was never long enough")


def copied(record: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(record, to, ignore=shutil.ignore_patterns(".*lock"))
    return to


def test_a_run_whose_runner_was_killed_is_an_error_with_words(cut_off):
    document = read_run(cut_off)
    status = document["status"]
    assert (status["phase"], status["message"]) == ("Error", GONE)
    assert {node["phase"] for node in status["nodes"].values()} <= {"Succeeded", "Error"}
    assert {node["message"] for node in status["nodes"].values() if node["phase"] == "Error"} == {GONE}
    state = run_state(document)
    assert state.over
    assert state.ended is not None
    assert all(task.ended and task.began and task.ended >= task.began for task in state.tasks)
    assert "record" not in document


def test_a_journal_cut_at_any_byte_gives_an_earlier_state(cut_off, tmp_path):
    whole, most = journal_bytes(cut_off), succeeded(read_run(cut_off))
    seen = set()
    record = copied(cut_off, tmp_path / "wf")
    for length in range(len(whole) + 1):
        (record / "journal.jsonl").write_bytes(whole[:length])
        found = succeeded(read_run(record))
        assert found <= most
        seen.add(len(found))
    assert seen == set(range(min(seen), len(most) + 1))
    assert len(seen) > 1


def test_a_record_cut_at_any_byte_is_one_clear_error(cut_off, tmp_path):
    whole = (cut_off / "workflow.json").read_bytes()
    record = copied(cut_off, tmp_path / "wf")
    for length in range(len(whole)):
        (record / "workflow.json").write_bytes(whole[:length])
        with pytest.raises(ArgoKedroError, match="cannot be read: it is not whole JSON") as error:
            read_run(record)
    assert error.value.hint == f"if nobody needs it, remove {record}; the data of the run is not in there."


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["workflow.json", "journal.jsonl"]), st.integers(0, 10**6), st.binary(min_size=1, max_size=3))
def test_a_damaged_record_is_a_state_or_one_clear_error(cut_off, tmp_path_factory, name, place, content):
    record = copied(cut_off, tmp_path_factory.getbasetemp() / "damaged" / "wf")
    whole = bytearray((record / name).read_bytes())
    place %= len(whole)
    whole[place : place + len(content)] = content
    (record / name).write_bytes(whole)
    try:
        document = read_run(record)
    except ArgoKedroError as error:
        assert "cannot be read" in error.message
    else:
        assert run_state(document).over


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "{" * 3000,
        '{"spec": {}, "metadata": {"name": "wf", "uid": "u"}}',
        '{"spec": {}, "metadata": 1}',
    ],
)
def test_what_is_no_record_is_one_clear_error(tmp_path, text):
    (tmp_path / "workflow.json").write_text(text)
    with pytest.raises(ArgoKedroError, match="cannot be read"):
        read_run(tmp_path)


def test_a_record_whose_files_cannot_be_read_is_one_clear_error(cut_off, tmp_path):
    for name in ("workflow.json", "journal.jsonl"):
        record = copied(cut_off, tmp_path / "argo/runs/wf")
        (record / name).unlink()
        (record / name).mkdir()
        with pytest.raises(ArgoKedroError, match="cannot be read: Is a directory"):
            read_run(record)
    assert runs(tmp_path) == []


def test_a_record_of_a_later_version_is_refused_with_words(cut_off, tmp_path):
    record = copied(cut_off, tmp_path / "argo/runs/wf")
    document = json.loads((record / "workflow.json").read_text())
    document["record"]["layout"] = 99
    (record / "workflow.json").write_text(json.dumps(document))
    with pytest.raises(ArgoKedroError, match=r"another version of argo-kedro wrote it \(layout 99\)"):
        read_run(record)
    with pytest.raises(ArgoKedroError, match="another version"):
        retry("wf", folder=tmp_path)


def test_a_record_of_an_older_layout_is_read_and_retried(tmp_path):
    bad = sh("bad", "echo {{node.name}} >> ran.txt; test -f fixed")
    record = run(workflow(dag("main", task("a", "ok"), task("b", "bad", "a")), OK, bad), folder=tmp_path).record
    document = json.loads((record / "workflow.json").read_text())
    del document["record"], document["metadata"]["annotations"]
    (record / "workflow.json").write_text(json.dumps(document))
    for name in (".lock", ".tasks.lock"):
        (record / name).unlink()
    assert read_run(record) == document
    (tmp_path / "fixed").touch()
    assert retry("wf", folder=tmp_path).phase == "Succeeded"
    assert (tmp_path / "ran.txt").read_text().split() == ["wf.a", "wf.b", "wf.b"]


def test_a_run_that_goes_on_is_running_and_is_not_retried(tmp_path):
    seen = []

    def listen(event):
        if isinstance(event, TaskChanged) and event.phase == "Running":
            seen.append(read_run(tmp_path / "argo/runs/wf")["status"]["phase"])
            with pytest.raises(ArgoKedroError, match=f"still going on .process {os.getpid()}.") as error:
                retry("wf", folder=tmp_path)
            seen.append(error.value.hint)

    assert run(workflow(OK), folder=tmp_path, listen=listen).phase == "Succeeded"
    assert seen == ["Running", "wait for its end, or end it: kedro argo stop wf"]


def test_runs_are_listed_the_newest_first_and_what_is_no_record_is_left_out(tmp_path):
    assert runs(tmp_path) == []
    for name in ("one", "two", "three"):
        run(workflow(OK), folder=tmp_path, name=name)
    (tmp_path / "argo/runs/empty").mkdir()
    (tmp_path / "argo/runs/broken").mkdir()
    (tmp_path / "argo/runs/broken/workflow.json").write_text("{")
    assert [each["metadata"]["name"] for each in runs(tmp_path)] == ["three", "two", "one"]


def test_a_finished_record_is_small(tmp_path):
    record = run(CHAIN, folder=tmp_path).record
    assert sorted(path.name for path in record.iterdir()) == [".lock", ".tasks.lock", "logs", "workflow.json"]


def test_two_runs_with_one_name_do_not_share_a_record(tmp_path):
    script = "import json, sys; from pathlib import Path; from argo_kedro.local import run\n"
    script += "print(run(json.loads(sys.argv[1]), folder=Path(sys.argv[2])).phase)"
    command = [sys.executable, "-c", script, json.dumps(CHAIN), str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted((each.communicate(timeout=60) for each in both), key=lambda each: each[0])
    assert [out for out, _ in said] == ["", "Succeeded\n"]
    assert "A local run named 'wf' exists already" in said[0][1]
    assert (tmp_path / "ran.txt").read_text().split() == ["wf.a", "wf.b", "wf.c"]


def test_a_lock_is_free_when_its_process_is_killed(tmp_path):
    script = "import sys, time; from pathlib import Path; from argo_kedro.local.holding import held\n"
    script += "with held(Path(sys.argv[1])):\n    print(1, flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline()
    with pytest.raises(ArgoKedroError, match=f"process {holder.pid}"), held(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with held(tmp_path):
        pass


def test_a_file_system_without_locks_is_one_error_with_a_way_out(tmp_path, monkeypatch):
    def flock(file: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    record = run(CHAIN, folder=tmp_path).record
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ArgoKedroError, match="cannot be locked: No locks available") as raised:
        run({**CHAIN, "metadata": {"name": "other"}}, folder=tmp_path)
    assert raised.value.hint == f"make {tmp_path / 'argo/runs'} a symbolic link to a folder on a disk of this machine."
    assert read_run(record)["status"]["phase"] == "Succeeded"  # one that was brought here can be read


def test_a_file_system_that_syncs_no_folders_holds_a_record(tmp_path, monkeypatch):
    fsync = os.fsync

    def files_only(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(file)

    monkeypatch.setattr(os, "fsync", files_only)
    assert run(CHAIN, folder=tmp_path).phase == "Succeeded"


def test_lines_are_read_in_their_order_and_none_is_missed(tmp_path):
    journal = Journal(tmp_path, 4)
    for number in range(5):
        journal.append({"progress": str(number)}, sync=number == 3)
    journal.close()
    content = journal_bytes(tmp_path)
    assert [each["line"] for each in changes(content, 4)] == [5, 6, 7, 8, 9]
    assert [each["line"] for each in changes(content, 7)] == [8, 9]
    assert changes(content, 9) == []
    assert changes(content, 2) == []  # 3 and 4 are not there, so what follows them says nothing
    assert [each["line"] for each in changes(content[:-1], 4)] == [5, 6, 7, 8]


def test_a_clock_that_is_set_back_goes_on_from_where_it_was(monkeypatch):
    machine = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)

    class Machine(datetime):
        @classmethod
        def now(cls, tz=None):
            return machine

    monkeypatch.setattr(clock, "datetime", Machine)
    ours = Clock()
    told = [ours.now()]
    for step in (1, -3600, 2, 5, -1, 0):
        machine += timedelta(seconds=step)
        told.append(ours.now())
    assert told == [f"2026-11-21T12:00:{second:02}.000Z" for second in (0, 1, 1, 3, 8, 8, 8)]


def test_a_record_that_was_over_stays_as_it_is(tmp_path):
    record = run(CHAIN, folder=tmp_path).record
    document = read_run(record)
    assert ended(document, record) is document
    before = time.time_ns()
    assert read_run(record) == document
    assert (record / "workflow.json").stat().st_mtime_ns < before
