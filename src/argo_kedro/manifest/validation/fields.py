"""The fields that Argo and Kubernetes know, and what kind of value each takes: those of Argo 3.5 to 4.1.

The API server drops or refuses a field that it does not know, and refuses a value of another kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from argo_kedro.manifest.validation.parts import REFERENCE, Part, short
from argo_kedro.model import Problem
from argo_kedro.names import nearest

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
    "any": ((object,), "", ""),
}
_ITEMS: Mapping[str, tuple[type, ...]] = {"texts": (str,), "mappings": (dict, Mapping)}  # dict first: it is fast


def _fields(**names: str) -> Mapping[str, str]:
    kinds = {kind.replace("_", " "): listed.split() for kind, listed in names.items()}
    return MappingProxyType({name: kind for kind, listed in kinds.items() for name in listed})


_POD = _fields(
    flag="automountServiceAccountToken",
    mappings="hostAliases resourceClaims tolerations volumes",
    mapping="affinity executor metrics nodeSelector podResources securityContext synchronization retryStrategy",
    text="podSpecPatch schedulerName serviceAccountName",
)
DOCUMENT = _fields(text="apiVersion kind", mapping="metadata spec status")
SPEC = {
    **_POD,
    **_fields(
        flag="archiveLogs hostNetwork suspend",
        list="executorPlugins",
        mappings="imagePullSecrets templates volumeClaimTemplates",
        mapping="arguments artifactGC artifactRepositoryRef dnsConfig hooks podDisruptionBudget podGC podMetadata"
        " templateDefaults ttlStrategy volumeClaimGC workflowMetadata workflowTemplateRef",
        number="activeDeadlineSeconds parallelism priority podPriority",
        text="dnsPolicy entrypoint onExit podPriorityClassName shutdown",
    ),
}
CRON = _fields(
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
    **_fields(
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
DAG = _fields(flag="failFast", mappings="tasks", text="target")
TASK = _fields(
    texts="dependencies",
    list="withItems",
    mapping="arguments continueOn hooks templateRef withSequence",
    any="inline",
    text="depends name onExit template when withParam",
)
ARGUMENTS = INPUTS = _fields(mappings="artifacts parameters")
OUTPUTS = _fields(mappings="artifacts parameters", text="exitCode result")
PARAMETER = _fields(texts="enum", mapping="valueFrom", text="default description globalName name value")
VALUE_FROM = _fields(
    mapping="configMapKeyRef supplied", text="default event expression jqFilter jsonPath parameter path"
)
RETRY = _fields(mapping="affinity backoff", number_or_text="limit", text="expression retryPolicy")
BACKOFF = _fields(number_or_text="factor", text="cap duration maxDuration")
CONTAINER = _fields(
    flag="stdin stdinOnce tty",
    texts="args command",
    mappings="env envFrom ports resizePolicy restartPolicyRules volumeDevices volumeMounts",
    mapping="lifecycle livenessProbe readinessProbe resources securityContext startupProbe",
    text="image imagePullPolicy name restartPolicy terminationMessagePath terminationMessagePolicy workingDir",
)
SIDECAR = {**CONTAINER, "mirrorVolumeMounts": "flag"}
SCRIPT = {**CONTAINER, "source": "text"}
ENV = _fields(mapping="valueFrom", text="name value")
ENV_SOURCE = _fields(mapping="configMapKeyRef fieldRef fileKeyRef resourceFieldRef secretKeyRef")
RESOURCES = _fields(mappings="claims", mapping="limits requests")
MOUNT = _fields(flag="readOnly", text="mountPath mountPropagation name recursiveReadOnly subPath subPathExpr")

_PLACES = {  # where fields belong that often stand in the wrong place
    **dict.fromkeys(
        ("podSpecPatch", "retryStrategy", "nodeSelector", "tolerations", "affinity"), "the task's template"
    ),
    **dict.fromkeys(("image", "command", "args", "env", "resources", "volumeMounts"), "the template's container"),
}


def field_problems(part: Part, fields: Mapping[str, str]) -> Iterator[Problem]:
    """Fields that do not exist here, and values of the wrong kind. An absent value is fine, and so is null."""
    for name, value in part.value.items():
        kind = fields.get(name)
        if kind is None:
            yield part.problem(f"{name!r} is not a field here", _way_out(name, fields))
        elif value is not None and not _fits(value, kind):
            _, words, hint = _KINDS[kind]
            yield part.problem(f"{short(value)} is not {words}", hint, at=name)


def _fits(value: Any, kind: str) -> bool:
    if kind in _ITEMS:
        return isinstance(value, list) and all(isinstance(item, _ITEMS[kind]) for item in value)
    types = _KINDS[kind][0]
    if isinstance(value, bool):  # a bool is an int in Python
        return bool in types or object in types
    return isinstance(value, types)


def _way_out(name: object, fields: Mapping[str, str]) -> str:
    if name in _PLACES:
        return f"it belongs into {_PLACES[str(name)]}"
    close = nearest(str(name), fields)
    return f"did you mean {close!r}?" if close else f"known here: {', '.join(sorted(fields))}"
