"""What makes Argo refuse or choke on a parameter: its name, its value, and who has to give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.manifest.kinds import KINDS
from argo_kedro.manifest.validation.containers import value_limits
from argo_kedro.manifest.validation.fields import (
    ARGUMENTS,
    INPUTS,
    OUTPUTS,
    PARAMETER,
    VALUE_FROM,
    field_problems,
)
from argo_kedro.manifest.validation.parts import Manifest, Part, names, short
from argo_kedro.manifest.validation.tags import is_unclosed
from argo_kedro.model import Problem

_NAME = re.compile(r"[-a-zA-Z0-9_]+\Z")
_MOST_INPUTS = 500  # maxItems in Argo's full CRDs
# Argo puts values into JSON as Go quotes them: these come out as \x07 or \U000e0001, which is no JSON.
_BREAKS_JSON = re.compile("[\x01-\x07\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_SOURCES = {  # where the outputs of a template come from, by its type
    **dict.fromkeys(("container", "script", "containerSet"), ("path",)),
    **dict.fromkeys(("dag", "steps"), ("parameter", "expression")),
}
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def parameter_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of the workflow's arguments, and of all templates' inputs and outputs."""
    arguments = manifest.spec.part("arguments")
    # Whoever submits a WorkflowTemplate may give the values.
    yield from value_problems(arguments, ARGUMENTS, needs_value=manifest.kind != KINDS["template"])
    for argument in arguments.parts("parameters"):
        yield from _hangs(argument)
    for template in manifest.templates:
        inputs, outputs = template.part("inputs"), template.part("outputs")
        yield from value_problems(inputs, INPUTS)
        yield from value_problems(outputs, OUTPUTS)
        if len(inputs.items("parameters")) > _MOST_INPUTS:
            yield inputs.problem(f"Argo 4 refuses more than {_MOST_INPUTS}", "hand over fewer", at="parameters")
        sources = next((found for kind, found in _SOURCES.items() if kind in template), ())
        for output in outputs.parts("parameters"):
            yield from _source(output, sources)
    for key in ("entrypoint", "onExit"):
        called = manifest.by_name.get(manifest.spec.text(key))
        if called is not None:
            yield from missing_arguments(manifest.spec, arguments, called, unknown_is_fine=True)


def value_problems(part: Part, fields: Mapping[str, str], *, needs_value: bool = False) -> Iterator[Problem]:
    """Problems of inputs, outputs or arguments, and of their parameters."""
    yield from field_problems(part, fields)
    seen: set[str] = set()
    for parameter in part.parts("parameters"):
        yield from field_problems(parameter, PARAMETER)
        if "valueFrom" in parameter:
            yield from field_problems(parameter.part("valueFrom"), VALUE_FROM)
        name, value = parameter.text("name"), parameter.value.get("value")
        if not _NAME.match(name):
            yield parameter.problem(f"{short(name)} is no name for a parameter", "use letters, digits, - and _")
        elif name in seen:
            yield parameter.problem(f"there are two parameters {name!r}", "keep one")
        seen.add(name)
        if needs_value and value is None and "valueFrom" not in parameter:
            yield parameter.problem(f"parameter {name!r} has no value", "give it one; a default does not count here")
        if "enum" in parameter and isinstance(value, str) and value not in parameter.items("enum"):
            hint = f"use one of {', '.join(map(str, parameter.items('enum'))) or 'none'}"
            yield parameter.problem(f"{short(value)} is not in its enum", hint, at="value")
        for key in ("value", "default"):
            yield from value_limits(parameter, key, parameter.value.get(key))
            yield from _control_characters(parameter, key)


def _source(output: Part, sources: tuple[str, ...]) -> Iterator[Problem]:
    if ("value" in output) == ("valueFrom" in output):
        yield output.problem("an output needs either value or valueFrom", "say valueFrom: {path: ...}")
    elif "valueFrom" in output and sources and not any(output.part("valueFrom").value.get(key) for key in sources):
        message = f"it names no {' or '.join(sources)} to take the output from"
        yield output.problem(message, f"say valueFrom: {{{sources[0]}: ...}}", at="valueFrom")


def missing_arguments(
    part: Part, arguments: Part, template: Part, *, unknown_is_fine: bool = False
) -> Iterator[Problem]:
    """Inputs of a template that nobody gives, and arguments that it does not know."""
    given, inputs = names(arguments.items("parameters")), template.part("inputs")
    known = names(inputs.items("parameters"))
    if given == known:
        return
    called = template.text("name")
    for parameter in inputs.parts("parameters"):
        name = parameter.text("name")
        if name and name not in given and not any(key in parameter for key in ("value", "default", "valueFrom")):
            yield part.problem(
                f"template {called!r} needs the parameter {name!r}", "give it in arguments, or a default in inputs"
            )
    for name in sorted(given - known) if not unknown_is_fine else ():
        yield part.problem(
            f"template {called!r} has no parameter {name!r}",
            f"its parameters: {', '.join(sorted(known)) or 'none'}",
            at="arguments",
            severity="warning",  # Argo drops it without a word
        )


def _hangs(argument: Part) -> Iterator[Problem]:
    """A `{{` that nothing closes: the workflow would hang for ever, with an empty status and no event."""
    value = argument.value.get("value")
    if isinstance(value, str) and is_unclosed(value):
        yield argument.problem(
            f"{short(value)} has a '{{{{' that nothing closes: the workflow would hang for ever without a word",
            "write it as \\u007b\\u007b in JSON, or as base64",
            at="value",
        )


def _control_characters(parameter: Part, key: str) -> Iterator[Problem]:
    value: Any = parameter.value.get(key)
    if not isinstance(value, str) or value.isprintable():
        return
    found = _BREAKS_JSON.search(value) or next(
        (hit for hit in _ASTRAL.finditer(value) if not hit[0].isprintable()), None
    )
    if found is not None:
        hint = "encode the value, in base64 for example"
        yield parameter.problem(f"Argo cannot carry the character U+{ord(found[0]):04X}", hint, at=key)
