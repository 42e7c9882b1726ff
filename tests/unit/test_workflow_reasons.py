"""What Argo and Kubernetes say, in words."""

from __future__ import annotations

import re

import pytest
from cluster_texts import EXITS, NO_HELP, PREEMPTION, WORDS
from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.workflows.causes import CAUSES, Cause
from argo_kedro.workflows.reasons import reason


@pytest.mark.parametrize(("message", "words"), [*WORDS.items(), *EXITS.items()])
def test_a_text_that_is_known_is_put_into_words(message: str, words: str) -> None:
    found = reason(message)

    assert (found.text, found.known) == (words, True)


@pytest.mark.parametrize(
    "message",
    [
        "when 'a == b' evaluated false",
        "omitted: depends condition not met",
        "Skipped, empty params",
        "No more retries left",
        "something that nobody has seen before",
    ],
)
def test_a_text_that_is_not_known_is_passed_on(message: str) -> None:
    found = reason(message)

    assert (found.text, found.hint, found.known) == (message, "", False)


def test_a_text_of_several_lines_becomes_one() -> None:
    assert reason("  a\n\tb\n").text == "a b"


@pytest.mark.parametrize("message", ["", "PodInitializing", "ContainerCreating"])
def test_a_pod_that_is_being_set_up_is_not_explained_yet(message: str) -> None:
    found = reason(message)

    assert not found.known
    assert message in found.text


def test_what_only_the_pods_events_tell_is_told() -> None:
    found = reason("PodInitializing", ['MountVolume.SetUp failed for volume "s" : secret "nosuch" not found'])

    assert (found.text, found.known) == ("the Secret nosuch is not there", True)


def test_the_newest_event_that_is_known_decides() -> None:
    events = ['secret "first" not found', 'configmap "second" not found', "Error: ErrImagePull"]

    assert reason("ContainerCreating", events).text == "the ConfigMap second is not there"


def test_an_event_that_is_not_known_is_more_than_nothing() -> None:
    found = reason("ContainerCreating", ["Failed to create\npod sandbox: plugin is broken"])

    assert (found.text, found.known) == ("Failed to create pod sandbox: plugin is broken", False)


def test_a_pod_that_has_a_place_does_not_wait_for_one() -> None:
    events = ["0/3 nodes are available: 3 Insufficient cpu.", "failed to sync secret cache: timed out"]

    assert reason("PodInitializing", events) == reason("PodInitializing")
    assert reason("", events[:1]).text == "no cluster node takes it: too little cpu on 3 of 3"


def test_the_message_says_more_than_old_events() -> None:
    assert reason('secret "new" not found', ['secret "old" not found']).text == "the Secret new is not there"


@pytest.mark.parametrize(
    ("message", "way_out"),
    [
        ('ErrImagePull: failed to pull image "a:1": not found', "`deployment.image` and `deployment.tag` in argo.yml"),
        ("main: OOMKilled (exit code 137)", "`mem` (`machine_types` in argo.yml)"),
        ('secret "nosuch" not found', "`kubectl create secret generic nosuch "),
        ("Pod was active on the node longer than the specified deadline", "`timeout` for it under `tasks` in argo.yml"),
        ('x is forbidden: User "u" cannot create resource "pods" in the namespace "n"', "ask who runs the cluster"),
        ('error looking up service account x6/a: serviceaccount "a" not found', "`kubectl apply -f argo-rbac.yaml`"),
        ('task x errored: serviceaccounts "a" not found', "`kubectl apply -f argo-rbac.yaml`"),
        ("no PriorityClass with name a was found", "`priority_class` (`machine_types` in argo.yml)"),
        ("main: Error (exit code 3): before the first node: x", "mend the configuration"),
        ("main: Error (exit code 5)", "`kedro argo logs`"),
        ("main: Error (exit code 3): 'x' is not there. Hint: compile again.", "compile again."),
        ("code: Error (exit code 1)", "`kubectl logs POD -c code`"),
        ("Stopped with strategy 'Stop'", "`kedro argo retry`"),
    ],
)
def test_the_hint_is_the_way_out(message: str, way_out: str) -> None:
    assert way_out in reason(message).hint


