"""What of a workflow's logs is shown, in which order and by which names; and that nothing is lost, nothing doubled."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from fake_cluster import FakeCluster

from argo_kedro.cluster.following import Clock
from argo_kedro.cluster.logs import LogLine, lines
from argo_kedro.cluster.protocol import Busy, NotThere, Refused, Unanswered
from argo_kedro.errors import ClusterError
from argo_kedro.events import Notice
from argo_kedro.names import node_id

QUICK = Clock(now=lambda: time.monotonic() * 50, sleep=lambda seconds: time.sleep(seconds / 50))
EMISSARY = 'time=2026-11-21T08:00:30.487Z level=INFO msg="{}" argo=true {}'
GONE = "there is no log of B: the pod is not there (deleted by podGC or by hand, lost with its machine, or never made)."
EXITED = EMISSARY.format("sub-process exited", 'error="exit status 3"')


def at(second: float, text: str = "") -> str:
    """A line as the cluster sends it."""
    return f"2026-11-21T08:00:{second:012.9f}Z {text}"


def workflow(*tasks: str, phase: str = "Running", nodes: Iterable[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    dag = {"tasks": [{"name": task, "template": "t"} for task in tasks]}
    return {
        "metadata": {"name": "wf", "annotations": more},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "dag": dag}, {"name": "t", "container": {}}]},
        "status": {"phase": phase, "nodes": {node["id"]: node for node in nodes}},
    }


def node(path: str, phase: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {"id": node_id("wf", f"wf.{path}"), "name": f"wf.{path}", "type": "Pod", "phase": phase, **more}


def pod(path: str, *, began: int = 0, code: int | None = 0, **more: Any) -> dict[str, Any]:
    """A pod that ended, that runs (no exit code), or whose status is given."""
    since = f"2026-11-21T08:00:{began:02}Z"
    state = (
        {"running": {"startedAt": since}} if code is None else {"terminated": {"startedAt": since, "exitCode": code}}
    )
    status: dict[str, Any] = {"phase": "Running" if code is None else "Failed" if code else "Succeeded"}
    status["containerStatuses"] = [{"name": "wait", "state": {}}, {"name": "main", "state": state}]
    notes = {"workflows.argoproj.io/node-name": f"wf.{path}"}
    notes["workflows.argoproj.io/node-id"] = node_id("wf", f"wf.{path}")
    labels = {"workflows.argoproj.io/workflow": "wf"}
    return {"metadata": {"name": path, "uid": path, "labels": labels, "annotations": notes}, "status": status, **more}


def of(found: Iterable[LogLine | Notice]) -> list[tuple[str, str]]:
    return [(each.label, each.text) for each in found if isinstance(each, LogLine)]


def notices(found: Iterable[LogLine | Notice]) -> list[str]:
    return [each.message for each in found if isinstance(each, Notice)]


def texts(log: list[Any], **more: Any) -> list[str]:
    """What is shown of one pod's log."""
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", **more)])
    cluster.logs["a"] = log
    return [text for _, text in of(lines(cluster, "wf", clock=QUICK))]


# The order, and the names ---------------------------------------------------------------------------------------------


def test_lines_of_all_tasks_come_in_the_order_of_time() -> None:
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("b"), pod("a")])
    cluster.logs = {"a": [at(1.000000001, "1"), at(3, "3")], "b": [at(1.000000002, "2"), at(4, "4")]}
    found = list(lines(cluster, "wf", clock=QUICK))
    assert of(found) == [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")]
    first = found[0]
    assert isinstance(first, LogLine)
    assert first.at.isoformat() == "2026-11-21T08:00:01+00:00"


def test_a_node_in_another_time_zone_is_no_later() -> None:
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("a"), pod("b")])
    cluster.logs = {"a": ["2026-11-21T10:00:02.5+02:00 second"], "b": [at(1, "first")]}
    assert of(lines(cluster, "wf")) == [("b", "first"), ("a", "second")]


