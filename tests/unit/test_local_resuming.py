"""A local run that goes on: what was done is kept, what was not is done, under the same name."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from local_runs import BIG, Played, dag, sh, task, values, workflow

from argo_kedro.errors import ArgoKedroError
from argo_kedro.local import Finished, Notice, Started, TaskChanged, read_run, retry, run
from argo_kedro.local.execution import Start, carried_out
from argo_kedro.local.holding import held
from argo_kedro.local.orphans import tasks_lock
from argo_kedro.local.reader import read_manifest
from argo_kedro.workflows import labels_of, run_state
from argo_kedro.workflows.code import code_of

RAN = "echo {{node.name}} >> ran.txt; "
OK = sh("ok", RAN)
FIXED = sh("bad", RAN + "test -f fixed")  # fails until somebody makes the file
ONE_INPUT = {"parameters": [{"name": "x"}]}


class Retried(Played):
    """A run that failed, was fixed, and was retried."""

    def __init__(self, manifest, folder: Path) -> None:
        before = Played(manifest, folder)
        assert before.run.phase in ("Failed", "Error")
        self.before = before
        (folder / "fixed").touch()
        self.again(folder)

    def again(self, folder: Path) -> None:
        self.events = []
        self.ran_before = ran(folder)
        self.run = retry("wf", folder=folder, listen=self.events.append, machine=BIG)
        self.workflow = read_run(self.run.record)
        self.nodes = {node["name"].removeprefix("wf."): node for node in self.workflow["status"]["nodes"].values()}
        self.phases = {name: node["phase"] for name, node in self.nodes.items() if name != "wf"}
        self.new = ran(folder)[len(self.ran_before) :]


def ran(folder: Path) -> list[str]:
    file = folder / "ran.txt"
    return file.read_text().replace("wf.", "").split() if file.exists() else []


def test_only_what_did_not_succeed_runs_again(tmp_path):
    main = dag("main", task("a", "ok"), task("b", "bad", "a"), task("c", "ok", "b"), task("d", "ok", "a"))
    done = Retried(workflow(main, OK, FIXED), tmp_path)
    assert done.run.phase == "Succeeded"
    assert done.new == ["b", "c"]
    assert done.workflow["status"]["progress"] == "4/4"
    for kept in ("a", "d"):
        first = done.before.nodes[kept]
        assert {key: done.nodes[kept][key] for key in ("startedAt", "finishedAt")} == {
            key: first[key] for key in ("startedAt", "finishedAt")
        }


def test_a_retry_is_the_same_run(tmp_path):
    stamp = sh("bad", "echo {{workflow.uid}} {{workflow.creationTimestamp}} {{workflow.name}} >> id.txt; test -f fixed")
    done = Retried(workflow(dag("main", task("a", "bad")), stamp), tmp_path)
    first, second = (tmp_path / "id.txt").read_text().splitlines()
    assert first == second
    assert done.workflow["metadata"]["uid"] == done.before.workflow["metadata"]["uid"]
    assert done.workflow["spec"] == done.before.workflow["spec"]
    labels = done.workflow["metadata"]["labels"]
    assert labels["workflows.argoproj.io/phase"] == "Succeeded"


def test_outputs_of_what_is_kept_reach_what_follows(tmp_path):
    output = {"parameters": [{"name": "o", "valueFrom": {"path": "o.txt"}}]}
    writes = sh("writes", RAN + "printf 'it is\\n\\nso' > o.txt", outputs=output)
    says = sh(
        "bad",
        RAN + 'printf "%s" "$X" > said.txt; test -f fixed',
        env={"X": "{{inputs.parameters.x}}"},
        inputs=ONE_INPUT,
    )
    passed = values(x="{{tasks.n.outputs.parameters.r}} {{tasks.n.status}}")
    result = {"parameters": [{"name": "r", "valueFrom": {"parameter": "{{tasks.i.outputs.parameters.o}}"}}]}
    main = dag("main", task("n", "inner"), task("b", "bad", "n", arguments=passed))
    done = Retried(workflow(main, dag("inner", task("i", "writes"), outputs=result), writes, says), tmp_path)
    assert done.new == ["b"]
    assert (tmp_path / "said.txt").read_text() == "it is\n\nso Succeeded"


def test_a_nested_dag_goes_on_within(tmp_path):
    inner = dag("inner", task("x", "ok"), task("y", "bad", "x"), task("z", "ok", "y"))
    main = dag("main", task("a", "ok"), task("n", "inner", "a"), task("b", "ok", "n"))
    done = Retried(workflow(main, inner, OK, FIXED), tmp_path)
    assert done.new == ["n.y", "n.z", "b"]
    assert done.nodes["n"]["outboundNodes"] == [done.nodes["n.z"]["id"]]
    assert done.nodes["n.z"]["children"] == [done.nodes["b"]["id"]]
    assert done.nodes["a"]["children"] == [done.nodes["n"]["id"]]


def test_what_was_left_out_by_a_condition_stays_so(tmp_path):
    main = dag(
        "main", task("s", "ok", when="1 == 2"), task("o", "ok", "s.Failed"), task("b", "bad", "s"), task("c", "ok", "b")
    )
    done = Retried(workflow(main, OK, FIXED), tmp_path)
    assert done.phases == {"s": "Skipped", "o": "Omitted", "b": "Succeeded", "c": "Succeeded"}
    assert done.new == ["b", "c"]


def test_a_failure_that_was_made_up_for_is_not_repeated(tmp_path):
    lost = sh("lost", RAN + "exit 1")
    main = dag("main", task("a", "lost"), task("h", "ok", "a.Failed"), task("b", "bad", "h"), task("c", "ok", "b"))
    done = Retried(workflow(main, OK, FIXED, lost), tmp_path)
    assert done.run.phase == "Succeeded"
    assert done.phases["a"] == "Failed"
    assert done.new == ["b", "c"]


def test_attempts_are_counted_anew_and_the_log_goes_on(tmp_path):
    flaky = sh("bad", RAN + "echo try {{retries}}; test -f fixed", retryStrategy={"limit": 1})
    done = Retried(workflow(dag("main", task("a", "bad"), task("b", "ok", "a")), flaky, OK), tmp_path)
    assert done.new == ["a", "b"]
    lines = [line.split(",")[0] for line in done.log("a").splitlines()]
    assert lines == ["try 0", "--- attempt 2", "try 1", "--- attempt 1", "try 0"]
    assert {"a(0)", "a"} <= done.nodes.keys()
    assert "a(1)" not in done.nodes


def test_the_exit_handler_runs_again_and_learns_how_it_went(tmp_path):
    bye = sh("bye", "echo {{workflow.status}} >> bye.txt")
    done = Retried(workflow(dag("main", task("a", "bad")), FIXED, bye, onExit="bye"), tmp_path)
    assert (tmp_path / "bye.txt").read_text().split() == ["Failed", "Succeeded"]
    assert done.run.phase == "Succeeded"


def test_where_only_the_exit_handler_failed_only_that_runs_again(tmp_path):
    done = Retried(workflow(dag("main", task("a", "ok")), OK, FIXED, onExit="bad"), tmp_path)
    assert done.new == ["onExit"]
    assert done.run.phase == "Succeeded"


def test_a_workflow_of_one_task_is_retried(tmp_path):
    done = Retried(workflow(FIXED), tmp_path)
    assert done.run.phase == "Succeeded"
    assert done.new == ["wf"]


def test_a_retry_may_fail_again(tmp_path):
    main = dag("main", task("a", "ok"), task("b", "bad", "a"), task("c", "ok", "b"))
    Played(workflow(main, OK, FIXED), tmp_path)
    second = retry("wf", folder=tmp_path)
    assert (second.phase, second.failures[0].task) == ("Failed", "b")
    (tmp_path / "fixed").touch()
    assert retry("wf", folder=tmp_path).phase == "Succeeded"
    assert ran(tmp_path) == ["a", "b", "b", "b", "c"]


def test_what_a_retry_tells_is_what_it_does(tmp_path):
    main = dag(
        "main", task("a", "ok"), task("n", "inner", "a", when="1 == 2"), task("b", "bad", "a"), task("c", "ok", "b")
    )
    done = Retried(workflow(main, dag("inner", task("x", "ok"), task("y", "ok")), OK, FIXED), tmp_path)
    started, notice = done.events[:2]
    assert started == Started(name="wf", where=done.run.record, tasks=2)
    assert notice == Notice(message="Goes on: what has succeeded is kept, and these run again: b, c.")
    told = [event for event in done.events if isinstance(event, TaskChanged)]
    assert [(event.task, event.phase) for event in told] == [
        *(("b", "Running"), ("b", "Succeeded"), ("c", "Running"), ("c", "Succeeded"))
    ]
    assert isinstance(done.events[-1], Finished)
    assert run_state(done.workflow).planned == 5


def test_names_are_those_that_people_use(tmp_path):
    manifest = workflow(dag("main", task("b-1a2b3c4d", "bad")), FIXED)
    run(manifest, folder=tmp_path, labels={"b-1a2b3c4d": "clean_flights"})
    assert labels_of(read_run(tmp_path / "argo/runs/wf")) == {"b-1a2b3c4d": "clean_flights"}
    events = []
    retry("wf", folder=tmp_path, listen=events.append)
    assert any(isinstance(each, Notice) and each.message.endswith("again: clean_flights.") for each in events)


def test_it_says_which_task_ran_with_which_code(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/nodes.py").write_text("x = 1")
    done = Retried(workflow(dag("main", task("a", "ok"), task("b", "bad", "a")), OK, FIXED), tmp_path)
    assert not any("code" in event.message for event in done.events if isinstance(event, Notice))
    (tmp_path / "fixed").unlink()
    manifest = {**workflow(dag("main", task("a", "ok"), task("b", "bad", "a")), OK, FIXED), "metadata": {"name": "two"}}
    run(manifest, folder=tmp_path)
    (tmp_path / "src/nodes.py").write_text("x = 2")
    (tmp_path / "fixed").touch()
    events = []
    document = read_run(retry("two", folder=tmp_path, listen=events.append).record)
    codes = {state.path: code_of(document, state) for state in run_state(document).tasks}
    assert codes["a"] != codes["b"]
    notice = f"The code has changed from {codes['a']} to {codes['b']}: what is kept ran with the earlier one."
    assert Notice(message=notice) in events


def test_there_must_be_something_to_retry(tmp_path):
    with pytest.raises(ArgoKedroError, match="no local run named 'wf'") as error:
        retry("wf", folder=tmp_path)
    assert (error.value.exit_code, error.value.hint) == (1, "start one: kedro argo run")
    run(workflow(OK), folder=tmp_path, name="flights-1")
    with pytest.raises(ArgoKedroError, match="no local run named 'flights-2'") as error:
        retry("flights-2", folder=tmp_path)
    assert error.value.hint == "did you mean 'flights-1'?"
    with pytest.raises(ArgoKedroError, match="flights-1 succeeded: there is nothing to retry") as error:
        retry("flights-1", folder=tmp_path)
    assert error.value.exit_code == 1
    (tmp_path / "argo/runs/empty").mkdir()
    with pytest.raises(ArgoKedroError, match="empty was stopped before it began"):
        retry("empty", folder=tmp_path)
    with pytest.raises(ArgoKedroError, match=r"no local run named '\.\./x'"):
        retry("../x", folder=tmp_path)


def test_of_two_retries_at_once_one_wins_and_the_other_is_told(tmp_path):
    main = dag("main", task("a", "bad"))
    Played(workflow(main, sh("bad", RAN + "test -f fixed && sleep 1.5")), tmp_path)
    (tmp_path / "fixed").touch()
    outcomes: list[str] = []

    def go() -> None:
        try:
            outcomes.append(retry("wf", folder=tmp_path).phase)
        except ArgoKedroError as error:
            outcomes.append(error.message)

    both = [threading.Thread(target=go) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    told, won = sorted(outcomes, key=len, reverse=True)
    assert won == "Succeeded"
    assert told.startswith("The local run wf is still going on (process ")
    assert ran(tmp_path) == ["a", "a"]


def test_times_keep_their_order_when_the_clock_is_set_back(tmp_path):
    Played(workflow(dag("main", task("a", "ok"), task("b", "bad", "a")), OK, FIXED), tmp_path)
    file = tmp_path / "argo/runs/wf/workflow.json"
    year = str(datetime.now().year)
    file.write_text(file.read_text().replace(f'"{year}-', f'"{int(year) + 2}-'))  # the run was in the future
    (tmp_path / "fixed").touch()
    state = run_state(read_run(retry("wf", folder=tmp_path).record))
    assert [task.path for task in state.tasks] == ["a", "b"]
    kept, again = state.tasks
    assert kept.began and kept.ended and again.began and again.ended and state.ended
    assert kept.began <= kept.ended <= again.began <= again.ended <= state.ended
    assert again.ended - again.began < timedelta(minutes=5)


def test_a_retry_that_kept_too_much_does_not_say_succeeded(tmp_path):
    bye = sh("bye", "echo {{workflow.status}} >> bye.txt")
    manifest = workflow(dag("main", task("a", "ok"), task("b", "ok", "a")), OK, bye, onExit="bye")
    played = Played(manifest, tmp_path)
    document = {**played.workflow}
    wrong = {**document["status"], "nodes": {"wf": played.nodes["wf"], played.nodes["a"]["id"]: played.nodes["a"]}}
    read, record = read_manifest(manifest), played.run.record
    with held(record), tasks_lock(record) as lock:
        start = Start(document={**document, "status": wrong})
        done = carried_out(read, start, folder=tmp_path, record=record, lock=lock, machine=BIG, listen=[].append)
    assert (done.phase, done.message) == ("Error", "the retry was not right: these have not run: b")
    assert (tmp_path / "bye.txt").read_text().split() == [
        "Succeeded",
        "Error",
    ]  # the clean-up must not be told otherwise
