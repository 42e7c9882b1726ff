"""What argo.yml says of whole workflows, in Argo's words: fields of the spec, labels and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.config import ArgoConfig
from argo_kedro.config.policies import Policies
from argo_kedro.model import COMMIT, USER, Json, Problem
from argo_kedro.plan.pods.security import security_problems, spec_security
from argo_kedro.plan.rules import FILE

_OURS = "argo-kedro/"  # begins the names by which argo-kedro finds its workflows, and what it keeps with them
_MANAGED = "app.kubernetes.io/managed-by"
_TAKEN_AS_GIVEN = (USER, COMMIT)  # argo.yml may know better, as that of a CI job


def spec(config: ArgoConfig) -> Json:
    """The fields of the spec that argo.yml asks for, those that nobody asked for left out."""
    policies = config.policies
    fields: dict[str, Any] = {
        "parallelism": policies.parallelism,
        "priority": policies.priority,
        "synchronization": _synchronization(policies),
        "activeDeadlineSeconds": policies.timeout,
        "ttlStrategy": _ttl(policies),
        "podGC": _pod_gc(policies),
        "archiveLogs": policies.archive_logs,
        "podDisruptionBudget": _disruption(policies),
        "podMetadata": _given(labels=policies.pod_labels or None, annotations=policies.pod_annotations or None),
        "imagePullSecrets": [{"name": name} for name in config.deployment.pull_secrets],
    }
    given = {key: value for key, value in fields.items() if value is not None and value not in ({}, [])}
    return {**given, **spec_security(config)}


def policy_problems(config: ArgoConfig) -> Iterator[Problem]:
    """What a workflow of ours cannot be, or a cluster would not take."""
    yield from security_problems(config)
    policies = config.policies
    for kind, given in (("label", policies.labels), ("annotation", policies.annotations)):
        for name in sorted(name for name in given if _is_ours(name)):
            yield Problem(
                message=f"argo-kedro writes {kind} {name!r} itself.",
                where=f"{FILE} policies.{kind}s",
                hint="use a name of your own, such as example.com/team.",
            )
    for name in sorted(name for name in policies.mutexes if not name.strip()):
        yield Problem(
            message=f"{name!r} is no name of a mutex.",
            where=f"{FILE} policies.mutexes",
            hint="give it one; workflows of the namespace with the same name run one after the other.",
        )


def _is_ours(name: str) -> bool:
    return name == _MANAGED or (name.startswith(_OURS) and name not in _TAKEN_AS_GIVEN)


def _synchronization(policies: Policies) -> Json:
    semaphores = [{"configMapKeyRef": {"name": item.config_map, "key": item.key}} for item in policies.semaphores]
    return _given(mutexes=[{"name": name} for name in policies.mutexes] or None, semaphores=semaphores or None)


def _ttl(policies: Policies) -> Json:
    ttl = policies.ttl
    return _given(
        secondsAfterCompletion=ttl.after_completion,
        secondsAfterSuccess=ttl.after_success,
        secondsAfterFailure=ttl.after_failure,
    )


def _pod_gc(policies: Policies) -> Json:
    pod_gc = policies.pod_gc
    if pod_gc is None:
        return {}
    return _given(strategy=pod_gc.strategy, deleteDelayDuration=f"{pod_gc.delay}s" if pod_gc.delay else None)


def _disruption(policies: Policies) -> Json:
    budget = policies.pod_disruption_budget
    if budget is None:
        return {}
    return _given(minAvailable=_number(budget.min_available), maxUnavailable=_number(budget.max_unavailable))


def _number(text: str | None) -> int | str | None:
    """A count as a number: Kubernetes takes a text for a percentage."""
    return int(text) if text is not None and text.isdecimal() else text


def _given(**fields: Any) -> Mapping[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
