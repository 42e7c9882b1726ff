"""Follow a workflow, at the wire: never a wrong end, whatever becomes of the streams."""

from __future__ import annotations

from typing import Any

import pytest
from api_server import Answer, ApiServer, Request, refused
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workflow_states import NAME, node, template, workflow
from workflow_story import GET_FAULTS, LINES, TEMPLATES, WATCH_FAULTS, QuickClock, QuickCluster, Step, Teller, story

from argo_kedro.cluster.following import follow
from argo_kedro.cluster.protocol import NotThere, Refused
from argo_kedro.errors import ClusterError
from argo_kedro.events import Event, Finished, Notice, Started, TaskChanged
from argo_kedro.workflows.state import RunState, run_state

ENDS = {"Succeeded", "Failed", "Error", "Skipped", "Omitted"}
STORIES = {end: story(end) for end in ("Succeeded", "Failed")}
AWAY = Answer(lost="before")


@pytest.fixture
def cluster(api: ApiServer) -> QuickCluster:
    return QuickCluster()


class Followed:
    """A workflow that was followed, and all that was told."""

    def __init__(self, cluster: QuickCluster, time: QuickClock | None = None) -> None:
        self.events: list[Event] = []
        self.time = time or QuickClock()
        self._cluster = cluster

    def run(self) -> RunState:
        return follow(self._cluster, NAME, self.events.append, clock=self.time.clock)

    def fails(self, match: str) -> ClusterError:
        """Follow it to an error."""
        with pytest.raises(ClusterError, match=match) as caught:
            self.run()
        return caught.value

    @property
    def notices(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Notice)]

    def told(self, task: str) -> list[tuple[str, int]]:
        return [
            (each.phase, each.attempt) for each in self.events if isinstance(each, TaskChanged) and each.task == task
        ]


def looks(states: list[dict[str, Any]], task: str) -> list[tuple[str, int]]:
    """Where a task was, state by state."""
    found = [each for state in states for each in run_state(state).tasks if each.path == task]
    return [(each.phase, each.attempt) for each in found]


def assert_true_to(states: list[dict[str, Any]], followed: Followed, state: RunState) -> None:
    """What was told is what happened, in its order, and each end once; some of what was between may be missing."""
    assert state == run_state(states[-1])
    begun, finished = followed.events[0], followed.events[-1]
    assert isinstance(begun, Started)
    assert isinstance(finished, Finished)
    assert (begun.name, begun.tasks, finished.phase) == (NAME, 5, state.phase)
    for task in state.tasks:
        told, happened = followed.told(task.path), iter(looks(states, task.path))
        assert all(each in happened for each in told), (task.path, told)
        assert told[-1] == (task.phase, task.attempt)
        assert [phase in ENDS for phase, _ in told] == [False] * (len(told) - 1) + [True]
    ends = sum(event.tasks for event in followed.events if isinstance(event, TaskChanged) and event.phase in ENDS)
    assert ends == begun.tasks


@pytest.mark.parametrize("end", STORIES)
def test_a_workflow_is_followed_from_its_creation_to_its_end(api: ApiServer, cluster: QuickCluster, end: str) -> None:
    Teller(api, STORIES[end], [Step(), Step(on=20)])
    followed = Followed(cluster)
    assert_true_to(STORIES[end], followed, followed.run())
    assert followed.told("grp.g2")[:3] == [("Running", 0), ("Retrying", 0), ("Running", 1)]
    assert (len(api.asked("get")), len(api.asked("watch")), followed.notices) == (1, 1, [])
    assert api.asked("watch")[0].query["fieldSelector"] == f"metadata.name={NAME}"


@pytest.mark.parametrize("fault", sorted({*WATCH_FAULTS, *LINES}))
def test_a_watch_may_end_in_any_way(api: ApiServer, fault: str) -> None:
    cluster = QuickCluster(silence=0.3 if fault == "silent" else 30)
    for on in (0, 5):
        Teller(api, STORIES["Failed"], [Step(), Step(on=on, fault=fault), Step(on=1)])
        followed = Followed(cluster)
        assert_true_to(STORIES["Failed"], followed, followed.run())


