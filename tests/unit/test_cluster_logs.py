"""What of a workflow's logs is shown, in which order and by which names; and that nothing is lost, nothing doubled."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from fake_cluster import FakeCluster
from pod_logs import EMISSARY, EXITED, QUICK, at, node, notices, of, pod, texts, workflow

from argo_kedro.cluster.logs import LogLine, lines
from argo_kedro.cluster.protocol import Busy, NotThere, Refused, Unanswered
from argo_kedro.errors import ClusterError

GONE = "there is no log of B: the pod is not there (deleted by podGC or by hand, lost with its machine, or never made)."


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


def test_a_node_of_a_fused_task_stands_for_the_task() -> None:
    found = workflow("clean", "b")
    told = {"parameters": [{"name": "nodes", "value": "load_flights,join_flights"}]}
    found["spec"]["templates"][0]["dag"]["tasks"][0]["arguments"] = told
    cluster = FakeCluster(workflows=[found], pods=[pod("clean"), pod("b")])
    cluster.logs = {"clean": [at(1, "1")], "b": [at(2, "2")]}
    assert of(lines(cluster, "wf", task="join_flights")) == [("clean", "1")]


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


def test_lines_of_the_emissary_are_cut_off_a_line_that_was_not_ended() -> None:
    begun, ended = EMISSARY.format("waiting for signals", "signalPath=/x"), f"the last{EXITED}"
    assert texts([at(0, f"Loading {begun}"), at(1, ended), at(2, "Error: exit status 3")]) == ["Loading ", "the last"]


@pytest.mark.parametrize(
    "similar",
    [
        'time=2026-11-21T08:00:30Z level=INFO msg="mine" argo=trueish',
        '  time=2026-11-21T08:00:30Z level=INFO msg="mine" argo=true',
        'time=2026-11-21T08:00:30Z level=INFO msg="mine"',
        'it said: time=2026-11-21T08:00:30Z level=INFO msg="mine" argo=true',
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


@pytest.mark.parametrize("too_late", [[at(11, "3"), at(12, "4")], []])
def test_a_log_whose_clock_is_not_ours_is_read_from_its_beginning(too_late: list[str]) -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a")])
    everything = [at(1, "1"), at(10, "2"), at(11, "3"), at(12, "4")]
    cluster.script("log a", [*everything[:2], Unanswered("broken")], too_late, everything)
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