def test_hundreds_of_pods_need_eight_streams_and_come_in_order() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod(f"p{n}", began=n % 50) for n in range(500)])
    now, most, lock = [0], [0], threading.Lock()

    def begin() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])

    def end() -> None:
        with lock:
            now[0] -= 1

    for n in range(500):
        cluster.logs[f"p{n}"] = [begin, at(n % 50 + n / 10_000, "x"), at(55 + n / 10_000, "y"), end]
    found = [each for each in lines(cluster, "wf") if isinstance(each, LogLine)]
    assert len(found) == 1000
    assert all(one.at <= other.at for one, other in pairwise(found))
    assert 1 <= most[0] <= 8


def test_lines_come_before_the_logs_of_later_pods_are_there() -> None:
    go_on = threading.Event()
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("a"), pod("b", began=30)])
    cluster.logs = {"a": [at(1, "early")], "b": [go_on.wait, at(31, "late")]}
    found = lines(cluster, "wf")
    first = next(found)
    assert isinstance(first, LogLine)
    assert first.text == "early"
    go_on.set()
    assert [text for _, text in of(found)] == ["late"]


def test_a_log_of_many_blocks_is_whole() -> None:
    expected = [f"{n} " + "é" * (n % 100) for n in range(3_000)]
    assert texts([at(n / 1000, text) for n, text in enumerate(expected)]) == expected


def test_all_attempts_are_there_in_their_order() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a(1)", began=5), pod("a(0)", code=1)])
    cluster.logs = {"a(0)": [at(1, "bad")], "a(1)": [at(6, "good")]}
    found = [(each.task, each.attempt, each.text) for each in lines(cluster, "wf") if isinstance(each, LogLine)]
    assert found == [("a", 0, "bad"), ("a", 1, "good")]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("split-1a2b3c4d", "split_data"),
        ("outer.split-1a2b3c4d(0)", "split_data"),
        ("outer.split-1a2b3c4d(2:a.b,c)", "split_data(2:a.b,c)"),
        ("outer.other(0:1.5)", "outer.other(0:1.5)"),
    ],
)
def test_tasks_are_called_as_in_kedro(path: str, label: str) -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod(path)])
    cluster.logs[path] = [at(1, "x")]
    assert of(lines(cluster, "wf", labels={"split-1a2b3c4d": "split_data"})) == [(label, "x")]


def test_names_kept_with_the_workflow_are_used() -> None:
    kept = {"argo-kedro/names": '{"a-1": "A one"}'}
    cluster = FakeCluster(workflows=[workflow("a-1", **kept)], pods=[pod("a-1")])
    cluster.logs["a-1"] = [at(1, "x")]
    assert of(lines(cluster, "wf")) == [("A one", "x")]


@pytest.mark.parametrize("task", ["in-1", "outer.in-1", "In One"])
def test_a_task_is_chosen_by_each_of_its_names(task: str) -> None:
    cluster = FakeCluster(workflows=[workflow("b")], pods=[pod("outer.in-1(0)"), pod("outer.in-2"), pod("b")])
    cluster.logs = {"outer.in-1(0)": [at(1, "1")], "outer.in-2": [at(2, "2")], "b": [at(3, "3")]}
    assert [text for _, text in of(lines(cluster, "wf", task=task, labels={"in-1": "In One"}))] == ["1"]


@pytest.mark.parametrize("group", ["outer", "Outer Group"])
def test_a_group_stands_for_all_its_tasks(group: str) -> None:
    cluster = FakeCluster(workflows=[workflow("b")], pods=[pod("outer.in-1"), pod("outer.in-2"), pod("b")])
    cluster.logs = {"outer.in-1": [at(1, "1")], "outer.in-2": [at(2, "2")], "b": [at(3, "3")]}
    assert [text for _, text in of(lines(cluster, "wf", task=group, labels={"outer": "Outer Group"}))] == ["1", "2"]