@pytest.mark.parametrize(
    ("why", "line", "words"),
    [
        (
            "OOMKilled (exit code 137)",
            "memory 15.8 GiB of 16.0 GiB, node train",
            "out of memory at 15.8 of 16.0 GiB, in node train (exit code 137)",
        ),
        (
            "OOMKilled (exit code 137)",
            "memory 980 MiB of 1.0 GiB, node a, saving b",
            "out of memory at 980 MiB of 1.0 GiB, in node a, saving b (exit code 137)",
        ),
        (
            "OOMKilled (exit code 137)",
            "memory 0.2 GiB of 0.2 GiB, before the first node",
            "out of memory at 0.2 of 0.2 GiB, before the first node (exit code 137)",
        ),
        ("OOMKilled (exit code 137)", "memory 3.1 GiB", "out of memory at 3.1 GiB (exit code 137)"),
        (
            "Error (exit code 137)",
            "memory 7.9 GiB of 8.0 GiB, node a",
            "it was killed at 7.9 of 8.0 GiB of memory, in node a (exit code 137)",
        ),
        (
            "Error (exit code 139)",
            "memory 0.5 GiB of 8.0 GiB, node a",
            "it crashed in a library that is not Python at 0.5 of 8.0 GiB of memory, in node a (exit code 139)",
        ),
        ("OOMKilled (exit code 137)", "memory was short", "it ran out of memory: memory was short (exit code 137)"),
    ],
)
def test_a_task_that_was_killed_is_told_with_the_memory_that_it_was_last_seen_with(
    why: str, line: str, words: str
) -> None:
    assert reason(f"main: {why}: {line}").text == words


def test_more_memory_than_the_limit_is_what_helps_against_its_lack() -> None:
    hint = reason("main: OOMKilled (exit code 137): memory 15.8 GiB of 16.0 GiB, node train").hint

    assert (
        hint == "give it a machine type with more `mem` than 16.0 GiB (`machine_types` in argo.yml) and submit again."
    )


def test_a_missing_right_is_granted_by_a_file_that_init_writes() -> None:
    found = reason(
        'wait: Error (exit code 64): workflowtaskresults.argoproj.io is forbidden: User "u" cannot create resource '
        '"workflowtaskresults" in API group "argoproj.io" in the namespace "x6"'
    )

    assert "its code has run" in found.text
    assert "`kedro argo init --cluster`" in found.hint
    assert "`kubectl apply -f argo-rbac.yaml`" in found.hint


def test_what_would_not_fit_an_empty_cluster_does_not_wait_for_others() -> None:
    too_large = reason(f"0/3 nodes are available: 3 Insufficient cpu.{NO_HELP}")
    busy = reason("0/3 nodes are available: 3 Insufficient cpu." + PREEMPTION.format("3 No preemption victims found"))

    assert "It starts when one has room." not in too_large.hint
    assert "It starts when one has room." in busy.hint


@pytest.mark.parametrize("message", WORDS)
def test_what_a_task_says_itself_is_not_taken_for_something_else(message: str) -> None:
    line = " ".join(message.split())

    assert reason(f"main: Error (exit code 1): node a: ValueError: {message}").text == (
        f"node a: ValueError: {line} (exit code 1)"
    )


@given(st.text())
def test_any_text_becomes_one_line(text: str) -> None:
    for found in (reason(text), reason(f"main: Error (exit code 1): {text}"), reason("", [text])):
        assert found.text == " ".join(found.text.split())


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.text)
def test_each_cause_quotes_only_what_its_pattern_finds(cause: Cause) -> None:
    groups = dict.fromkeys(re.compile(cause.pattern).groupindex, "x")

    assert "{" not in cause.text.format(**groups) + cause.hint.format(**groups)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.text)
def test_each_cause_has_an_example(cause: Cause) -> None:
    assert any(re.search(cause.pattern, " ".join(message.split())) for message in WORDS)
