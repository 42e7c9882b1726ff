"""A `container` template of the manifest, read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from argo_kedro.local.conditions import RetryExpression, retry_expression
from argo_kedro.local.durations import backoff_duration, duration
from argo_kedro.local.fields import IGNORED, Part
from argo_kedro.local.machine import Demand, demand_of
from argo_kedro.local.templates import EnvVar, Output, Pod, Retry

FIELD_PATHS = ("metadata.name", "metadata.namespace", "metadata.labels['workflows.argoproj.io/workflow']")
_KNOWN = ("name", "container", "inputs", "outputs", "retryStrategy", "activeDeadlineSeconds", "timeout")
_POLICIES = ("Always", "OnFailure", "OnError", "OnTransientError")


def pod(part: Part) -> Pod:
    """Read a template that has a container."""
    part.only(_KNOWN, IGNORED["pod"])
    container = part.part("container")
    container.only(("command", "args", "env", "envFrom", "resources", "image"), IGNORED["container"])
    command = container.strings("command")
    if not command:
        container.problem("command is missing, and an image's own is not known here", "give the command")
    return Pod(
        name=part.text("name"),
        command=(*command, *container.strings("args")),
        env=tuple(_env(container)),
        inputs=inputs(part),
        outputs=outputs(part, "path"),
        retry=_retry(part.part("retryStrategy")) if "retryStrategy" in part else None,
        deadline=part.text("activeDeadlineSeconds"),
        timeout=_timeout(part),
        demand=_demand(container),
    )


def inputs(part: Part) -> Mapping[str, str | None]:
    """The input parameters of a template, each with its value where no argument is given."""
    part.part("inputs").only(("parameters",))
    read: dict[str, str | None] = {}
    for parameter in part.part("inputs").parts("parameters"):
        parameter.only(("name", "value", "default"), ("description", "enum"))
        key = "value" if "value" in parameter else "default"
        read[parameter.text("name")] = parameter.text(key) if key in parameter else None
    return read


def outputs(part: Part, source: str) -> tuple[Output, ...]:
    """The output parameters of a template, from the one source that its kind has."""
    part.part("outputs").only(("parameters",))
    read = []
    for parameter in part.part("outputs").parts("parameters"):
        parameter.only(("name", "valueFrom"), ("description",))
        origin = parameter.part("valueFrom")
        origin.only((source, "default"))
        if source not in origin:
            origin.problem(f"{source} is missing", f"give valueFrom.{source}")
        default = origin.text("default") if "default" in origin else None
        tag, path = (origin.text(source), "") if source == "parameter" else ("", origin.text(source))
        read.append(Output(name=parameter.text("name"), path=path, tag=tag, default=default))
    return tuple(read)


def _env(container: Part) -> list[EnvVar]:
    read = []
    for variable in container.parts("env"):
        variable.only(("name", "value", "valueFrom"))
        name = variable.text("name")
        if not name or "=" in name:
            variable.problem("it has no usable name", "name every variable")
        if not isinstance(variable.value.get("value", ""), str):
            variable.wrong("value", "it is no string", "put it into quotes; Kubernetes refuses it too")
        read.append(EnvVar(name=name, value=variable.text("value"), source=_source(variable.part("valueFrom"))))
    return read


def _source(origin: Part) -> str:
    origin.only(("secretKeyRef", "configMapKeyRef", "fieldRef"))
    if "secretKeyRef" in origin or "configMapKeyRef" in origin:
        return "secret"
    if "fieldRef" not in origin:
        return ""
    path = origin.part("fieldRef").text("fieldPath").replace('"', "'")
    if path not in FIELD_PATHS:
        origin.problem(f"fieldPath {path!r} exists only in a cluster", f"known here: {', '.join(FIELD_PATHS)}")
    return path


def _retry(part: Part) -> Retry:
    part.only(("limit", "retryPolicy", "expression", "backoff"), ("affinity",))
    expression = _expression(part) if "expression" in part else None
    policy = part.text("retryPolicy") or ("Always" if expression else "OnFailure")
    if policy not in _POLICIES:
        part.wrong("retryPolicy", "it is unknown", f"known: {', '.join(_POLICIES)}")
    backoff = part.part("backoff")
    backoff.only(("duration", "factor", "maxDuration", "cap"))
    return Retry(
        limit=part.text("limit") if "limit" in part else None,
        policy=policy,
        expression=expression,
        wait=_seconds(backoff, "duration") or 0.0,
        factor=_factor(backoff),
        longest_wait=_seconds(backoff, "cap"),
        max_duration=_seconds(backoff, "maxDuration"),
    )


def _expression(part: Part) -> RetryExpression | None:
    text = part.text("expression")
    try:
        return retry_expression(text)
    except ValueError as error:
        part.wrong(
            "expression", error, "known: asInt(lastRetry.exitCode), lastRetry.status, == != < > in, && || !, ( )"
        )
    return None


def _seconds(part: Part, key: str) -> float | None:
    try:
        return backoff_duration(part.text(key)) if key in part else None
    except ValueError as error:
        part.wrong(key, error)
    return None


def _factor(part: Part) -> float:
    text = part.text("factor", "1")
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        part.wrong("factor", "it is no number")
        return 1.0
    return float(text)


def _timeout(part: Part) -> str:
    text = part.text("timeout")
    try:
        if text and "{{" not in text:
            duration(text)
    except ValueError as error:
        part.wrong("timeout", error)
    return text


def _demand(container: Part) -> Demand:
    resources = container.part("resources")
    resources.only(("requests", "limits"), ("claims",))
    try:
        return demand_of({key: resources.part(key).value for key in ("requests", "limits")})
    except ValueError as error:
        resources.problem(str(error), "use a Kubernetes quantity")
    return Demand()