def test_an_unknown_task_is_told_with_the_nearest() -> None:
    cluster = FakeCluster(workflows=[workflow("split", "train")])
    with pytest.raises(ClusterError, match="no task 'trian'") as caught:
        list(lines(cluster, "wf", task="trian", labels={"split": "split_data"}))
    assert caught.value.hint == "did you mean 'train'? There are: split_data, train."


def test_a_task_that_has_not_begun_is_known() -> None:
    cluster = FakeCluster(workflows=[workflow("split", "train")])
    assert notices(lines(cluster, "wf", task="train")) == ["there are no logs of train: no pod of it has begun."]


# What is shown of a log -----------------------------------------------------------------------------------------------


def test_what_a_user_writes_survives() -> None:
    written = [
        "",
        "progress 1\rprogress 2",
        "  indented",
        "x" * 100_000,
        "caf\ufffd",
        "\u2028 \x85",
        "last, without end",
    ]
    assert texts([at(n, text) for n, text in enumerate(written)]) == written


def test_lines_of_the_emissary_are_not_shown() -> None:
    theirs = [
        EMISSARY.format("waiting for signals", "signalPath=/var/run/argo/ctr/main/signal"),
        'time="2026-11-21T08:00:31.487Z" level=info msg="sub-process exited" argo=true error="<nil>"',
        'time=2026-11-21T08:00:31.488Z level=INFO msg="sub-process exited" error=<nil> argo=true',
    ]
    assert texts([at(0, theirs[0]), at(1, "mine"), at(2, theirs[1]), at(3, theirs[2]), at(4, "late")]) == [
        "mine",
        "late",
    ]


@pytest.mark.parametrize(
    "similar",
    [
        'time=2026-11-21T08:00:30Z level=INFO msg="mine" argo=trueish',
        '  time=2026-11-21T08:00:30Z level=INFO msg="mine" argo=true',
        'time=2026-11-21T08:00:30Z level=INFO msg="mine"',
        "Error: exit status",
        "an Error: exit status 3",
        "Error: exit status 3.",
    ],
)
def test_a_line_that_only_looks_like_the_emissarys_is_shown(similar: str) -> None:
    assert texts([at(1, EXITED), at(2, similar)], code=3) == [similar]


def test_the_exit_status_is_not_shown_at_the_end_of_a_failed_task() -> None:
    assert texts([at(1, "mine"), at(2, "Error: exit status 3")], code=3) == ["mine"]


def test_the_exit_status_is_shown_where_it_is_not_the_end() -> None:
    mine = "Error: exit status 3"
    assert texts([at(1, mine), at(2, EXITED), at(3, mine)], code=3) == [mine]
    assert texts([at(1, mine), at(2, mine)], code=3) == [mine]
    assert texts([at(1, mine)], code=0) == [mine]


def test_the_log_itself_tells_that_a_task_failed() -> None:
    assert texts([at(1, "mine"), at(2, EXITED), at(3, "Error: exit status 3")], code=None) == ["mine"]


def test_the_kubelets_own_words_are_shown_once() -> None:
    log = ["unable to retrieve container logs for containerd://1f", Unanswered("broken")]
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    cluster.script("log a", log, log)
    cluster.logs["a"] = log[:1]
    assert of(lines(cluster, "wf", clock=QUICK)) == [("a", log[0])]


def test_where_an_init_container_failed_its_log_is_read() -> None:
    failed = pod("a", code=1)
    failed["status"] = {
        "phase": "Failed",
        "initContainerStatuses": [
            {"name": "init", "state": {"terminated": {"exitCode": 0}}},
            {"name": "code", "state": {"terminated": {"exitCode": 1, "startedAt": "2026-11-21T08:00:00Z"}}},
        ],
        "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}],
    }
    cluster = FakeCluster(workflows=[workflow("a")], pods=[failed])
    cluster.logs["a/code"] = [at(1, "no such branch")]
    assert of(lines(cluster, "wf")) == [("a", "no such branch")]


