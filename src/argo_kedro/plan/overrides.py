"""`workflow` of argo.yml: raw fields of the Workflow's spec, merged over all that argo-kedro writes there itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from argo_kedro.model import ENTRYPOINT, PARAMS, Json, Problem, Template, Workflow
from argo_kedro.names import nearest
from argo_kedro.patches import patch_text
from argo_kedro.plan.problems.references import undefined
from argo_kedro.plan.rules import FILE

_WHERE = f"{FILE} workflow"
_PATCH = "podSpecPatch"
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")  # it stands in the manifest without quotes
_OWN_PLACE = ("serviceAccountName", "onExit", "templates")  # fields of Workflow
# Lists whose items are merged if they have one name; of any other, an item stands in place of one with its name.
_DEEP = ("templates", "containers", "initContainers", "sidecars", "tasks")


def overridden(workflow: Workflow, fields: Json) -> Workflow:
    """The workflow with these fields over its own; `override_problems` must have found nothing.

    Mappings are merged, a null takes a field out, lists of named things are merged by name.
    """
    if not fields:
        return workflow
    spec = {key: value for key, value in fields.items() if key not in _OWN_PLACE}
    base = dict(workflow.spec)
    if "arguments" in spec and workflow.parameters:
        given = [{"name": name, "value": value} for name, value in workflow.parameters.items()]
        base["arguments"] = {"parameters": given}
    note = f"`workflow` in argo.yml says more of the manifest: {', '.join(sorted(fields))}."
    made = replace(
        workflow,
        service_account=fields.get("serviceAccountName", workflow.service_account) or "",
        on_exit=fields.get("onExit", workflow.on_exit) or "",
        spec=_merged(base, spec),
        templates=_templates(workflow.templates, fields.get("templates") or ()),
        notes=(*workflow.notes, note),
    )
    return replace(made, problems=(*made.problems, *_uncalled(workflow, made)))


def override_problems(workflow: Workflow, fields: Json) -> Iterator[Problem]:
    """Why these fields cannot be merged; whether Argo takes the result, the validation of the manifest says."""
    yield from _names(fields, _WHERE)
    if "workflowMetadata" in fields:
        hint = "write them under policies.labels and policies.annotations."
        yield Problem(message="labels and annotations have a place of their own.", where=_WHERE, hint=hint)
    templates = fields.get("templates") or []
    if not _are_named(templates):
        hint = "write them as in Argo's own manifests: templates: [{name: ..., ...}]."
        yield Problem(message="each template needs a name.", where=f"{_WHERE}.templates", hint=hint)
        return
    yield from _template_problems(workflow, templates)
    known = {template.name for template in workflow.templates if not template.ref}
    known |= {ENTRYPOINT, *(template["name"] for template in templates)}
    for key in ("entrypoint", "onExit"):
        if fields.get(key) is not None and str(fields[key]) not in known:  # a list or a mapping, too
            yield undefined("template", str(fields[key]), known, f"{_WHERE}.{key}")
    yield from _argument_problems(fields.get("arguments"))
    yield from _patch_problems(workflow.spec, fields, _WHERE)


def with_source(problems: Iterable[Problem], fields: Json) -> list[Problem]:
    """The problems of a manifest, those with a word more that stand where `workflow` of argo.yml had its say."""
    hint = "`workflow` in argo.yml may be where it comes from"
    return [
        replace(problem, hint=f"{problem.hint}{';' * (problem.hint[-1:] not in '?.')} {hint}")
        if _is_of(problem, fields)
        else problem
        for problem in problems
    ]


def _is_of(problem: Problem, fields: Json) -> bool:
    place = problem.where.rpartition(" ")[2].removeprefix("spec.").removeprefix("workflowSpec.")
    first, second, *_ = [*re.split(r"[.\[]", place), ""]
    if first == "templates":
        return any(template["name"] == second for template in fields.get("templates") or ())
    return first in fields or any(problem.message.startswith(repr(key)) for key in fields)


def _template_problems(workflow: Workflow, templates: Iterable[Json]) -> Iterator[Problem]:
    theirs = {template.name for template in workflow.templates if template.ref}
    seen: set[str] = set()
    for template in templates:
        name, where = template["name"], f"{_WHERE}.templates.{template['name']}"
        reason = "is the DAG of all tasks, which is made of the pipeline" if name == ENTRYPOINT else ""
        reason = "is one of the platform's, which no manifest changes" if name in theirs else reason
        reason = "stands there twice" if name in seen else reason
        seen.add(name)
        if reason:
            hint = "name another template, or add one under another name."
            yield Problem(message=f"template {name!r} {reason}.", where=f"{_WHERE}.templates", hint=hint)
        yield from _names(template, where)
        container = template.get("container") or {}
        if isinstance(container, Mapping):
            yield from _names(container, f"{where}.container")
        else:
            hint = "write its fields as in Argo's own manifests: container: {image: ...}."
            yield Problem(message=f"{container!r} is no container.", where=f"{where}.container", hint=hint)
        body = next((each.body for each in workflow.templates if each.name == name), {})
        yield from _patch_problems(body, template, where)


def _names(fields: Mapping[Any, Any], where: str) -> Iterator[Problem]:
    for name in fields:
        if not isinstance(name, str) or not _FIELD.match(name):
            hint = "see https://argo-workflows.readthedocs.io/en/latest/fields/"
            yield Problem(message=f"{name!r} is no name of a field.", where=where, hint=hint)


def _argument_problems(arguments: Any) -> Iterator[Problem]:
    if arguments is None:
        return
    parameters = arguments.get("parameters") if isinstance(arguments, Mapping) else arguments
    if not isinstance(arguments, Mapping) or not _are_named(parameters or []):
        hint = "write them as in Argo's own manifests: arguments: {parameters: [{name: ..., value: ...}]}."
        yield Problem(message="each parameter needs a name.", where=f"{_WHERE}.arguments", hint=hint)
    elif any(parameter["name"] == PARAMS for parameter in parameters or ()):
        yield Problem(
            message=f"parameter {PARAMS!r} carries --params.",
            where=f"{_WHERE}.arguments.parameters",
            hint="give your own another name; values for the pipeline belong into parameters.yml.",
        )


def _patch_problems(base: Json, fields: Json, where: str) -> Iterator[Problem]:
    if not base.get(_PATCH) or not fields.get(_PATCH):
        return  # nothing to merge: it may hold {{...}} that make it no YAML until Argo fills them in
    try:
        readable = isinstance(_patch(fields[_PATCH]), Mapping)
    except yaml.YAMLError:
        readable = False
    if not readable:
        yield Problem(
            message="it cannot be merged with the podSpecPatch that argo-kedro writes: it is no YAML of a mapping.",
            where=f"{where}.{_PATCH}",
            hint="write a mapping, with {{...}} in quotes.",
        )


def _templates(templates: Iterable[Template], fields: Iterable[Json]) -> tuple[Template, ...]:
    over = {item["name"]: {key: value for key, value in item.items() if key != "name"} for item in fields}
    changed = [
        replace(template, body=_merged(template.body, over.pop(template.name))) if template.name in over else template
        for template in templates
    ]
    return (*changed, *(Template(name=name, body=_merged({}, body)) for name, body in over.items()))


def _merged(base: Any, over: Any, key: str = "") -> Any:
    if key == _PATCH and over is not None:
        if not base:
            return over if isinstance(over, str) else json.dumps(over)
        return patch_text([_patch(base), _patch(over)])
    if isinstance(over, Mapping):
        old = base if isinstance(base, Mapping) else {}
        found = {**old, **{name: _merged(old.get(name), value, name) for name, value in over.items()}}
        return {name: value for name, value in found.items() if over.get(name, value) is not None}
    if isinstance(base, list) and _are_named(base) and _are_named(over) and over:
        named = {item["name"]: item for item in base}
        for item in over:
            old = named.get(item["name"], {}) if key in _DEEP else {}
            named[item["name"]] = _merged(old, item)
        return list(named.values())
    return over


def _uncalled(before: Workflow, after: Workflow) -> Iterator[Problem]:
    """New templates that nothing runs: mostly a typing error in the name of one that was to be changed."""
    known = {template.name for template in before.templates}
    called = {after.on_exit, after.spec.get("entrypoint")}
    called |= set(_called([after.spec, *(template.body for template in after.templates)]))
    for template in after.templates:
        if template.name not in {*known, *called}:
            close = nearest(template.name, known)
            yield Problem(
                message=f"template {template.name!r} is a new one, and nothing in this workflow runs it.",
                where=f"{_WHERE}.templates",
                hint=f"{f'did you mean {close!r}? ' if close else ''}Those that are there: {', '.join(sorted(known))}.",
                severity="warning",
            )


def _called(value: Any) -> Iterator[str]:
    """The names of templates that steps, tasks and hooks run."""
    if isinstance(value, Mapping):
        if isinstance(value.get("template"), str):
            yield value["template"]
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for item in value:
        yield from _called(item)


def _patch(value: Any) -> Any:
    return value if isinstance(value, Mapping) else yaml.safe_load(str(value))


def _are_named(items: Any) -> bool:
    return isinstance(items, (list, tuple)) and all(
        isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in items
    )
