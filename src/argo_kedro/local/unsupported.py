"""What a local run does not do, though a cluster does: all of it is said at once, before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from argo_kedro.local import fields
from argo_kedro.local.conditions import retry_expression, when
from argo_kedro.local.left_out import at_end, reached
from argo_kedro.local.pods import FIELD_PATHS, field_path
from argo_kedro.local.variables import FAILURES_TAG
from argo_kedro.manifest import KINDS
from argo_kedro.manifest.validation.fields import TEMPLATE_TYPES
from argo_kedro.manifest.validation.parts import Manifest, Part, short
from argo_kedro.manifest.validation.tags import ROOTS, tagged, tags
from argo_kedro.model import Problem

_EXPRESSIONS = "known: asInt(lastRetry.exitCode), lastRetry.status, asInt(retries), == != < > in, && || !, ( )"
_OF_METADATA = ("workflow.labels.", "workflow.annotations.")
_FILLED_IN = re.compile(
    r"inputs\.parameters(\..+)?|outputs\.parameters\..+\.path|pod\.name|tasks\.name"
    r"|tasks\.[^.]+\.(status|exitCode|startedAt|finishedAt|id|outputs\.parameters\..+)"
    r"|workflow\.(?!outputs\.|priority|labels\.|annotations\.).+"
)


def unsupported(manifest: Manifest) -> Iterator[Problem]:
    """All that a local run cannot do of a manifest; a template that no task reaches is not looked at."""
    if manifest.kind in (KINDS["template"], KINDS["cron"]):
        hint = "run the Workflow: `kedro argo compile` without --kind writes it, and `kedro argo run` alone does both"
        yield manifest.document.problem(f"a {manifest.kind} makes workflows, and is none itself", hint, at="kind")
        return
    arguments, metadata = manifest.spec.part("arguments"), manifest.document.part("metadata")
    yield from fields.SPEC.refused(manifest.spec)
    yield from _arguments(arguments)
    yield from _tags(arguments, arguments.value, frozenset(), roots=())
    of_metadata = {f"{root}{name}" for root in _OF_METADATA for name in metadata.part(root.split(".")[1]).value}
    known = frozenset(of_metadata.union(f"{root}json" for root in _OF_METADATA))
    templates, without = reached(manifest), {task.where for task in at_end(manifest)}
    for template in templates:
        tasks = [task for task in manifest.tasks.get(template.text("name"), []) if task.where not in without]
        yield from _dag(template, tasks, known) if "dag" in template else _pod(template, known)
    yield from _within_itself(manifest, templates)


def _arguments(arguments: Part) -> Iterator[Problem]:
    yield from fields.ARGUMENTS.refused(arguments)
    for parameter in arguments.parts("parameters"):
        yield from fields.ARGUMENT.refused(parameter)


def _dag(template: Part, tasks: list[Part], known: frozenset[str]) -> Iterator[Problem]:
    yield from fields.DAG_TEMPLATE.refused(template)
    yield from fields.DAG.refused(template.part("dag"))
    yield from _inputs_and_outputs(template, fields.FROM_DAG)
    yield from _tags(template, {key: value for key, value in template.value.items() if key != "dag"}, known)
    for task in tasks:
        yield from fields.TASK.refused(task)
        yield from _arguments(task.part("arguments"))
        yield from _tags(task, task.value, known)
        yield from _when(task)
        if "{{" in task.text("template"):
            yield task.problem("its template is not known before it runs", "name the template", at="template")


def _when(task: Part) -> Iterator[Problem]:
    text = task.text("when")
    try:
        if text:
            when(text)
    except ValueError as error:
        hint = "write it like: {{inputs.parameters.kind}} == full"
        yield task.problem(f"{short(text)} is more than a local run reads: {error}", hint, at="when")


def _pod(template: Part, known: frozenset[str]) -> Iterator[Problem]:
    yield from fields.POD.refused(template)
    yield from _inputs_and_outputs(template, fields.FROM_POD)
    kept = {key: value for key, value in template.value.items() if key not in fields.POD.left_out}
    yield from _tags(template, kept, known)
    yield from _retry(template.part("retryStrategy"))
    if "container" in template:
        yield from _container(template.part("container"))
    else:  # `suspend: {}` says something, too
        yield from (fields.refusal(template, kind) for kind in TEMPLATE_TYPES if template.value.get(kind) == {})


def _container(container: Part) -> Iterator[Problem]:
    yield from fields.CONTAINER.refused(container)
    if not container.value.get("command"):
        yield container.problem("command is missing, and an image's own is not known here", "give the command")
    for variable in container.parts("env"):
        source = variable.part("valueFrom")
        yield from fields.ENV_SOURCE.refused(source)
        if "fieldRef" in source and field_path(source) not in FIELD_PATHS:
            hint = f"known here: {', '.join(FIELD_PATHS)}"
            yield source.problem(f"{short(field_path(source))} exists only in a cluster", hint, at="fieldRef")


def _inputs_and_outputs(template: Part, source: fields.Fields) -> Iterator[Problem]:
    inputs, outputs = template.part("inputs"), template.part("outputs")
    yield from fields.INPUTS.refused(inputs)
    for parameter in inputs.parts("parameters"):
        yield from fields.INPUT.refused(parameter)
    yield from fields.OUTPUTS.refused(outputs)
    for parameter in outputs.parts("parameters"):
        yield from fields.OUTPUT.refused(parameter)
        yield from source.refused(parameter.part("valueFrom"))


def _retry(retry: Part) -> Iterator[Problem]:
    text = retry.text("expression")
    try:
        if text:
            retry_expression(text)
    except ValueError as error:
        yield retry.problem(f"{short(text)} is more than a local run reads: {error}", _EXPRESSIONS, at="expression")
    for key, value in retry.part("backoff").value.items():
        if "{{" in str(value):
            yield retry.problem(f"{short(value)} is not filled in here", "write the value", at=f"backoff.{key}")


def _tags(
    part: Part, value: Mapping[str, Any], known: frozenset[str], *, roots: tuple[str, ...] = ROOTS
) -> Iterator[Problem]:
    for at, text in tagged(value):
        for tag in tags(text):
            if tag == FAILURES_TAG:
                continue
            if tag.startswith("="):
                hint = "use a plain {{tag}}, or work it out in the task"
                yield part.problem(f"{{{{{tag}}}}} is an expression, which a local run does not do", hint, at=at)
            elif tag.startswith(roots) and tag not in known and not _FILLED_IN.fullmatch(tag):
                hint = "take it out, or submit it to a cluster"
                yield part.problem(f"{{{{{tag}}}}} is not filled in by a local run", hint, at=at)


def _within_itself(manifest: Manifest, templates: list[Part]) -> Iterator[Problem]:
    """A cluster runs such a template as long as some `when` says so."""
    called = {
        part.text("name"): {task.text("template") for task in manifest.tasks.get(part.text("name"), ())}
        for part in templates
    }
    try:
        TopologicalSorter(called).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]  # it knows the called one as the one before
        message = f"a template runs within itself, which a local run does not do: {' -> '.join(circle)}"
        yield manifest.by_name[circle[0]].problem(message, "break the circle, or submit it to a cluster")
