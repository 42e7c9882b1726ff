"""The small languages of a manifest: depends, when, retry expressions, durations, tags."""

from __future__ import annotations

import pytest

from argo_kedro.local.conditions import retry_expression, when
from argo_kedro.local.depends import dependencies, depends
from argo_kedro.local.variables import AbsentValue, expand, expand_twice
from argo_kedro.manifest.validation.durations import backoff_duration, duration

LAST = {
    "exitCode": "137",
    "status": "Failed",
    "duration": "12",
    "message": "main: Error (exit code 137)",
    "retries": "1",
}


@pytest.mark.parametrize(
    ("text", "phases", "expected"),
    [
        ("a", {"a": "Succeeded"}, True),
        ("a", {"a": "Skipped"}, True),
        ("a", {"a": "Omitted"}, False),
        ("a", {"a": "Failed"}, False),
        ("a && (b.Succeeded || !c.Failed)", {"a": "Succeeded", "b": "Failed", "c": "Succeeded"}, True),
        ("a && (b.Succeeded || !c.Failed)", {"a": "Succeeded", "b": "Failed", "c": "Failed"}, False),
        ("a.Errored || b.Omitted", {"a": "Error", "b": None}, True),
        ("a || b && c", {"a": "Succeeded", "b": "Failed", "c": "Failed"}, True),
        ("a && b", {"a": "Failed", "b": None}, False),
        ("a && b", {"a": "Succeeded", "b": None}, None),
        ("!!a", {"a": "Succeeded"}, True),
    ],
)
def test_depends_is_decided_as_soon_as_it_can_be(text, phases, expected):
    assert depends(text).test(phases) is expected


def test_depends_names_each_task_once():
    assert depends("a.Succeeded || (b && !a.Failed)").names == ("a", "b")


def test_the_older_list_means_all_of_them():
    assert dependencies(["a", "b"]).test({"a": "Succeeded", "b": "Skipped"}) is True
    assert dependencies(["a", "b"]).test({"a": "Succeeded", "b": "Failed"}) is False


@pytest.mark.parametrize("text", ["a &&", "a b", "(a", "a)", "a.Nope", "a & b", "&& a", "a.Succeeded.x", "'a'"])
def test_a_broken_depends_is_refused(text):
    with pytest.raises(ValueError, match=r"unexpected|early|missing|no result"):
        depends(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asInt(lastRetry.exitCode) in [137, 143]", True),
        ("asInt(lastRetry.exitCode) not in [64,65]", True),
        ("lastRetry.status == 'Error' or asInt(lastRetry.exitCode) in [137,143]", True),
        ('lastRetry.status == "Error" && asInt(lastRetry.exitCode) > 1', False),
        ("!(lastRetry.exitCode == '137')", False),
        ("asInt(lastRetry.duration) >= 12 || asFloat(lastRetry.duration) < 1.5", True),
        ("lastRetry.message matches 'exit code (137|143)' && not (1 == 2)", True),
        ("lastRetry.message contains 'OOM'", False),
        ("lastRetry.exitCode != '-1' and asInt('-3') == -3", True),
        ("true", True),
        ("asInt(retries) < 2", True),
        ("retries == '1'", True),
        (
            "asInt(lastRetry.exitCode) != 3 && (lastRetry.message matches '(?i)^pod deleted' || asInt(retries) < 1)",
            False,
        ),
    ],
)
def test_what_people_write_as_retry_expression_is_understood(text, expected):
    assert retry_expression(text).holds(LAST) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "lastRetry.nope == '1'",
        "lastRetry.exitCode == 1",
        "asInt(lastRetry.exitCode)",
        "asInt(1, 2)",
        "().__class__",
        "1 < 2 < 3",
        "sprig.trim('x') == 'x'",
        "a == 'b'",
        "'" * 3,
        "",
        "$env",
        "lambda: 1",
        "lastRetry.exitCode in 5",
        "(" * 500 + "true" + ")" * 500,
    ],
)
def test_any_other_expression_is_refused_and_never_run(text):
    with pytest.raises(ValueError, match=r"."):
        retry_expression(text)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{{x}} == full", "full", True),
        ("'{{x}}' == 'full'", "full", True),
        ("{{x}} != full", "a b", True),
        ("{{x}} == full || {{x}} == half", "half", True),
        ("{{x}} == full && {{x}} == half", "half", False),
        ("{{x}} == 1", "1.0", True),
        ("{{x}}", "true", None),
        ("false", "", False),
        ("{{x}} == full", "nope == full || 1 == 1", False),
        ("{{x}} == full", "full && false", False),
    ],
)
def test_a_value_cannot_change_the_meaning_of_when(text, value, expected):
    if expected is None:
        with pytest.raises(ValueError, match="not a comparison"):
            when(text)
    else:
        assert when(text).holds(lambda part: part.replace("{{x}}", value)) is expected


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("1h30m", 5400), ("500ms", 0.5), ("1.5h", 5400)])
def test_durations_are_read_as_go_reads_them(text, expected):
    assert duration(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["30", "", "1 h", "h", "1d", "-1s"])
def test_a_duration_needs_a_unit(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


def test_a_back_off_may_be_a_plain_number():
    assert backoff_duration("10") == 10


def test_unknown_tags_stay_as_they_are():
    assert expand('{{ a }} {{foo}} {{"b": {{c', {"a": "1"}.get) == '1 {{foo}} {{"b": {{c'


def test_tags_within_values_are_filled_in_once_more_as_in_argo():
    values = {"p": 'it\'s {{name}} "q"\n{{foo}}', "name": "wf"}
    assert expand_twice("<{{p}}>", values.get) == '<it\'s wf "q"\n{{foo}}>'


def test_a_missing_output_is_an_error_where_it_must_be_there():
    with pytest.raises(AbsentValue, match=r"tasks\.a\.outputs\.parameters\.o"):
        expand("{{tasks.a.outputs.parameters.o}}", {}.get, strict=True)
