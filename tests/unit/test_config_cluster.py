"""argo.yml: the keys of the verbs that reach a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from test_config import complaints, read

from argo_kedro.config import schedules


def test_without_a_word_the_kubeconfig_and_kedro_decide() -> None:
    config = read("{}")

    assert (config.namespace, config.env, config.context, config.ui, config.service_account) == ("",) * 5
    assert read("namespace: ''") == config


def test_a_cluster_can_be_named() -> None:
    config = read("env: cloud\ncontext: arn:aws:eks:eu/x\nservice_account: pipelines.v2\nnamespace: team-a")

    assert (config.env, config.context) == ("cloud", "arn:aws:eks:eu/x")
    assert (config.service_account, config.namespace) == ("pipelines.v2", "team-a")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://argo.example.com", "https://argo.example.com"),
        ("http://localhost:2746/", "http://localhost:2746"),
        ("https://example.com/argo//", "https://example.com/argo"),
        ("''", ""),
    ],
)
def test_links_to_the_ui_have_one_slash(written: str, expected: str) -> None:
    assert read(f"ui: {written}").ui == expected


@pytest.mark.parametrize("written", ["argo.example.com", "ftp://a", "https://", "'http://[a'", "'https://a b'", "//a"])
def test_an_address_that_no_browser_opens_is_refused(written: str) -> None:
    (complaint,) = complaints(f"ui: {written}")

    assert complaint.startswith("ui: ")
    assert complaint.endswith("is not an address such as https://argo.example.com")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("yes", True),
        ("false", False),
        ("off", False),
        ("'True'", True),  # `True` without quotes arrives as it is written
        ("'NO'", False),
        ("docker", "docker"),
        ("podman", "podman"),
        ("buildah", "buildah"),
    ],
)
def test_the_image_is_built_by_the_first_or_by_a_named_builder_or_not_at_all(written: str, expected: Any) -> None:
    assert read(f"deployment: {{build: {written}}}").deployment.build == expected


@pytest.mark.parametrize("written", ["1", "kaniko", "null", "[docker]", "''"])
def test_another_builder_is_refused(written: str) -> None:
    (complaint,) = complaints(f"deployment: {{build: {written}}}")

    assert complaint.startswith("deployment.build: ")
    assert "is neither true nor false nor one of docker, podman, buildah" in complaint


def test_a_builder_that_is_almost_right_is_guessed() -> None:
    (complaint,) = complaints("deployment: {build: dockr}")

    assert complaint.endswith("; did you mean 'docker'?")


SCHEDULE = """
schedule:
  schedules: "0 6 * * *"
  timezone: Europe/Berlin
  concurrency_policy: Replace
  suspend: true
  starting_deadline_seconds: 600
  successful_jobs_history_limit: 5
  failed_jobs_history_limit: 0
