"""The verbs on runs of this machine, without a project: real runs of shell commands."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import click
import pytest
from fake_cluster import FakeCluster
from local_runs import BIG, dag, sh, task, workflow

from argo_kedro.cli import console
from argo_kedro.cli.last import last, remember
from argo_kedro.cli.local_run import LocalRun, carried_out
from argo_kedro.cli.old_run import old_run
from argo_kedro.cli.reach import Reach
from argo_kedro.config import ArgoConfig
from argo_kedro.errors import ArgoKedroError, ClusterError, WorkflowFailed
from argo_kedro.events import Notice
from argo_kedro.local import RUNS, run
from argo_kedro.local.locks import TASKS, taken
from argo_kedro.workflows import labels_of, run_state

Lines = list[str]


def ran(folder: Path, *templates: Any, **spec: Any) -> LocalRun:
    """A run that is over."""
    done = run(workflow(*templates, **spec), folder=folder, machine=BIG, labels={"first-1a2b3c4d": "the first"})
    return LocalRun(name=done.name, project=folder)


def logs(found: LocalRun, **options: Any) -> tuple[Lines, Lines]:
    """The lines, and the notices."""
    both = list(found.logs(**{"task": "", "follow": False, "timestamps": False, **options}))
    notices = [line.message for line in both if isinstance(line, Notice)]
    return [line for line in both if isinstance(line, str)], notices


TWO = dag("main", task("first-1a2b3c4d", "says"), task("inner", "below", "first-1a2b3c4d"))
BELOW = dag("below", task("second", "fails"))
SAYS = sh("says", "printf 'one\\n\\ntwo'")
FAILS = sh("fails", "echo try >&2; exit 3", retryStrategy={"limit": "1"})


def test_logs_are_shown_task_by_task_with_the_names_that_people_know(tmp_path: Path) -> None:
    found = ran(tmp_path, TWO, BELOW, SAYS, FAILS)
    expected = ["the first: one", "the first: ", "the first: two", "inner.second: try", "inner.second (2): try"]
    assert logs(found) == (expected, [])
    assert logs(found, follow=True) == (expected, [])
    for name in ("the first", "first-1a2b3c4d"):
        assert logs(found, task=name)[0] == expected[:3]
    for name in ("inner", "second", "inner.second"):
        assert logs(found, task=name)[0] == expected[3:]


def test_a_task_that_is_not_there_is_told_from_one_that_wrote_nothing(tmp_path: Path) -> None:
    found = ran(
        tmp_path,
        dag("main", task("a", "silent"), task("b", "fails", "a"), task("c", "silent", "b")),
        sh("silent", "true"),
        sh("fails", "false"),
    )
    for name in ("a", "c"):
        assert logs(found, task=name) == ([], [f"there are no logs of {name}: nothing was written."])
    with pytest.raises(ArgoKedroError, match="wf has no task 'bb'") as caught:
        logs(found, task="bb")
    assert caught.value.hint == "did you mean 'b'? There are: a, b, c."


def test_logs_are_followed_until_the_run_is_over(tmp_path: Path) -> None:
    script = "printf beg; while [ ! -e go ]; do sleep 0.02; done; echo un; echo over"
    main = dag("main", task("a", "waits"), task("b", "says", "a"))
    other = threading.Thread(target=ran, args=(tmp_path, main, sh("waits", script), sh("says", "echo b")))
    other.start()
    record = tmp_path / RUNS / "wf"
    log = record / "logs/a.log"
    while not (log.exists() and log.read_text()):
        time.sleep(0.02)
    found = LocalRun(name="wf", project=tmp_path)
    following = iter(found.logs(task="", follow=True, timestamps=False))
    assert run_state(found.document()).phase == "Running"
    with pytest.raises(ArgoKedroError, match="is still going on"):
        found.delete()
    (tmp_path / "go").touch()
    assert list(following) == ["a: begun", "a: over", "b: b"]
    other.join()


def test_a_run_is_followed_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ran(tmp_path, TWO, BELOW, SAYS, FAILS)
    found.follow()
    said = capsys.readouterr().err
    assert "wf: 2 tasks, record in" in said
    assert "the first succeeded" in said
    assert "wf failed after" in said
    state = run_state(found.document())
    with pytest.raises(WorkflowFailed, match="wf: Failed") as caught:
        found.tell_end(state, labels_of(found.document()))
    assert "kedro argo retry wf` runs what has not succeeded, with the code as it is then." in caught.value.hint


def test_what_is_over_is_not_stopped(tmp_path: Path) -> None:
    found = ran(tmp_path, sh("main", "true"))
    with pytest.raises(ArgoKedroError, match="wf is over: Succeeded"):
        found.stop(terminate=False)


def test_a_local_run_has_no_image(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="--image says nothing"):
        ran(tmp_path, sh("main", "false")).retry(image="x:2", wait=False)


def test_a_retry_keeps_the_names_and_is_the_last_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ran(tmp_path, TWO, BELOW, SAYS, sh("fails", "test -e mended"))
    (tmp_path / "mended").touch()
    console.talk_on_stderr(lambda: found.retry(image="", wait=False))()
    shown = capsys.readouterr()
    assert shown.out == "wf\n"
    assert "inner.second succeeded" in shown.err
    assert "the first" not in shown.err
    assert last(tmp_path) == {"name": "wf", "local": True}


def test_a_run_is_the_last_one_as_soon_as_it_begins(tmp_path: Path) -> None:
    manifest = workflow(sh("main", "cp argo/last.json seen"))
    carried_out(lambda listen: run(manifest, folder=tmp_path, listen=listen, machine=BIG), tmp_path, {})
    assert json.loads((tmp_path / "seen").read_text()) == {"name": "wf", "local": True}


def test_a_deleted_run_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ran(tmp_path, sh("main", "true"))
    found.delete()
    assert not found.record.exists()
    assert "Deleted wf and its logs." in capsys.readouterr().err


def test_a_run_whose_tasks_are_still_alive_is_not_gone_on_from(tmp_path: Path) -> None:
    found = ran(tmp_path, sh("main", "false"))
    chosen = {"from_failed": "wf"}
    left_alone = old_run(tmp_path, chosen)
    assert left_alone is not None
    assert left_alone.state.phase == "Failed"
    lock = taken(found.record / TASKS)  # as the process of a task would hold it
    assert lock is not None
    with pytest.raises(ArgoKedroError, match="Tasks of wf are still alive") as caught:
        old_run(tmp_path, chosen)
    assert "kedro argo retry wf" in caught.value.hint
    lock.close()


@pytest.mark.parametrize("content", ["", "[", "[1]", '{"name": 3}', '{"local": true}'])
def test_a_note_of_the_last_run_that_was_changed_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "argo").mkdir()
    (tmp_path / "argo/last.json").write_text(content)
    assert last(tmp_path) == {}


def test_a_local_run_is_no_workflow_of_a_cluster(tmp_path: Path) -> None:
    there = Reach(config=ArgoConfig(), env="local", project=tmp_path, package="pkg")
    there.__dict__["cluster"] = FakeCluster()  # where the property keeps it
    remember(tmp_path, {"name": "wf", "local": True})
    with pytest.raises(ClusterError, match="There is no workflow of pkg"):
        there.to("")
    there.remember("on-cluster")
    assert there.to("")[1] == "on-cluster"
