"""Logs that are followed: whatever breaks or goes away meanwhile, nothing is lost, nothing doubled, and it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fake_cluster import FakeCluster
from pod_logs import EXITED, QUICK, at, end_of, node, notices, of, pod, workflow

from argo_kedro.cluster.following import Clock
from argo_kedro.cluster.log_streams import Reader, Streams
from argo_kedro.cluster.logs import LogLine, lines
from argo_kedro.cluster.pod_log import PodLog, log_pod
from argo_kedro.cluster.protocol import Busy, NotThere, Unanswered
from argo_kedro.errors import ClusterError


def followed(cluster: FakeCluster, **more: Any) -> list[str]:
    return [text for _, text in of(lines(cluster, "wf", follow=True, clock=QUICK, **more))]


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


def test_a_followed_log_whose_clock_is_not_ours_is_read_from_its_beginning() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("log a", [at(1, "1")], [at(8, "3")], [at(1, "1"), at(5, "2"), at(8, "3"), end_of(cluster, pod("a"))])
    cluster.script("log a", [at(8, "3")])
    assert followed(cluster) == ["1", "2", "3"]


def test_lines_of_two_streams_wait_for_each_other() -> None:
    cluster = FakeCluster(workflows=[workflow("a", "b")], pods=[pod("a", code=None), pod("b", code=None)])
    a_spoke, a_heard, b_spoke, looks = threading.Event(), threading.Event(), threading.Event(), [0, 0]

    def now() -> float:
        """Time stands still until both have spoken, one after the other, and were heard for certain."""
        looks[0] += a_spoke.is_set()
        looks[1] += b_spoke.is_set()
        if looks[0] > 20:
            a_heard.set()
        return looks[1] / 10 if looks[1] > 20 else 0.0

    cluster.script("log a", (), [at(2, "2"), a_spoke.set, end_of(cluster, pod("a"), pod("b"))], [at(2, "2")])
    cluster.script("log b", (), [a_heard.wait, at(1, "1"), b_spoke.set], [at(1, "1")])
    found = of(lines(cluster, "wf", follow=True, clock=Clock(now=now)))
    assert found == [("b", "1"), ("a", "2")]


def test_what_a_dropped_stream_brings_is_not_taken() -> None:
    cluster = FakeCluster(workflows=[workflow("a")])
    reader = Reader(log=PodLog(log_pod("wf", pod("a")), "a"), final=False, heard=0.0)
    cluster.logs["a"] = [lambda: setattr(reader, "dropped", True), at(1, "late")]
    streams = Streams(cluster)
    streams.open(reader, follow=True, since="")
    assert [item for _ in range(3) for item in streams.items()] == []


def test_a_stream_may_break_while_it_is_followed() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("log a", [at(1, "1")], [at(1, "1"), at(2, "2"), Unanswered("broken")], Unanswered("not yet"))
    cluster.script("log a", [at(2, "2"), at(3, "3")], [at(3, "3"), end_of(cluster, pod("a", code=3))])
    cluster.script("log a", [at(3, "3"), at(4, EXITED), at(5, "Error: exit status 3")])
    assert followed(cluster) == ["1", "2", "3"]


def test_a_line_that_broke_off_in_its_middle_goes_on() -> None:
    cluster = FakeCluster(workflows=[workflow("a")], pods=[pod("a", code=None)])
    cluster.script("log a", [at(1, "whole"), at(2, "hal")], [at(2, "half of it"), at(3, "more")])
    cluster.script("log a", end_of(cluster, pod("a")))
    cluster.logs["a"] = [at(2, "half of it"), at(3, "more")]
    assert followed(cluster) == ["whole", "hal", "f of it", "more"]


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


def test_a_workflow_that_another_took_the_name_of_is_deleted() -> None:
    cluster = FakeCluster(workflows=[workflow("a")])
    other = {**workflow("a"), "metadata": {"name": "wf", "uid": "another"}}
    cluster.script("get wf", None, other)
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


@pytest.fixture
def unread() -> FakeCluster:
    """A workflow from a WorkflowTemplate, whose tasks are known only after the controller has looked at it."""
    document = {**workflow(), "spec": {"workflowTemplateRef": {"name": "wt"}}, "status": {}}
    cluster = FakeCluster(workflows=[document])
    stored = {"storedWorkflowTemplateSpec": workflow("train")["spec"], "phase": "Running"}
    read = {**document, "metadata": {"name": "wf", "uid": "uid-1"}, "status": stored}
    over = {**read, "status": {**stored, "phase": "Succeeded"}}
    cluster.script("get wf", None, None, read, over)
    return cluster


def test_an_unknown_task_is_told_as_soon_as_tasks_are_known(unread: FakeCluster) -> None:
    with pytest.raises(ClusterError, match="no task 'trian'"):
        list(lines(unread, "wf", task="trian", follow=True, clock=QUICK))


def test_a_task_may_become_known_while_it_is_followed(unread: FakeCluster) -> None:
    found = list(lines(unread, "wf", task="train", follow=True, clock=QUICK))
    assert notices(found) == ["there are no logs of train: no pod of it has begun."]
