"""What makes Argo refuse the policies of a workflow is found: each of these was tried on a real cluster."""

from __future__ import annotations

from typing import Any

import pytest
from test_manifest_validation import POD, TASKS, good, put, shown

from argo_kedro.manifest import validate


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (
            "synchronization",
            {"mutexes": [{"name": "m"}], "semaphores": [{"configMapKeyRef": {"name": "a", "key": "b"}}]},
        ),
        ("synchronization", {"mutexes": [{"name": "{{workflow.name}}", "database": True}]}),
        ("synchronization", {"semaphores": [{"database": {"key": "a"}, "namespace": "b"}]}),
        (
            "podGC",
            {"strategy": "OnPodSuccess", "deleteDelayDuration": "10m", "labelSelector": {"matchLabels": {"a": "b"}}},
        ),
        ("podGC", {"deleteDelayDuration": "10"}),
        ("ttlStrategy", {"secondsAfterCompletion": 60, "secondsAfterSuccess": 0, "secondsAfterFailure": 1}),
        ("podDisruptionBudget", {"minAvailable": 1}),
        ("podDisruptionBudget", {"maxUnavailable": "50%", "unhealthyPodEvictionPolicy": "AlwaysAllow"}),
        ("hooks", {"exit": {"template": "init"}}),
        (
            "hooks",
            {"late": {"templateRef": {"name": "a", "template": "b"}, "expression": "workflow.status == 'Error'"}},
        ),
        ("podMetadata", {"labels": {"team": "a"}, "annotations": {"note": "any thing at all: é"}}),
        ("workflowMetadata", {"labels": {"team": "a"}, "labelsFrom": {"x": {"expression": "workflow.name"}}}),
        ("imagePullSecrets", [{"name": "registry"}]),
        ("volumeClaimGC", {"strategy": "OnWorkflowCompletion"}),
        ("archiveLogs", True),
        ("priority", -3),
        ("podPriorityClassName", "low"),
        ("dnsConfig", {"nameservers": ["10.0.0.1"], "options": [{"name": "ndots", "value": "2"}]}),
    ],
)
def test_what_argo_takes_is_left_alone(path: str, value: Any) -> None:
    manifest = good()
    put(manifest, f"spec/{path}", value)
    assert shown(validate(manifest)) == "no problems"


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("synchronization", {"mutex": {"name": "m"}}, "synchronization", "'mutex' is not a field"),
        ("synchronization", {"semaphore": {}}, "synchronization", "'semaphore' is not a field"),
        ("synchronization", {"mutexes": [{}]}, "synchronization.mutexes[0]", "no name"),
        ("synchronization", {"mutexes": ["m"]}, "synchronization.mutexes", "not a list of mappings"),
        ("synchronization", {"semaphores": [{}]}, "synchronization.semaphores[0]", "it says nothing"),
        (
            "synchronization",
            {"semaphores": [{"configMapKeyRef": {"name": "a", "key": "b"}, "database": {"key": "c"}}]},
            "synchronization.semaphores[0]",
            "configMapKeyRef and database",
        ),
        (
            "synchronization",
            {"semaphores": [{"configMapKeyRef": {"name": "a"}}]},
            "synchronization.semaphores[0].configMapKeyRef",
            "no key",
        ),
        ("podGC", {"strategy": "OnSuccess"}, "podGC.strategy", "none of"),
        ("podGC", {"deleteDelayDuration": "5 minutes"}, "podGC.deleteDelayDuration", "no duration"),
        ("podGC", {"deleteDelayDuration": "1d"}, "podGC.deleteDelayDuration", "no duration"),
        ("podGC", {"deleteDelayDuration": 5}, "podGC.deleteDelayDuration", "not a text"),
        (
            "podGC",
            {"labelSelector": {"matchExpressions": [{"key": "a", "operator": "in"}]}},
            "podGC.labelSelector",
            "none",
        ),
        (
            "podGC",
            {"labelSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}},
            "podGC.labelSelector",
            "values",
        ),
        ("ttlStrategy", {"secondsAfterCompletion": "10m"}, "ttlStrategy.secondsAfterCompletion", "whole number"),
        ("ttlStrategy", {"secondsAfterCompletion": -1}, "ttlStrategy.secondsAfterCompletion", "below 0"),
        ("ttlStrategy", {"secondsAfterComplete": 1}, "ttlStrategy", "'secondsAfterComplete' is not a field"),
        ("podDisruptionBudget", {"minAvailable": "1"}, "podDisruptionBudget.minAvailable", "no percentage"),
        ("podDisruptionBudget", {"minAvailable": -1}, "podDisruptionBudget.minAvailable", "below 0"),
        ("podDisruptionBudget", {"minAvailable": 1, "maxUnavailable": 1}, "podDisruptionBudget", "and minAvailable"),
        (
            "podDisruptionBudget",
            {"minAvailable": 1, "unhealthyPodEvictionPolicy": "Allow"},
            "podDisruptionBudget.unhealthyPodEvictionPolicy",
            "none of",
        ),
        ("hooks", {"exit": {"template": "nope"}}, "hooks.exit.template", "'nope' does not exist"),
        ("hooks", {"exit": {}}, "hooks.exit", "it says nothing"),
        ("hooks", {"late": {"template": "init"}}, "hooks.late", "no expression"),
        ("hooks", {"exit": {"template": "init", "when": "true"}}, "hooks.exit", "'when' is not a field"),
        ("podMetadata", {"labels": {"a": "b c"}}, "podMetadata.labels.a", "label's value"),
        ("podMetadata", {"annotations": {"a b": "c"}}, "podMetadata.annotations", "no key"),
        ("podMetadata", {"name": "x"}, "podMetadata", "'name' is not a field"),
        ("workflowMetadata", {"labels": {"a": "b c"}}, "workflowMetadata.labels.a", "label's value"),
        ("imagePullSecrets", ["registry"], "imagePullSecrets", "not a list of mappings"),
        ("imagePullSecrets", [{}], "imagePullSecrets[0]", "no name"),
        ("executor", {"serviceAccount": "x"}, "executor", "'serviceAccount' is not a field"),
        ("hostAliases", [{"hostnames": ["a"]}], "hostAliases[0]", "no ip"),
        ("volumeClaimTemplates", [{"metadata": {"name": "a"}}], "volumeClaimTemplates[0]", "no spec"),
        ("podPriorityClassName", "No Such", "podPriorityClassName", "no name of an object"),
    ],
)
def test_what_argo_refuses_is_found_alone(path: str, value: Any, where: str, says: str) -> None:
    manifest = good()
    put(manifest, f"spec/{path}", value)
    found = validate(manifest)
    assert [each for each in found if each.where.startswith(f"manifest spec.{where}") and says in each.message], shown(
        found
    )
    assert all(problem.hint for problem in found)
    assert len(found) == 1, shown(found)