@pytest.mark.parametrize("fault", GET_FAULTS)
def test_reading_it_anew_may_fail_for_a_while(api: ApiServer, cluster: QuickCluster, fault: str) -> None:
    steps = [Step(), Step(on=3, fault="cut within"), *[Step(on=1, fault=fault)] * 3]
    Teller(api, STORIES["Succeeded"], steps)
    followed = Followed(cluster)
    assert_true_to(STORIES["Succeeded"], followed, followed.run())


def test_an_end_that_only_reading_it_anew_shows_is_seen(api: ApiServer, cluster: QuickCluster) -> None:
    Teller(api, STORIES["Failed"], [Step(on=1), Step(fault="closed"), Step(on=20)])
    followed = Followed(cluster)
    assert_true_to(STORIES["Failed"], followed, followed.run())
    assert (len(api.asked("get")), len(api.asked("watch"))) == (2, 1)


STEPS = st.builds(
    Step, on=st.integers(0, 4), fault=st.sampled_from(["", *WATCH_FAULTS, *sorted(LINES.keys() - {"silent"})])
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(end="Failed", steps=[Step(fault=fault) for fault in ("cut", "cut", "cut", "not ready") * 2])
@given(end=st.sampled_from(sorted(STORIES)), steps=st.lists(STEPS, max_size=12))
def test_no_sequence_of_faults_changes_the_end_or_what_is_told_of_it(
    api: ApiServer, cluster: QuickCluster, end: str, steps: list[Step]
) -> None:
    Teller(api, STORIES[end], [Step(), *steps])
    followed = Followed(cluster)
    assert_true_to(STORIES[end], followed, followed.run())


def test_streams_that_end_at_once_are_not_asked_for_without_a_pause(api: ApiServer, cluster: QuickCluster) -> None:
    Teller(api, STORIES["Failed"], [Step(), *[Step(fault="closed"), Step()] * 10, *[Step(fault="410"), Step()] * 10])
    followed = Followed(cluster)
    followed.run()
    assert 15 < followed.time.time < 60


# The server is away -------------------------------------------------------------------------------------------------


def test_a_server_that_comes_back_is_told_once_each_way(api: ApiServer, cluster: QuickCluster) -> None:
    away = [Step(on=1, fault="cut")] * 8
    Teller(api, STORIES["Failed"], [Step(), *away, Step(), Step(), Step(), *away])
    followed = Followed(cluster)
    assert_true_to(STORIES["Failed"], followed, followed.run())
    assert followed.notices[1::2] == ["the cluster answers again"] * 2
    assert [notice.split(".")[0] for notice in followed.notices[::2]] == [
        "no answer; the workflow goes on, and we keep asking"
    ] * 2


def test_a_server_that_stays_away_is_given_up_and_the_workflow_is_not(api: ApiServer, cluster: QuickCluster) -> None:
    api.next("get", Answer(body=STORIES["Failed"][4]))
    api.always |= {"get": lambda _: AWAY, "watch": lambda _: AWAY}
    followed = Followed(cluster)
    error = followed.fails(r"No answer for 600 s\. The cluster \(context wire\) gave no answer when asked to read")
    assert f"`kedro argo status {NAME}`" in error.hint
    assert not any(isinstance(event, Finished) for event in followed.events)
    assert 600 < followed.time.time < 700


def test_a_server_that_is_away_from_the_start_is_waited_for(api: ApiServer, cluster: QuickCluster) -> None:
    Teller(api, STORIES["Succeeded"], [Step(fault="cut")] * 3)
    followed = Followed(cluster)
    assert_true_to(STORIES["Succeeded"], followed, followed.run())


def test_a_right_that_is_missing_is_told_at_once_or_if_it_was_there_after_a_while(
    api: ApiServer, cluster: QuickCluster
) -> None:
    no = refused(403, "Forbidden", 'User "ada" cannot watch resource "workflows" in API group "argoproj.io"')
    api.next("get", no)
    assert isinstance(Followed(cluster).fails("would not read workflow"), Refused)
    Teller(api, STORIES["Failed"][:5], [Step()])
    api.always["watch"] = lambda _: no
    followed = Followed(cluster)
    assert "--verb=watch" in followed.fails("would not watch workflows").hint
    assert 20 < followed.time.time < 30


def test_a_right_that_is_missing_now_and_then_is_waited_for_each_time(api: ApiServer, cluster: QuickCluster) -> None:
    refusal, change = Step(fault="not ready"), Step(on=1, fault="cut within")
    Teller(api, STORIES["Failed"], [Step(), refusal, Step(), change, Step(), refusal])
    time, watched = QuickClock(), api.always["watch"]

    def late(request: Request) -> Answer:
        time.time += 15
        return watched(request)

    api.always["watch"] = late
    followed = Followed(cluster, time)
    assert_true_to(STORIES["Failed"], followed, followed.run())


# The workflow is not what it was ------------------------------------------------------------------------------------


def test_a_workflow_that_was_never_there_is_not_there(cluster: QuickCluster) -> None:
    followed = Followed(cluster)
    assert isinstance(followed.fails(f'read workflow {NAME}: .*"{NAME}" not found'), NotThere)
    assert followed.events == []


@pytest.mark.parametrize("line", [[{"type": "DELETED", "object": STORIES["Failed"][4]}], []])
def test_a_workflow_that_is_deleted_has_no_end(api: ApiServer, cluster: QuickCluster, line: list[Any]) -> None:
    api.next("get", Answer(body=STORIES["Failed"][4]))
    api.next("watch", Answer(body=line))
    followed = Followed(cluster)
    assert "ttlStrategy" in followed.fails("is no longer there: how it ended cannot be known").hint
    assert not any(isinstance(event, Finished) for event in followed.events)


@pytest.mark.parametrize("way", ["get", "watch"])
def test_another_workflow_of_the_same_name_is_not_taken_for_it(api: ApiServer, cluster: QuickCluster, way: str) -> None:
    other = {**STORIES["Succeeded"][-1], "metadata": {"name": NAME, "uid": "uid-2", "resourceVersion": "50"}}
    api.next("get", Answer(body=STORIES["Failed"][4]), Answer(body=other))
    api.next("watch", Answer(body=[{"type": "ADDED", "object": other}] if way == "watch" else []))
    followed = Followed(cluster)
    followed.fails("is no longer there")
    assert not any(isinstance(event, Finished) for event in followed.events)


# The controller -----------------------------------------------------------------------------------------------------


def test_a_workflow_that_no_controller_looks_at_is_told_once_and_given_up(
    api: ApiServer, cluster: QuickCluster
) -> None:
    time = QuickClock()

    def watched(_: Any) -> Answer:
        time.time += 20
        return Answer(body=[])

    api.always |= {"get": lambda _: Answer(body=STORIES["Failed"][0]), "watch": watched}
    followed = Followed(cluster, time)
    assert "workflow-controller" in followed.fails("Argo has not looked at demo-x for 6.. s").hint
    [notice] = followed.notices
    assert notice.startswith("Argo has not looked at demo-x for 20 s.")
    assert set(cluster.lengths) == {20}  # reading it anew is what shows it


def test_a_success_in_which_a_task_has_not_run_is_none(api: ApiServer, cluster: QuickCluster) -> None:
    lie = workflow("Succeeded", node("", "Succeeded", "DAG", ["pre"]), node("pre"), templates=TEMPLATES)
    api.always["get"] = lambda _: Answer(body=lie)
    followed = Followed(cluster)
    error = followed.fails("Argo says that demo-x succeeded, but these tasks have not: .*post")
    assert "Submit it again" in error.hint


def test_a_workflow_that_argo_could_not_begin_ends_with_argos_words(api: ApiServer, cluster: QuickCluster) -> None:
    said = "invalid spec: templates.main: failed to resolve {{inputs.parameters.nope}}"
    bad = workflow("Failed", templates=[template("main")], message=said)
    api.always["get"] = lambda _: Answer(body=bad)
    followed = Followed(cluster)
    assert (followed.run().phase, followed.run().message) == ("Failed", said)
    finished = followed.events[-1]
    assert isinstance(finished, Finished)
    assert "inputs.parameters.nope" in finished.message
