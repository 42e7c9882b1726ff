"""Policies of argo.yml in the manifest, in Argo's words."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from plans import chain, planned, said

from argo_kedro.check import check
from argo_kedro.manifest import render, validate
from argo_kedro.model import Kind


def document(argo: str, kind: Kind = "workflow") -> dict[str, Any]:
    """The manifest of two nodes under these policies; nothing is wrong with it."""
    workflow = planned(chain("a", "b"), f"{argo}\nschedule: {{schedules: '@daily'}}")
    text = render(workflow, kind=kind)
    assert said([*check(workflow), *validate(text, kind=kind)]) == []
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.mark.parametrize(
    ("policies", "key", "value"),
    [
        ("parallelism: 3", "parallelism", 3),
        ("priority: -5", "priority", -5),
        ("priority: 0", "priority", 0),
        ("mutexes: nightly", "synchronization", {"mutexes": [{"name": "nightly"}]}),
        (
            "{mutexes: [a, b], semaphores: [{config_map: limits, key: spark}]}",
            "synchronization",
            {
                "mutexes": [{"name": "a"}, {"name": "b"}],
                "semaphores": [{"configMapKeyRef": {"name": "limits", "key": "spark"}}],
            },
        ),
        ("timeout: 2h", "activeDeadlineSeconds", 7200),
        ("ttl: 7d", "ttlStrategy", {"secondsAfterCompletion": 604800}),
        (
            "ttl: {after_success: 1d, after_failure: 7d}",
            "ttlStrategy",
            {"secondsAfterSuccess": 86400, "secondsAfterFailure": 604800},
        ),
        ("pod_gc: OnPodSuccess", "podGC", {"strategy": "OnPodSuccess"}),
        (
            "pod_gc: {strategy: OnPodCompletion, delay: 10m}",
            "podGC",
            {"strategy": "OnPodCompletion", "deleteDelayDuration": "600s"},
        ),
        ("archive_logs: true", "archiveLogs", True),
        ("archive_logs: false", "archiveLogs", False),
        ("pod_disruption_budget: {min_available: 1}", "podDisruptionBudget", {"minAvailable": 1}),
        ("pod_disruption_budget: {max_unavailable: 50%}", "podDisruptionBudget", {"maxUnavailable": "50%"}),
        (
            "{pod_labels: {team: a}, pod_annotations: {example.com/note: b}}",
            "podMetadata",
            {"labels": {"team": "a"}, "annotations": {"example.com/note": "b"}},
        ),
    ],
)
def test_a_policy_is_a_field_of_the_spec(policies: str, key: str, value: Any) -> None:
    indented = policies if policies.startswith("{") else f"{{{policies}}}"
    assert document(f"policies: {indented}")["spec"][key] == value


def test_a_policy_that_nobody_asked_for_is_left_to_argo() -> None:
    assert document("")["spec"].keys() == {"entrypoint", "templates"}


def test_secrets_to_pull_with_are_named_in_the_spec() -> None:
    spec = document("deployment: {image: image, pull_secrets: [one, two]}")["spec"]
    assert spec["imagePullSecrets"] == [{"name": "one"}, {"name": "two"}]


def test_restricted_pods_and_policies_stand_in_one_spec() -> None:
    spec = document("security: restricted\nservice_account: runs\npolicies: {parallelism: 2}")["spec"]
    assert (spec["parallelism"], spec["automountServiceAccountToken"]) == (2, False)


def test_without_fail_fast_every_branch_goes_on() -> None:
    dag = document("policies: {fail_fast: false}")["spec"]["templates"][0]["dag"]
    assert dag["failFast"] is False
    assert "failFast" not in document("")["spec"]["templates"][0]["dag"]


LABELS = "policies: {labels: {team: a}, annotations: {example.com/docs: 'see {{there'}}"


def test_labels_and_annotations_are_those_of_the_workflow() -> None:
    metadata = document(LABELS)["metadata"]
    assert metadata["labels"]["team"] == "a"
    assert metadata["labels"]["argo-kedro/project"] == "my_project"
    assert metadata["annotations"] == {"example.com/docs": "see {{there"}


@pytest.mark.parametrize("kind", ["template", "cron"])
def test_labels_and_annotations_are_passed_on_to_runs(kind: Kind) -> None:
    made = document(LABELS, kind)
    assert made["spec"]["workflowMetadata"] == {
        "labels": made["metadata"]["labels"],
        "annotations": {"example.com/docs": "see {{there"},
    }


@pytest.mark.parametrize("kind", ["template", "cron"])
def test_without_annotations_none_are_passed_on(kind: Kind) -> None:
    assert document("", kind)["spec"]["workflowMetadata"].keys() == {"labels"}


def test_labels_that_argo_kedro_writes_itself_are_refused() -> None:
    workflow = planned(chain("a"), "policies: {labels: {argo-kedro/env: x}, annotations: {argo-kedro/submission: y}}")
    assert said(check(workflow)) == [
        "argo.yml policies.labels: argo-kedro writes label 'argo-kedro/env' itself.",
        "argo.yml policies.annotations: argo-kedro writes annotation 'argo-kedro/submission' itself.",
    ]


def test_argo_yml_may_say_who_submits_and_which_commit() -> None:
    labels = document("policies: {labels: {argo-kedro/user: ci, argo-kedro/git-commit: abc}}")["metadata"]["labels"]
    assert (labels["argo-kedro/user"], labels["argo-kedro/git-commit"]) == ("ci", "abc")


def test_a_label_that_kubernetes_refuses_is_told() -> None:
    text = render(planned(chain("a"), "policies: {labels: {team: 'data science'}, pod_labels: {'a b': c}}"))
    assert "manifest metadata.labels.team: 'data science' cannot be a label's value" in said(validate(text))


def test_a_mutex_needs_a_name() -> None:
    workflow = planned(chain("a"), "policies: {mutexes: ['']}")
    assert said(check(workflow)) == ["argo.yml policies.mutexes: '' is no name of a mutex."]