# What is not there ----------------------------------------------------------------------------------------------------


def test_pods_that_have_not_begun_are_no_error() -> None:
    waits = pod("b", code=None)
    waits["status"]["containerStatuses"][1]["state"] = {"waiting": {"reason": "ContainerCreating"}}
    cluster = FakeCluster(workflows=[workflow("a", "b", "c")], pods=[pod("a"), waits, pod("c", code=None)])
    cluster.logs["a"] = [at(1, "x")]
    cluster.script("log c", Refused('container "main" in pod "c" is waiting to start: PodInitializing'))
    found = list(lines(cluster, "wf"))
    assert (of(found), notices(found)) == ([("a", "x")], [])
    assert not [call for call in cluster.calls if call.startswith("log b")]


def test_tasks_whose_pods_are_gone_are_named() -> None:
    nodes = [
        node("a"),
        node("b-1", "Failed"),
        node("c", "Pending"),
        node("d", memoizationStatus={"hit": True}),
        node("e", "Skipped", type="Skipped"),
    ]
    cluster = FakeCluster(workflows=[workflow("a", "b-1", nodes=nodes)], pods=[pod("a")])
    cluster.logs["a"] = [at(1, "x")]
    found = list(lines(cluster, "wf", labels={"b-1": "B"}))
    assert (of(found), notices(found)) == ([("a", "x")], [GONE])


def test_a_stream_that_breaks_goes_on_where_it_broke() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    cluster.logs["a"] = [at(1, "1"), at(1, "2"), at(2.5, "3"), at(2.4, "4"), at(2.5, "5"), at(3, "6")]
    cluster.script("log a", [*cluster.logs["a"][:3], Unanswered("broken")], Busy("wait", seconds=0.1))
    assert [text for _, text in of(lines(cluster, "wf", clock=QUICK))] == ["1", "2", "3", "4", "5", "6"]


def test_a_line_that_broke_off_in_its_middle_goes_on() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("log a", [at(1, "whole"), at(2, "hal")], [at(2, "half of it"), at(3, "more")])
    cluster.script("log a", end_of(cluster, pod("a")))
    cluster.logs["a"] = [at(2, "half of it"), at(3, "more")]
    assert followed(cluster) == ["whole", "hal", "f of it", "more"]


def test_a_log_whose_clock_is_not_ours_is_read_from_its_beginning() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    everything = [at(1, "1"), at(2, "2"), at(3, "3"), at(4, "4")]
    cluster.script("log a", [*everything[:2], Unanswered("broken")], everything[3:], everything)
    assert [text for _, text in of(lines(cluster, "wf", clock=QUICK))] == ["1", "2", "3", "4"]


def test_a_log_whose_beginning_was_rotated_away_goes_on() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    rest = [at(30, "3"), at(40, "4")]
    cluster.script("log a", [at(1, "1"), at(2, "2"), Unanswered("broken")], rest, rest)
    assert [text for _, text in of(lines(cluster, "wf", clock=QUICK))] == ["1", "2", "3", "4"]


def test_one_log_that_cannot_be_read_does_not_keep_the_others_back() -> None:
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("a"), pod("b")])
    cluster.logs["b"] = [at(1, "x")]
    cluster.script("log a", *[Unanswered("no route to its node")] * 4)
    found = list(lines(cluster, "wf", clock=QUICK))
    assert (of(found), notices(found)) == ([("b", "x")], ["the log of a cannot be read. no route to its node"])


def test_a_cluster_that_is_away_is_an_error() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])

    def away(_: object) -> None:
        raise Unanswered("no answer")

    cluster.script("log a", *[away] * 4)
    cluster.script("get wf", None, away)
    with pytest.raises(Unanswered, match="no answer"):
        list(lines(cluster, "wf", clock=QUICK))


