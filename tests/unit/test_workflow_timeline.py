"""Where the time of a run went, and which row of tasks made it as long as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from fake_cluster import FakeCluster
from workflow_states import NAME, node, ran, retry, workflow
from workflow_states import moment as moment_after

from argo_kedro.cluster.pods import pod_times
from argo_kedro.cluster.protocol import Refused
from argo_kedro.names import pod_name
from argo_kedro.usage import NodeTime, Usage
from argo_kedro.workflows.nodes import OF_WORKFLOW
from argo_kedro.workflows.state import moment, run_state
from argo_kedro.workflows.timeline import PodTimes, stretches, usage_of
from argo_kedro.workflows.waiting import Waiting

CREATED = "2026-11-21T08:00:00Z"


def at(seconds: float) -> datetime:
    found = moment(CREATED)
    assert found
    return found + timedelta(seconds=seconds)


def dag(name: str, tasks: Mapping[str, tuple[str, ...]], **templates: str) -> dict[str, Any]:
    listed = [
        {"name": task, "template": templates.get(task, "pod"), **({"depends": " && ".join(needs)} if needs else {})}
        for task, needs in tasks.items()
    ]
    return {"name": name, "dag": {"tasks": listed}}


POD = {"name": "pod", "container": {"image": "any"}}
DIAMOND = (dag("main", {"load": (), "left": ("load",), "right": ("load",), "join": ("left", "right")}), POD)
NESTED = (
    dag("main", {"first": (), "second": ("first",)}, first="one", second="two"),
    dag("one", {"a": (), "b": ("a",), "c": ()}),
    dag("two", {"d": (), "e": ("d",)}),
    POD,
)
DIAMOND_RAN = [
    ran("load", 0, 10),
    ran("left", 10, 30),
    ran("right", 12, 20),
    ran("join", 31, 40),
]
NESTED_RAN = [
    ran("first", 0, 30, type="DAG"),
    ran("first.a", 0, 10),
    ran("first.b", 10, 30),
    ran("first.c", 0, 5),
    ran("second", 30, 50, type="DAG"),
    ran("second.d", 30, 40),
    ran("second.e", 40, 50),
]


def waiting(templates: Any, *nodes: Any) -> Waiting:
    document = workflow("Succeeded", *nodes, templates=templates)
    return Waiting(document, run_state(document))


def test_the_critical_path_is_the_row_of_tasks_that_the_end_waited_for() -> None:
    assert waiting(DIAMOND, *DIAMOND_RAN).critical() == {"load", "left", "join"}


def test_the_critical_path_leads_through_nested_dags() -> None:
    found = waiting(NESTED, *NESTED_RAN)

    assert found.critical() == {"first.a", "first.b", "second.d", "second.e"}
    assert found.ready("second.d") == at(30)  # what its DAG waits for
    assert found.ready("first.c") is None
    assert found.planned() == {
        "first.a": (),
        "first.b": ("first.a",),
        "first.c": (),
        "second.d": ("first.b", "first.c"),
        "second.e": ("second.d",),
    }


def test_what_runs_at_the_end_is_no_part_of_the_critical_path() -> None:
    ends = [
        ran("onExit", 41, 60, type="DAG", flags=["hooked"]),
        ran("onExit.clean-up", 41, 60),
    ]
    assert waiting(DIAMOND, *DIAMOND_RAN, *ends).critical() == {"load", "left", "join"}


def test_a_task_is_over_with_its_last_attempt_however_the_nodes_are_ordered() -> None:
    whole, first, second = retry("load", "Succeeded", ("Failed", "boom"), "Succeeded")
    whole |= {"finishedAt": moment_after(9)}
    first |= {"finishedAt": moment_after(2)}
    second |= {"finishedAt": moment_after(9)}

    assert waiting(DIAMOND, whole, second, first).ready("left") == at(9)


def test_nothing_is_critical_before_anything_has_ended() -> None:
    assert waiting(DIAMOND).critical() == frozenset()
    assert waiting(DIAMOND).ready("join") is None


def test_a_template_is_found_through_the_dags() -> None:
    template = waiting(NESTED, *NESTED_RAN).template("second.e")
    assert template is not None
    assert template.body == POD
    assert waiting(NESTED).template("second.nobody") is None


POD_OF_LEFT = pod_name(NAME, "left", f"{NAME}.left")
USAGE = Usage(began=at(15.5), nodes=(NodeTime("split", 1.0, 4.0), NodeTime("train", 4.5, 12.0)), cpu=6.0, memory=10**9)


def told(pods: Mapping[str, PodTimes], nodes: Any = None, ready: float | None = 10.0) -> Iterator[tuple[Any, ...]]:
    document = workflow("Succeeded", *(nodes or [ran("left", 11, 30)]), templates=DIAMOND)
    (task,) = run_state(document).tasks
    for each in stretches(task, None if ready is None else at(ready), pods, at(60)):
        times = ((each.began - at(0)).total_seconds(), (each.ended - at(0)).total_seconds())
        yield (each.kind, each.name, *times, each.attempt)


def test_the_time_of_a_task_is_told_apart_as_far_as_its_pod_tells() -> None:
    pod = PodTimes(created=at(11), scheduled=at(12), pulling=at(12), pulled=at(14), began=at(15), usage=USAGE.line())

    assert list(told({POD_OF_LEFT: pod})) == [
        ("waiting", "", 10, 11, 0),
        ("place", "", 11, 12, 0),
        ("image", "", 12, 14, 0),
        ("start", "", 14, 16.5, 0),
        ("node", "split", 16.5, 20, 0),
        ("node", "train", 20, 27.5, 0),
        ("end", "", 27.5, 30, 0),
    ]


def test_what_a_pod_that_is_gone_would_tell_is_one_stretch() -> None:
    assert list(told({})) == [("waiting", "", 10, 11, 0), ("node", "", 11, 30, 0)]


def test_a_local_task_tells_by_its_record() -> None:
    nodes = [ran("left", 11, 30, usage=USAGE.line())]

    assert list(told({}, nodes)) == [
        ("waiting", "", 10, 11, 0),
        ("start", "", 11, 16.5, 0),
        ("node", "split", 16.5, 20, 0),
        ("node", "train", 20, 27.5, 0),
        ("end", "", 27.5, 30, 0),
    ]


def test_a_clock_that_goes_wrong_takes_no_stretch_out_of_the_task() -> None:
    wrong = Usage(began=at(-100), nodes=(NodeTime("split", 1.0, 4.0), NodeTime("train", 4.5, 500.0))).line()

    found = list(told({}, [ran("left", 11, 30, usage=wrong)]))

    assert all(11 <= began < ended <= 30 for kind, _, began, ended, _ in found if kind != "waiting")


def test_a_pod_without_a_place_only_waits_for_one() -> None:
    pending = [node("left", "Pending", startedAt=moment_after(11))]
    assert list(told({POD_OF_LEFT: PodTimes(created=at(11))}, pending)) == [
        ("waiting", "", 10, 11, 0),
        ("place", "", 11, 60, 0),
    ]


def test_a_pod_that_pulls_its_image_does_not_run_its_nodes_yet() -> None:
    pending = [node("left", "Pending", startedAt=moment_after(11))]
    pod = PodTimes(created=at(11), scheduled=at(12))

    assert list(told({POD_OF_LEFT: pod}, pending)) == [
        ("waiting", "", 10, 11, 0),
        ("place", "", 11, 12, 0),
        ("start", "", 12, 60, 0),
    ]


def test_each_attempt_has_its_own_stretches() -> None:
    whole, first, second = retry("left", "Succeeded", ("Failed", "boom"), "Succeeded")
    first |= {"startedAt": moment_after(11), "finishedAt": moment_after(20)}
    second |= {"startedAt": moment_after(25), "finishedAt": moment_after(30)}

    assert list(told({}, [whole, first, second])) == [
        ("waiting", "", 10, 11, 0),
        ("node", "", 11, 20, 0),
        ("waiting", "", 20, 25, 1),
        ("node", "", 25, 30, 1),
    ]


def pod(name: str, **status: Any) -> dict[str, Any]:
    metadata = {"name": name, "creationTimestamp": moment_after(11), "labels": {OF_WORKFLOW: NAME}}
    return {"metadata": metadata, "status": status}


def event(pod: str, reason: str, message: str, seconds: float) -> dict[str, Any]:
    about = {"kind": "Pod", "name": pod}
    times = {"firstTimestamp": moment_after(seconds), "lastTimestamp": moment_after(seconds)}
    return {
        "metadata": {"name": f"{pod}.{reason}.{seconds}"},
        "involvedObject": about,
        "reason": reason,
        "message": message,
        **times,
    }


MAIN = {
    "name": "main",
    "state": {"terminated": {"startedAt": moment_after(15), "exitCode": 0, "message": USAGE.line()}},
}
PLACED = {"type": "PodScheduled", "status": "True", "lastTransitionTime": moment_after(12)}


def test_pods_and_their_events_tell_the_times() -> None:
    cluster = FakeCluster(
        pods=[
            pod("a", containerStatuses=[{"name": "wait"}, MAIN], conditions=[{"type": "Ready"}, PLACED]),
            pod("b", conditions=[{**PLACED, "status": "False"}]),
        ],
        events=[
            event("a", "Pulling", 'Pulling image "x"', 12),
            event("a", "Pulled", 'Successfully pulled image "x" in 2s (2s including waiting)', 14),
            event("a", "Pulled", 'Container image "argoexec" already present on machine', 15),
            event("other", "Pulling", 'Pulling image "x"', 1),
        ],
    )

    found = pod_times(cluster, NAME)

    assert found == {
        "a": PodTimes(
            created=at(11), scheduled=at(12), pulling=at(12), pulled=at(14), began=at(15), usage=USAGE.line()
        ),
        "b": PodTimes(created=at(11)),
    }
    assert cluster.calls == ["listing pods", "listing events", "listing events"]


def test_who_may_not_read_events_sees_the_rest() -> None:
    cluster = FakeCluster(pods=[pod("a", containerStatuses=[MAIN])])
    cluster.script("listing events", Refused("events is forbidden"), Refused("events is forbidden"))

    assert pod_times(cluster, NAME)["a"].began == at(15)


def test_what_an_attempt_took_is_what_its_pod_said() -> None:
    (task,) = run_state(workflow("Succeeded", ran("left", 11, 30), templates=DIAMOND)).tasks
    (attempt,) = task.attempts

    assert usage_of(attempt, {POD_OF_LEFT: PodTimes(usage=USAGE.line())}) == USAGE
    assert usage_of(attempt, {POD_OF_LEFT: PodTimes(usage="node train: boom")}) is None
    assert usage_of(attempt, {}) is None
