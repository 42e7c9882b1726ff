"""Which task ran with which code, over several retries."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from argo_kedro.workflows.code import code_now, code_of, with_code
from argo_kedro.workflows.state import TaskState

NEW = {"metadata": {"name": "wf", "annotations": {"team": "blue"}}, "spec": {}}
BEGUN = {**NEW, "status": {"phase": "Failed"}}


def ended(minute: int | None, second: int = 0) -> TaskState:
    time = None if minute is None else datetime(2026, 11, 21, 12, minute, second, tzinfo=timezone.utc)
    return TaskState(path="a", template="t", phase="Succeeded", ended=time)


def at(minute: int) -> str:
    return f"2026-11-21T12:{minute:02}:00Z"


def retried_with(document, *codes):
    for number, code in enumerate(codes):
        document = {**with_code(document, code, at(10 * (number + 1))), "status": {"phase": "Failed"}}
    return document


def test_a_run_that_was_never_retried_has_one_code():
    document = with_code(NEW, "app:1", at(0))
    assert code_now(document) == "app:1"
    assert [code_of(document, ended(minute)) for minute in (1, 59, None)] == ["app:1"] * 3
    assert document["metadata"]["annotations"].keys() == {"team", "argo-kedro/code-now"}
    assert NEW["metadata"]["annotations"] == {"team": "blue"}


def test_a_task_ran_with_the_code_of_its_time():
    document = retried_with(with_code(NEW, "app:1", at(0)), "app:2", "app:3")
    assert [code_of(document, ended(minute)) for minute in (5, 10, 15, 20, 25)] == [
        *("app:1", "app:1", "app:2", "app:2", "app:3")
    ]
    assert code_of(document, ended(10, 1)) == "app:2"
    assert code_of(document, ended(None)) == "app:3"
    assert json.loads(document["metadata"]["annotations"]["argo-kedro/code"]) == [
        {"until": at(10), "code": "app:1"},
        {"until": at(20), "code": "app:2"},
    ]


def test_the_same_code_is_one_stretch():
    document = retried_with(with_code(NEW, "app:1", at(0)), "app:1", "app:1", "app:2")
    kept = json.loads(document["metadata"]["annotations"]["argo-kedro/code"])
    assert kept == [{"until": at(30), "code": "app:1"}]


def test_a_code_that_comes_back_is_told_apart_by_time():
    document = retried_with(with_code(NEW, "app:1", at(0)), "app:2", "app:1")
    assert [code_of(document, ended(minute)) for minute in (5, 15, 25)] == ["app:1", "app:2", "app:1"]


def test_what_ran_before_anybody_wrote_it_down_has_no_code():
    document = with_code(BEGUN, "app:2", at(10))
    assert [code_of(document, ended(minute)) for minute in (5, 15)] == ["", "app:2"]
    assert code_of(BEGUN, ended(5)) == code_now(BEGUN) == ""


@pytest.mark.parametrize(
    "kept", ["{", "{}", "[1]", '[{"until": 5}]', '[{"until": "soon", "code": "x"}]', '[{"code": "x"}]', "null"]
)
def test_annotations_that_somebody_changed_break_nothing(kept):
    document = {**BEGUN, "metadata": {"annotations": {"argo-kedro/code": kept, "argo-kedro/code-now": "app:2"}}}
    assert code_of(document, ended(5)) == "app:2"
    assert code_now(with_code(document, "app:3", at(10))) == "app:3"