def test_a_missing_right_is_an_error_at_once() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    cluster.script("log a", Refused('cannot get resource "pods/log"', hint="a role"))
    with pytest.raises(Refused, match="pods/log"):
        list(lines(cluster, "wf"))


def test_a_workflow_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NotThere):
        list(lines(FakeCluster(), "wf"))


# Followed -------------------------------------------------------------------------------------------------------------


def followed(cluster: FakeCluster, **more: Any) -> list[str]:
    return [text for _, text in of(lines(cluster, "wf", follow=True, clock=QUICK, **more))]


def end_of(cluster: FakeCluster, *pods: dict[str, Any]) -> Any:
    """The pods end, and the workflow with them; an answer, or a thing that happens in a log."""

    def end(usual: Any = lambda: None) -> Any:
        cluster.put("pods", *pods)
        cluster.put("workflows", {**cluster.objects["workflows"]["wf"], "status": {"phase": "Succeeded"}})
        return usual()

    return end


def test_following_begins_before_the_first_pod_and_ends_with_the_workflow() -> None:
    cluster = FakeCluster(workflows=[{**workflow("a", "b"), "status": {}}])
    cluster.script("get wf", None, None, appears(cluster, pod("a", code=None)), appears(cluster, pod("b", code=None)))
    b_spoke = threading.Event()
    cluster.logs["a"] = [at(1, "1"), b_spoke.wait, at(3, "3")]
    cluster.logs["b"] = [at(2, "2"), b_spoke.set, end_of(cluster, pod("a"), pod("b"))]
    assert followed(cluster) == ["1", "2", "3"]


def appears(cluster: FakeCluster, *pods: dict[str, Any]) -> Any:
    def appear(usual: Any) -> Any:
        cluster.put("pods", *pods)
        return usual()

    return appear


def test_what_was_written_before_comes_first_and_once() -> None:
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("a"), pod("b", code=None)])
    cluster.logs = {"a": [at(2, "2")], "b": [at(1, "1"), at(3, "3")]}
    cluster.script("log b", None, [at(3, "3"), at(4, "4"), end_of(cluster, pod("b"))])
    cluster.script("log b", [at(4, "4"), at(5, "5")])
    assert followed(cluster) == ["1", "2", "3", "4", "5"]


def test_a_stream_may_break_while_it_is_followed() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("log a", [at(1, "1")], [at(1, "1"), at(2, "2"), Unanswered("broken")], Unanswered("not yet"))
    cluster.script("log a", [at(2, "2"), at(3, "3")], [at(3, "3"), end_of(cluster, pod("a", code=3))])
    cluster.script("log a", [at(3, "3"), at(4, EXITED), at(5, "Error: exit status 3")])
    assert followed(cluster) == ["1", "2", "3"]


def test_the_cluster_may_be_away_for_a_while() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("get wf", None, *[Unanswered("down")] * 6, None)
    cluster.script("log a", [at(1, "1")])
    cluster.logs["a"] = [at(1, "1"), at(2, "2"), end_of(cluster, pod("a"))]
    found = list(lines(cluster, "wf", follow=True, clock=QUICK))
    assert [text for _, text in of(found)] == ["1", "2"]
    assert notices(found) == ["no answer; the workflow goes on, and we keep asking. down", "the cluster answers again"]


def test_a_cluster_that_stays_away_is_an_error() -> None:
    cluster = FakeCluster(workflows=[workflow("a")])
    cluster.script("get wf", None, *[Busy("down", seconds=300.0)] * 100)
    with pytest.raises(ClusterError, match="No answer for 600 s"):
        list(lines(cluster, "wf", follow=True, clock=Clock(now=lambda: time.monotonic() * 2000)))