def test_what_older_argos_had_is_told_the_way_out() -> None:
    manifest = good()
    put(manifest, "spec/synchronization", {"mutex": {"name": "m"}, "semaphore": {"configMapKeyRef": {}}})
    assert [each.hint for each in validate(manifest)] == [
        "write mutexes: [{name: ...}]: Argo 4 has no mutex any more",
        "write semaphores: [{configMapKeyRef: ...}]: Argo 4 has no semaphore any more",
    ]


def test_locks_of_a_template_and_hooks_of_a_task_are_looked_at_too() -> None:
    manifest = good()
    put(manifest, f"{POD}/synchronization", {"mutexes": [{}]})
    put(manifest, f"{TASKS}/0/hooks", {"late": {"template": "int"}, "exit": {"template": "init"}})
    assert [(each.where, each.message) for each in validate(manifest)] == [
        ("manifest templates.pod.synchronization.mutexes[0]", "it has no name"),
        ("manifest templates.main.dag.tasks.init.hooks.late.template", "template 'int' does not exist"),
        ("manifest templates.main.dag.tasks.init.hooks.late", "it has no expression"),
    ]


def test_metadata_for_the_runs_of_a_cron_workflow_is_looked_at_in_both_places() -> None:
    document = good()
    wrong = {"labels": {"a": "b c"}}
    spec = {**document["spec"], "workflowMetadata": wrong}
    cron = {"schedules": ["0 6 * * *"], "workflowMetadata": wrong, "workflowSpec": spec}
    found = validate({**document, "kind": "CronWorkflow", "metadata": {"name": "nightly"}, "spec": cron})
    assert [each.where for each in found] == [
        "manifest spec.workflowMetadata.labels.a",
        "manifest spec.workflowSpec.workflowMetadata.labels.a",
    ]
