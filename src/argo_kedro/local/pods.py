"""A `container` template of the manifest, read."""

from __future__ import annotations

from collections.abc import Mapping

from argo_kedro.local.conditions import retry_expression
from argo_kedro.local.machine import demand_of
from argo_kedro.local.templates import EnvVar, Output, Pod, Retry
from argo_kedro.manifest.validation.durations import backoff_duration
from argo_kedro.manifest.validation.parts import Part

FIELD_TAGS: Mapping[str, str] = {  # the tag that says the same
    "metadata.name": "pod.name",
    "metadata.namespace": "workflow.namespace",
    "metadata.labels['workflows.argoproj.io/workflow']": "workflow.name",
}
FIELD_PATHS = (
    *FIELD_TAGS,
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
)


def pod(part: Part) -> Pod:
    """Read a template that has a container."""
    container = part.part("container")
    return Pod(
        name=part.text("name"),
        command=(*container.items("command"), *container.items("args")),
        # A home in a pod, such as the /tmp of one with a read-only root, is no home here.
        env=tuple(_variable(variable) for variable in container.parts("env") if variable.text("name") != "HOME"),
        inputs=inputs(part),
        outputs=outputs(part),
        retry=_retry(part.part("retryStrategy")) if "retryStrategy" in part else None,
        deadline=_number_or_text(part, "activeDeadlineSeconds") or "",
        timeout=part.text("timeout"),
        service_account=part.text("serviceAccountName"),
        demand=demand_of(container.part("resources").value),
    )


def inputs(part: Part) -> Mapping[str, str | None]:
    """The input parameters of a template, each with its value where no argument is given."""
    return {
        parameter.text("name"): parameter.value.get("value" if "value" in parameter else "default")
        for parameter in part.part("inputs").parts("parameters")
    }


def outputs(part: Part) -> tuple[Output, ...]:
    """The output parameters of a template."""
    read = []
    for parameter in part.part("outputs").parts("parameters"):
        origin = parameter.part("valueFrom")
        path, tag = origin.text("path"), origin.text("parameter")
        read.append(Output(name=parameter.text("name"), path=path, tag=tag, default=origin.value.get("default")))
    return tuple(read)


def field_path(source: Part) -> str:
    """The field of the pod that a variable takes its value from."""
    return source.part("fieldRef").text("fieldPath").replace('"', "'")


def _variable(variable: Part) -> EnvVar:
    source = variable.part("valueFrom")
    taken = "secret" if "secretKeyRef" in source or "configMapKeyRef" in source else field_path(source)
    return EnvVar(name=variable.text("name"), value=variable.text("value"), source=taken)


def _retry(part: Part) -> Retry:
    backoff = part.part("backoff")
    expression = retry_expression(part.text("expression")) if part.text("expression") else None
    return Retry(
        limit=_number_or_text(part, "limit"),
        policy=part.text("retryPolicy") or ("Always" if expression else "OnFailure"),
        expression=expression,
        wait=_seconds(backoff, "duration") or 0.0,
        factor=max(float(_number_or_text(backoff, "factor") or 1), 1.0),  # Argo takes 0 for none
        longest_wait=_seconds(backoff, "cap"),
        max_duration=_seconds(backoff, "maxDuration"),
    )


def _number_or_text(part: Part, key: str) -> str | None:
    return str(part.value[key]) if key in part else None


def _seconds(part: Part, key: str) -> float | None:
    return backoff_duration(part.text(key)) if part.text(key) else None
