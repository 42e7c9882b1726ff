"""Submit, at the wire: never two workflows, and never a wrong word about the one, whatever becomes of the requests."""

from __future__ import annotations

from typing import Any

import pytest
from api_server import Answer, ApiServer, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.protocol import AlreadyThere, Busy, Changed, Refused, Unanswered
from argo_kedro.cluster.submission import SUBMISSION, named, patiently, submit, validate
from argo_kedro.errors import ClusterError

MANIFEST = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "flights-"},
    "spec": {"entrypoint": "main", "templates": [{"name": "main", "dag": {"tasks": []}}]},
}
PAGE = "<html><body>Please log in</body></html>"
QUOTA = 'workflows.argoproj.io "x" is forbidden: exceeded quota: few, requested: 1, used: 1, limited: 1'
NOT_FOUND = refused(404, "NotFound", 'workflows.argoproj.io "x" not found', name="x", kind="workflows")
LOST = {
    "cut before the headers": Answer(lost="before"),
    "cut within the answer": Answer(lost="within"),
    "no answer in time": Answer(lost="silent"),
    "500": Answer(code=500, body="boom"),
    "502": Answer(code=502, body=PAGE),
    "504": Answer(code=504, body={"reason": "Timeout", "message": "request did not complete within 60s", "code": 504}),
    "503 without Retry-After": Answer(code=503, body=""),
    "a proxy's page": Answer(body=PAGE),
    "an empty body": Answer(body=""),
    "JSON of another kind": Answer(body="[]"),
}


@pytest.fixture
def cluster(api: ApiServer) -> KubernetesCluster:
    return api.cluster()


@pytest.fixture
def slept() -> list[float]:
    """The waits that were asked for."""
    return []


def patience(lost: Answer) -> float:
    """Seconds to wait for an answer; many where it comes, since the machine may be busy."""
    return 0.5 if lost.lost == "silent" else 30


def workflow() -> dict[str, Any]:
    return named(MANIFEST, namespace="blue")


def test_a_submission_creates_what_it_was_given_under_the_name_chosen_here(api: ApiServer, slept: list[float]) -> None:
    mine = workflow()
    found = submit(api.cluster(), mine, sleep=slept.append)
    assert api.created == [mine["metadata"]["name"]] == [found["metadata"]["name"]]
    assert (api.asked("create")[0].body, slept) == (mine, [])
    assert api.asked("create")[0].query["fieldValidation"] == "Strict"


def test_names_are_drawn_anew_and_fit_the_label_that_argo_makes_of_them() -> None:
    names = {named(MANIFEST, namespace="blue")["metadata"]["name"] for _ in range(50)}
    long = named({"metadata": {"generateName": "f" * 80 + "-"}}, namespace="blue")
    assert (len(names) > 45, {name[:-5] for name in names}) == (True, {"flights-"})
    assert len(long["metadata"]["name"]) == 63


def test_a_validation_asks_for_a_dry_run_and_creates_nothing(api: ApiServer, slept: list[float]) -> None:
    api.next("dry run", Answer(lost="before"), refused(429, "TooManyRequests", "slow down", {"Retry-After": "2"}))
    validate(api.cluster(), workflow(), sleep=slept.append)
    assert (api.created, len(api.asked("dry run")), slept[1:]) == ([], 3, [2.0])


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_create_that_was_carried_out_and_whose_answer_is_lost_is_found_again(
    api: ApiServer, slept: list[float], lost: Answer
) -> None:
    api.next("create", lost)
    mine = workflow()
    found = submit(api.cluster(patience=patience(lost)), mine, sleep=slept.append)
    assert found["metadata"]["annotations"] == mine["metadata"]["annotations"]
    assert (api.created, len(api.asked("create"))) == ([mine["metadata"]["name"]], 1)


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_create_that_was_not_carried_out_is_made_again(api: ApiServer, slept: list[float], lost: Answer) -> None:
    api.next(
        "create",
        Answer(code=lost.code, body="{}" if lost.body is None else lost.body, lost=lost.lost, carried_out=False),
    )
    mine = workflow()
    found = submit(api.cluster(patience=patience(lost)), mine, sleep=slept.append)
    assert found["metadata"]["name"] == mine["metadata"]["name"]
    assert (len(api.created), len(api.asked("create")), len(slept)) == (1, 2, 1)


def test_a_create_that_comes_through_after_the_look_for_it_is_not_made_twice(
    api: ApiServer, slept: list[float]
) -> None:
    api.next("create", Answer(lost="before"))
    api.next("get", NOT_FOUND)
    mine = workflow()
    assert submit(api.cluster(), mine, sleep=slept.append)["metadata"]["name"] == mine["metadata"]["name"]
    assert (len(api.created), len(api.asked("create"))) == (1, 2)


def test_a_refusal_that_our_own_late_create_brought_about_is_no_refusal(api: ApiServer, slept: list[float]) -> None:
    api.next("create", Answer(lost="before"), refused(403, "Forbidden", QUOTA))
    api.next("get", NOT_FOUND)
    mine = workflow()
    assert submit(api.cluster(), mine, sleep=slept.append)["metadata"]["name"] == mine["metadata"]["name"]
    assert len(api.created) == 1


def test_a_workflow_of_somebody_else_under_this_name_is_left_alone(api: ApiServer, slept: list[float]) -> None:
    mine = workflow()
    theirs = {**mine, "metadata": {**mine["metadata"], "annotations": {SUBMISSION: "theirs"}}}
    api.put("workflows", theirs)
    with pytest.raises(ClusterError, match=r"There is a workflow flights-.* already") as caught:
        submit(api.cluster(), mine, sleep=slept.append)
    assert (api.created, "drawn anew" in caught.value.hint) == ([], True)