def test_a_stream_that_died_without_a_word_is_replaced() -> None:
    cluster, never = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)]), threading.Event()
    cluster.script("log a", [at(1, "1")], [at(1, "1"), end_of(cluster, pod("a")), never.wait, at(2, "2")])
    cluster.logs["a"] = [at(1, "1"), at(2, "2"), at(3, "3")]
    assert followed(cluster) == ["1", "2", "3"]
    never.set()


def test_a_pod_that_goes_away_in_its_middle_is_told() -> None:
    cluster = FakeCluster(workflows=[workflow("a", nodes=[node("a", "Running")])], pods=[pod("a", code=None)])

    def goes(usual: Any) -> Any:
        del cluster.objects["pods"]["a"]
        return end_of(cluster)(usual)

    cluster.script("get wf", None, goes)
    cluster.logs["a"] = [at(1, "1")]
    found = list(lines(cluster, "wf", follow=True, clock=QUICK))
    assert [text for _, text in of(found)] == ["1"]
    assert notices(found) == ["the end of the log of a may be missing: its pod is gone."]


def test_pods_that_went_away_after_their_end_are_no_loss() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])

    def goes() -> None:
        cluster.objects["pods"].clear()
        end_of(cluster)()

    cluster.logs["a"] = [at(1, "1")]
    cluster.script("log a", None, [at(1, "1"), at(2, "2"), goes])
    found = list(lines(cluster, "wf", follow=True, clock=QUICK))
    assert ([text for _, text in of(found)], notices(found)) == (["1", "2"], [])


def test_a_workflow_that_is_deleted_ends_it() -> None:
    cluster = FakeCluster(workflows=[workflow("a")])
    cluster.script("get wf", None, NotThere("gone"))
    assert notices(lines(cluster, "wf", follow=True, clock=QUICK))[0].startswith("the workflow was deleted")


def test_a_pod_that_outlives_its_workflow_is_left() -> None:
    cluster, never = (
        FakeCluster(workflows=[workflow("a", phase="Error")], pods=[pod("a", code=None)]),
        threading.Event(),
    )
    cluster.script("log a", [at(1, "1")], [at(1, "1"), never.wait])
    found = list(lines(cluster, "wf", follow=True, clock=QUICK))
    assert notices(found) == ["the pod of a still runs, and is not followed any more."]
    never.set()


def test_more_running_pods_than_streams_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("argo_kedro.cluster.log_following._STREAMS", 4)
    names = [f"p{n:02}" for n in range(20)]
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod(name, code=None) for name in names])
    for name in names:
        cluster.logs[name] = [at(1, name)]
        cluster.script(f"log {name}", (), None)
    cluster.script("get wf", *[None] * 8, end_of(cluster, *(pod(name) for name in names)))
    assert sorted(followed(cluster)) == names


def test_whoever_stops_listening_leaves_no_thread_that_speaks() -> None:
    cluster, left = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)]), threading.Event()

    def endless() -> Iterator[str]:
        try:
            yield at(1, "1")
            while True:
                yield at(2, "again")
        finally:
            left.set()

    cluster.script("log a", [at(1, "1")])
    cluster.script("log a", lambda _: endless())
    found = lines(cluster, "wf", follow=True, clock=QUICK)
    assert [each.text for each in (next(found), next(found)) if isinstance(each, LogLine)] == ["1", "again"]
    found.close()  # type: ignore[attr-defined]
    assert left.wait(10)


def test_an_unknown_task_is_told_while_it_is_followed_from_before_the_first_pod() -> None:
    unread = {**workflow(), "spec": {"workflowTemplateRef": {"name": "wt"}}, "status": {}}
    cluster = FakeCluster(workflows=[unread])
    stored = {"storedWorkflowTemplateSpec": workflow("train")["spec"], "phase": "Running"}
    cluster.script("get wf", None, None, {**unread, "metadata": {"name": "wf", "uid": "uid-1"}, "status": stored})
    with pytest.raises(ClusterError, match="no task 'trian'"):
        list(lines(cluster, "wf", task="trian", follow=True, clock=QUICK))