"""


def test_a_schedule_may_be_spelt_as_argo_does() -> None:
    argo = """
    schedule:
      schedules: ["0 6 * * *"]
      timezone: Europe/Berlin
      concurrencyPolicy: Replace
      suspend: true
      startingDeadlineSeconds: 600
      successfulJobsHistoryLimit: 5
      failedJobsHistoryLimit: 0
    """

    assert read(argo) == read(SCHEDULE)


def test_a_schedule_in_argos_words_holds_what_was_said() -> None:
    assert read(SCHEDULE).schedule.as_argo_spells_it() == {
        "schedules": ["0 6 * * *"],
        "timezone": "Europe/Berlin",
        "concurrencyPolicy": "Replace",
        "suspend": True,
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 5,
        "failedJobsHistoryLimit": 0,
    }


def test_runs_do_not_overlap_and_a_suspended_one_stays_so_unless_something_else_is_said() -> None:
    found = read("schedule: {schedules: '@daily', suspend: false}").schedule.as_argo_spells_it()

    assert found == {"schedules": ["@daily"], "concurrencyPolicy": "Forbid"}


def test_without_schedules_there_is_no_schedule() -> None:
    assert read("schedule: {timezone: Europe/Berlin}").schedule.as_argo_spells_it() == {}


@pytest.mark.parametrize(
    "text",
    [
        "* * * * *",
        "0 6 * * 1-5",
        "*/5 0-23/2 1,15 1-12 ?",
        "59 23 31 12 6",
        "0 6  *\t* 0",
        "5/15 * * * *",
        "@daily",
        "@hourly",
        "@every 1h30m",
        "@every 90s",
    ],
)
def test_a_schedule_that_argo_runs_is_taken(text: str) -> None:
    assert schedules.schedule_mistake(text) == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write minute, hour"),
        ("0 6 * *", "write minute, hour"),
        ("0 0 6 * * *", "write minute, hour"),
        ("@noon", "write minute, hour"),
        ("@every day", "write minute, hour"),
        ("CRON_TZ=UTC 0 6 * * *", "write minute, hour"),
        ("0 6 * * *\n", "write minute, hour"),
        ("60 6 * * *", "minute '60' is not within 0-59"),
        ("0 24 * * *", "hour '24' is not within 0-23"),
        ("0 6 0 * *", "day of the month '0' is not within 1-31"),
        ("0 6 * 13 *", "month '13' is not within 1-12"),
        ("0 6 * * 7", "day of the week '7' is not within 0-6"),
        ("0 6 * * fri-mon", "day of the week 'fri-mon' is not within 0-6"),
        ("0 6 * * mon-fri", "write its day of the week 'mon-fri' in numbers, '1-5'"),
        ("0 6 1 JAN,apr-Jun/2 *", "write its month 'jan,apr-jun/2' in numbers, '1,4-6/2'"),
        ("0 6 * * monday", "day of the week 'monday'"),
        ("mon 6 * * *", "minute 'mon'"),
        ("*/0 * * * *", "minute '*/0'"),
        ("1, * * * *", "minute ''"),
        ("5-1 * * * *", "minute '5-1'"),
    ],
)
def test_a_schedule_that_would_never_run_is_refused(text: str, says: str) -> None:
    assert says in schedules.schedule_mistake(text)


def test_a_machine_without_time_zones_takes_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "did you mean 'Europe/Berlin'?" in schedules.time_zone_mistake("Europe/Berln")
    monkeypatch.setattr(schedules, "available_timezones", set)
    assert schedules.time_zone_mistake("Europe/Berln") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 6 * *", "schedule: must be a section of keys, got '0 6 * *'"),
        ("{schedules: {a: b}}", "schedule.schedules: must be a list, got a mapping"),
        (
            "{schedules: ['@daily', 0 6 * * 7]}",
            "schedule.schedules: '0 6 * * 7' is no schedule: its day of the week '7' is not within 0-6",
        ),
        ("{timezone: CET+1}", "schedule.timezone: 'CET+1' is no time zone such as Europe/Berlin; did you mean 'CET'?"),
        (
            "{concurrency_policy: never}",
            "schedule.concurrency_policy: must be one of 'Forbid', 'Replace' or 'Allow', got 'never'",
        ),
        ("{starting_deadline_seconds: 0}", "schedule.starting_deadline_seconds: must be 1 or more, got '0'"),
        ("{failedJobsHistoryLimit: -1}", "schedule.failed_jobs_history_limit: must be 0 or more, got '-1'"),
    ],
)
def test_a_wrong_schedule_is_named_with_its_place(text: str, expected: str) -> None:
    assert complaints(f"schedule: {text}") == [expected]


def test_two_spellings_of_one_key_are_refused() -> None:
    (complaint,) = complaints("schedule: {concurrencyPolicy: Allow, concurrency_policy: Forbid}")

    assert complaint.startswith("schedule.concurrencyPolicy: unknown key; did you mean 'concurrency_policy'?")


def test_a_key_of_the_cluster_in_the_wrong_section_is_told_where_it_belongs() -> None:
    (complaint,) = complaints("schedule: {service_account: a}")

    assert complaint.startswith("schedule.service_account: unknown key; it belongs to the top of the file.")