@pytest.mark.parametrize("code", [429, 503])
def test_the_server_says_how_long_to_wait(api: ApiServer, slept: list[float], code: int) -> None:
    api.next("create", refused(code, "Busy", "later", {"Retry-After": "7"}), refused(429, "Busy", "later"))
    submit(api.cluster(), workflow(), sleep=slept.append)
    assert (slept, len(api.created), api.asked("get")) == ([7.0, 1.0], 1, [])


def test_many_creates_that_count_the_same_quota_wait_for_each_other(api: ApiServer, slept: list[float]) -> None:
    message = 'Operation cannot be fulfilled on resourcequotas "few": the object has been modified'
    api.next("create", refused(409, "Conflict", message, name="few", kind="resourcequotas"))
    submit(api.cluster(), workflow(), sleep=slept.append)
    assert (slept, len(api.created)) == ([1.0], 1)


def test_a_server_that_stays_busy_is_given_up(api: ApiServer, slept: list[float]) -> None:
    api.always["create"] = lambda _: refused(429, "Busy", "too many requests", {"Retry-After": "600"})
    with pytest.raises(Busy, match=r"would not create workflow flights-.*too many requests"):
        submit(api.cluster(), workflow(), sleep=slept.append)
    assert (api.created, slept) == ([], [30.0] * 5)


REFUSED = {
    "too large for etcd": refused(500, "InternalError", "etcdserver: request is too large"),
    "too large for the server": Answer(code=413, body="Request entity too large", carried_out=False),
    "not valid": refused(422, "Invalid", "spec.templates: Too many: 201: must have at most 200 items"),
    "no right": refused(403, "Forbidden", "no"),
    "not logged in": refused(401, "Unauthorized", "Unauthorized"),
}


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_final(api: ApiServer, slept: list[float], answer: Answer) -> None:
    api.always["create"] = lambda _: answer
    with pytest.raises(Refused, match="would not create workflow flights-"):
        submit(api.cluster(), workflow(), sleep=slept.append)
    renewed = answer.code == 401
    assert (api.created, len(api.asked("create")), slept, api.asked("get")) == ([], 1 + renewed, [], [])


NO_LOOK = {
    "the server is away": Answer(lost="before"),
    "no right to look": refused(403, "Forbidden", "no"),
    "not logged in any more": refused(401, "Unauthorized", "Unauthorized"),
    "a proxy's 404": Answer(code=404, body=PAGE, carried_out=False),
}


@pytest.mark.parametrize("look", NO_LOOK.values(), ids=NO_LOOK)
def test_where_it_cannot_be_looked_up_nobody_says_that_it_was_not_created(
    api: ApiServer, slept: list[float], look: Answer
) -> None:
    api.next("create", Answer(lost="before"))
    api.always["get"] = lambda _: look
    mine = workflow()
    with pytest.raises(ClusterError, match=r"Nobody knows whether flights-.* was created") as caught:
        submit(api.cluster(), mine, sleep=slept.append)
    assert f"`kedro argo status {mine['metadata']['name']}`" in caught.value.hint
    assert (len(api.created), len(api.asked("create"))) == (1, 1)


def test_a_server_that_never_answers_a_create_is_given_up(api: ApiServer, slept: list[float]) -> None:
    api.always["create"] = lambda _: Answer(lost="before", carried_out=False)
    with pytest.raises(ClusterError, match="Nobody knows whether"):
        submit(api.cluster(), workflow(), sleep=slept.append)
    assert (len(api.asked("create")), api.created) == (6, [])
    assert sum(slept) < 60


def test_an_object_that_somebody_else_changed_is_not_replaced(api: ApiServer) -> None:
    stored = api.put("workflows", workflow())
    api.next("replace", refused(409, "Conflict", "the object has been modified", name="x", kind="workflows"))
    with pytest.raises(Changed, match="would not change workflow flights-"):
        api.cluster().replace("workflows", stored)
    with pytest.raises(AlreadyThere):
        api.cluster().create("workflows", stored)


def test_what_does_no_harm_is_repeated_as_often_as_is_asked(api: ApiServer, slept: list[float]) -> None:
    api.always["get"] = lambda _: Answer(lost="before")
    with pytest.raises(Unanswered):
        patiently(lambda: api.cluster().get("workflows", "x"), sleep=slept.append, tries=3)
    assert (len(slept), len(api.asked("get"))) == (2, 3)


FAULTS = (
    *(each for name, each in LOST.items() if name != "no answer in time"),
    *REFUSED.values(),
    refused(429, "Busy", "later", {"Retry-After": "1"}),
    Answer(lost="before", carried_out=False),
    Answer(),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    creates=st.lists(st.sampled_from(FAULTS), max_size=8),
    looks=st.lists(st.sampled_from([*FAULTS, NOT_FOUND]), max_size=8),
)
def test_whatever_happens_there_is_one_workflow_or_an_error_that_is_true(
    api: ApiServer, cluster: KubernetesCluster, creates: list[Answer], looks: list[Answer]
) -> None:
    api.forget()
    api.next("create", *creates)
    api.next("get", *looks)
    mine = workflow()
    try:
        found = submit(cluster, mine, sleep=lambda _: None)
    except ClusterError as error:
        assert "Nobody knows" in error.message or api.created == []
    else:
        assert api.created == [found["metadata"]["name"]] == [mine["metadata"]["name"]]
        assert found["metadata"]["annotations"] == mine["metadata"]["annotations"]
    assert len(api.created) <= 1
