"""What makes Argo refuse what a workflow as a whole is to keep to: locks, clean-up, budgets, hooks, labels of pods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from argo_kedro.manifest.validation.durations import backoff_duration
from argo_kedro.manifest.validation.metadata import label_problems
from argo_kedro.manifest.validation.nested import nested, nested_problems, within_problems
from argo_kedro.manifest.validation.parts import Manifest, Part, short
from argo_kedro.manifest.validation.pod_fields import DNS, IMAGE_PULL_SECRET
from argo_kedro.manifest.validation.pods import selector_problems
from argo_kedro.manifest.validation.source_fields import CLAIM, LABEL_SELECTOR
from argo_kedro.manifest.validation.tasks import TEMPLATE_REF, unknown
from argo_kedro.model import Problem

HOOK = nested(
    text="expression template",
    also={"arguments": "mapping"},
    mapping={"templateRef": TEMPLATE_REF},
    one_of="template templateRef",
)
SYNCHRONIZATION = nested(
    mappings={
        "mutexes": nested(flag="database", text="name namespace", needs="name"),
        "semaphores": nested(
            text="namespace",
            mapping={
                "configMapKeyRef": nested(flag="optional", text="key name", needs="name key"),
                "database": nested(text="key", needs="key"),
            },
            one_of="configMapKeyRef database",
        ),
    }
)
_METADATA = nested(also={"labels": "mapping", "annotations": "mapping"})
_OF_SPEC = nested(
    mapping={
        "dnsConfig": DNS,
        "podDisruptionBudget": nested(
            number_or_text="maxUnavailable minAvailable",
            mapping={"selector": LABEL_SELECTOR},
            one_of="maxUnavailable minAvailable",
            may_be_none=True,
            choices={"unhealthyPodEvictionPolicy": "IfHealthyBudget AlwaysAllow"},
        ),
        "podGC": nested(
            text="deleteDelayDuration",
            mapping={"labelSelector": LABEL_SELECTOR},
            choices={"strategy": "OnPodCompletion OnPodSuccess OnWorkflowCompletion OnWorkflowSuccess"},
        ),
        "podMetadata": _METADATA,
        "ttlStrategy": nested(number="secondsAfterCompletion secondsAfterFailure secondsAfterSuccess"),
        "volumeClaimGC": nested(choices={"strategy": "OnWorkflowCompletion OnWorkflowSuccess"}),
        "workflowMetadata": nested(also={"labels": "mapping", "annotations": "mapping", "labelsFrom": "mapping"}),
        "workflowTemplateRef": nested(flag="clusterScope", text="name", needs="name"),
    },
    mappings={"imagePullSecrets": IMAGE_PULL_SECRET, "volumeClaimTemplates": CLAIM},
)
_PERCENT = re.compile(r"[0-9]+%\Z")


def policy_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of what a spec says of its workflow as a whole."""
    spec = manifest.spec
    yield from within_problems(spec, _OF_SPEC)
    for part in (spec, spec.part("templateDefaults"), *manifest.templates):
        yield from nested_problems(part.part("synchronization"), SYNCHRONIZATION)
    given = [part.part("workflowMetadata") for part in (manifest.document.part("spec"), spec)]
    for part in {part.where: part for part in (spec.part("podMetadata"), *given)}.values():
        yield from label_problems(part)
    for key in ("podGC", "podDisruptionBudget"):
        yield from selector_problems(spec.part(key))
    yield from _budget(spec.part("podDisruptionBudget"))
    yield from _clean_up(spec)
    yield from hook_problems(manifest, spec)
    for _, tasks in manifest.dags:
        yield from (problem for task in tasks if "hooks" in task for problem in hook_problems(manifest, task))


def hook_problems(manifest: Manifest, part: Part) -> Iterator[Problem]:
    """Problems of the hooks of a workflow or of a task."""
    hooks = part.part("hooks")
    for name in hooks.value:
        hook = hooks.part(str(name))
        yield from nested_problems(hook, HOOK)
        called = hook.text("template")
        if called and called not in manifest.by_name and "{{" not in called:
            yield unknown(hook, "template", called, manifest.by_name, "template")
        if name != "exit" and not hook.text("expression"):
            yield hook.problem("it has no expression", "say when it runs, or name it exit: then it runs at the end")


def _budget(budget: Part) -> Iterator[Problem]:
    """A budget that Kubernetes refuses: the workflow has no status then, for ever and without a word."""
    for key in ("maxUnavailable", "minAvailable"):
        value = budget.value.get(key)
        if isinstance(value, str) and not _PERCENT.match(value):
            yield budget.problem(f"{value!r} is no percentage", "write 1 without quotes, or '50%'", at=key)
        elif isinstance(value, int) and value < 0:
            yield budget.problem(f"{value} is below 0", "write 0 or more", at=key)


def _clean_up(spec: Part) -> Iterator[Problem]:
    for key, value in spec.part("ttlStrategy").value.items():
        if isinstance(value, int) and value < 0:
            yield spec.problem(f"{value} is below 0", "write a number of seconds", at=f"ttlStrategy.{key}")
    delay = spec.part("podGC").text("deleteDelayDuration")
    try:
        if delay:
            backoff_duration(delay)
    except ValueError:
        yield spec.problem(f"{short(delay)} is no duration", "give a unit: 90s or 10m", at="podGC.deleteDelayDuration")
    for claim in spec.parts("volumeClaimTemplates"):
        if not claim.part("metadata").text("name"):
            yield claim.problem("it has no name", "add metadata.name: mounts name it", at="metadata")
