"""The fields that Argo and Kubernetes know, and what kind of value each takes: those of Argo 3.5 to 4.1.

The API server drops or refuses a field that it does not know, and refuses a value of another kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from argo_kedro.manifest.validation.parts import REFERENCE, Part, short
from argo_kedro.model import Problem, Severity
from argo_kedro.names import nearest
from argo_kedro.quantities import amount

# Kinds of values: the types that Python reads them as, and the words for them.
_KINDS: Mapping[str, tuple[tuple[type, ...], str, str]] = {
    "text": ((str,), "a text", "put it into quotes"),
    "number": ((int,), "a whole number", "write it without quotes and without a point"),
    "number or text": ((int, str), "a whole number or a text", "put it into quotes"),
    "flag": ((bool,), "true or false", "write true or false, without quotes"),
    "list": ((list,), "a list", REFERENCE),
    "texts": ((list,), "a list of texts", "put each into quotes"),
    "mappings": ((list,), "a list of mappings", REFERENCE),
    "mapping": ((Mapping,), "a mapping", REFERENCE),
    "numbers": ((list,), "a list of whole numbers", "write them without quotes and without points"),
    "named texts": ((Mapping,), "a mapping of texts", "put each value into quotes"),
    "quantities": ((Mapping,), "a mapping of Kubernetes quantities", "write them as texts such as '4' or '16Gi'"),
    "quantity": ((int, str), "a Kubernetes quantity", "write it as a text such as '512Mi' or '16Gi'"),
    "any": ((object,), "", ""),
}
_ITEMS: Mapping[str, tuple[type, ...]] = {  # dict first: it is fast
    "texts": (str,),
    "mappings": (dict, Mapping),
    "numbers": (int,),
}


def fields(**names: str) -> Mapping[str, str]:
    """Names of fields by the kind of value they take: `text="name key"`, `number_or_text="limit"`."""
    kinds = {kind.replace("_", " "): listed.split() for kind, listed in names.items()}
    return MappingProxyType({name: kind for kind, listed in kinds.items() for name in listed})


_POD = fields(
    flag="automountServiceAccountToken",
    mappings="hostAliases resourceClaims tolerations volumes",
    mapping="affinity executor metrics nodeSelector podResources securityContext synchronization retryStrategy",
    text="podSpecPatch schedulerName serviceAccountName",
)
DOCUMENT = fields(text="apiVersion kind", mapping="metadata spec status")
SPEC = {
    **_POD,
    **fields(
        flag="archiveLogs hostNetwork suspend",
        list="executorPlugins",
        mappings="imagePullSecrets templates volumeClaimTemplates",
        mapping="arguments artifactGC artifactRepositoryRef dnsConfig hooks podDisruptionBudget podGC podMetadata"
        " templateDefaults ttlStrategy volumeClaimGC workflowMetadata workflowTemplateRef",
        number="activeDeadlineSeconds parallelism priority podPriority",
        text="dnsPolicy entrypoint onExit podPriorityClassName shutdown",
    ),
}
CRON = fields(
    flag="suspend",
    texts="schedules",
    mapping="stopStrategy workflowMetadata workflowSpec",
    number="failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit",
    text="concurrencyPolicy timezone when",  # `schedule` is gone since Argo 4
)
TEMPLATE_TYPES = (
    "container",
    "dag",
    "script",
    "steps",
    "containerSet",
    "resource",
    "suspend",
    "http",
    "data",
    "plugin",
)
TEMPLATE = {
    **_POD,
    **fields(
        flag="daemon failFast",
        list="steps",
        mappings="initContainers sidecars",
        mapping="annotations archiveLocation container containerSet dag data http inputs memoize metadata outputs"
        " plugin resource script suspend",
        number="parallelism priority",
        number_or_text="activeDeadlineSeconds",
        text="name pendingTimeout priorityClassName timeout",
    ),
}
DAG = fields(flag="failFast", mappings="tasks", text="target")
TASK = fields(
    texts="dependencies",
    list="withItems",
    mapping="arguments continueOn hooks templateRef withSequence",
    any="inline",
    text="depends name onExit template when withParam",
)
ARGUMENTS = INPUTS = fields(mappings="artifacts parameters")
OUTPUTS = fields(mappings="artifacts parameters", text="exitCode result")
PARAMETER = fields(texts="enum", mapping="valueFrom", text="default description globalName name value")
VALUE_FROM = fields(
    mapping="configMapKeyRef supplied", text="default event expression jqFilter jsonPath parameter path"
)
RETRY = fields(mapping="affinity backoff", number_or_text="limit", text="expression retryPolicy")
BACKOFF = fields(number_or_text="factor", text="cap duration maxDuration")
CONTAINER = fields(
    flag="stdin stdinOnce tty",
    texts="args command",
    mappings="env envFrom ports resizePolicy restartPolicyRules volumeDevices volumeMounts",
    mapping="lifecycle livenessProbe readinessProbe resources securityContext startupProbe",
    text="image imagePullPolicy name restartPolicy terminationMessagePath terminationMessagePolicy workingDir",
)
SIDECAR = {**CONTAINER, "mirrorVolumeMounts": "flag"}
SCRIPT = {**CONTAINER, "source": "text"}

_PLACES = {  # where fields belong that often stand in the wrong place
    **dict.fromkeys(
        ("podSpecPatch", "retryStrategy", "nodeSelector", "tolerations", "affinity"), "the task's template"
    ),
    **dict.fromkeys(
        ("image", "command", "args", "env", "envFrom", "resources", "volumeMounts"), "the template's container"
    ),
    **dict.fromkeys(
        ("allowPrivilegeEscalation", "capabilities", "privileged", "readOnlyRootFilesystem"),
        "the container's securityContext",
    ),
    **dict.fromkeys(("fsGroup", "supplementalGroups", "sysctls"), "the template's securityContext, or the spec's"),
    **dict.fromkeys(("podGC", "ttlStrategy", "imagePullSecrets", "podDisruptionBudget", "podMetadata"), "the spec"),
}
_GONE = {  # what older Argos had
    "mutex": "write mutexes: [{name: ...}]: Argo 4 has no mutex any more",
    "semaphore": "write semaphores: [{configMapKeyRef: ...}]: Argo 4 has no semaphore any more",
    "schedule": 'write schedules: ["..."]: Argo 4 has no schedule any more',
}


def field_problems(part: Part, known: Mapping[str, str], *, unknown: Severity = "error") -> Iterator[Problem]:
    """Fields that do not exist here, and values of the wrong kind. An absent value is fine, and so is null."""
    for name, value in part.value.items():
        kind = known.get(name)
        if kind is None:
            yield part.problem(f"{name!r} is not a field here", _way_out(name, known), severity=unknown)
        elif value is not None and not _fits(value, kind):
            _, words, hint = _KINDS[kind]
            yield part.problem(f"{short(value)} is not {words}", hint, at=name)


def _fits(value: Any, kind: str) -> bool:
    types = _KINDS[kind][0]
    if isinstance(value, bool):  # a bool is an int in Python
        return bool in types or object in types
    return isinstance(value, types) and _holds(value, kind)


def _holds(value: Any, kind: str) -> bool:
    """Whether what is in a value is right, too."""
    if kind in _ITEMS:
        return all(isinstance(item, _ITEMS[kind]) and not isinstance(item, bool) for item in value)
    if kind == "named texts":
        return all(item is None or isinstance(item, str) for item in value.values())
    if kind == "quantities":
        return all(item is None or quantity(item) is not None for item in value.values())
    return kind != "quantity" or quantity(value) is not None


def quantity(value: Any) -> Decimal | None:
    """A quantity as Kubernetes writes them; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    try:
        return amount(str(value))
    except ValueError:
        return None


def _way_out(name: object, known: Mapping[str, str]) -> str:
    if name in _GONE:
        return _GONE[str(name)]
    if name in _PLACES:
        return f"it belongs into {_PLACES[str(name)]}"
    close = nearest(str(name), known)
    return f"did you mean {close!r}?" if close else f"known here: {', '.join(sorted(known))}"
