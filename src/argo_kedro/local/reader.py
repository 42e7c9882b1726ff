"""A manifest, read as a whole and checked: everything wrong is said at once, before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import yaml

from argo_kedro.errors import CompileError
from argo_kedro.local.dags import dag
from argo_kedro.local.fields import IGNORED, Part
from argo_kedro.local.pods import pod
from argo_kedro.local.rules import RULES
from argo_kedro.local.templates import Dag, Manifest, Template
from argo_kedro.model import Problem

_KNOWN = ("entrypoint", "arguments", "templates", "parallelism", "activeDeadlineSeconds", "onExit")
_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}\Z")  # also keeps the paths of logs inside their folder
_KINDS = ("container", "dag")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the fast one where it is built
    """YAML as Kubernetes reads it: a date is a text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [resolver for resolver in resolvers if resolver[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_manifest(source: str | Mapping[str, Any]) -> Manifest:
    """Read a manifest.

    Raises:
        CompileError: if it is none, or holds something that a local run cannot do; all problems are named.
    """
    document = _document(source)
    problems: list[Problem] = []
    spec = Part(document.get("spec"), "spec", problems)
    spec.only(_KNOWN, IGNORED["spec"])
    manifest = Manifest(
        document=document,
        entrypoint=spec.text("entrypoint"),
        on_exit=spec.text("onExit"),
        parallelism=spec.whole("parallelism"),
        deadline=spec.whole("activeDeadlineSeconds"),
        parameters=_arguments(spec),
        templates=_templates(spec),
        notices=tuple(_notices(spec)),
    )
    if not problems:
        problems = [problem for rule in RULES for problem in rule(manifest)]
    if problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise CompileError(f"This manifest cannot run on this machine:\n{listed}")
    return manifest


def _document(source: str | Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        document = yaml.load(source, Loader=_Loader) if isinstance(source, str) else source
    except yaml.YAMLError as error:
        raise CompileError(f"The manifest is not one YAML document: {error}") from error
    kind = document.get("kind") if isinstance(document, Mapping) else type(document).__name__
    if not isinstance(document, Mapping) or kind != "Workflow":
        raise CompileError(
            f"The manifest is no Argo Workflow: its kind is {kind!r}.", hint="give a file with kind: Workflow"
        )
    if document.get("apiVersion") != "argoproj.io/v1alpha1":
        raise CompileError(f"The manifest's apiVersion is {document.get('apiVersion')!r}, not 'argoproj.io/v1alpha1'.")
    metadata = document.get("metadata") or {}
    parts = [metadata, *(metadata.get(key) or {} for key in ("labels", "annotations") if isinstance(metadata, Mapping))]
    if not all(isinstance(part, Mapping) for part in parts):
        raise CompileError("The manifest's metadata, or its labels or annotations, are no mapping.")
    return document


def _arguments(spec: Part) -> dict[str, str]:
    spec.part("arguments").only(("parameters",))
    arguments = {}
    for parameter in spec.part("arguments").parts("parameters"):
        parameter.only(("name", "value", "default", "enum"), ("description",))
        key = "value" if "value" in parameter else "default"
        value = parameter.text(key)
        if key not in parameter:
            parameter.problem("it has no value", "give it a value")
        elif parameter.value.get("enum") and value not in map(str, parameter.value["enum"]):
            parameter.wrong(key, "it is none of enum", f"give one of {', '.join(map(str, parameter.value['enum']))}")
        arguments[parameter.text("name")] = value
    return arguments


def _templates(spec: Part) -> dict[str, Template]:
    """The templates that can be reached: what else the manifest holds never runs."""
    parts: dict[str, Part] = {}
    for part in spec.parts("templates"):
        name = part.text("name")
        if name in parts:
            part.problem(f"two templates are named {name!r}", "give each its own name")
        parts[name] = part
    read: dict[str, Template] = {}
    todo = [name for name in (spec.text("entrypoint"), spec.text("onExit")) if name]
    if "entrypoint" not in spec:
        spec.problem("entrypoint is missing", "name the template that begins")
    while todo:
        name = todo.pop()
        if name in read or name not in parts:
            continue
        template = _template(parts[name])
        if template is not None:
            read[name] = template
            todo += [task.template for task in template.tasks.values()] if isinstance(template, Dag) else []
        else:
            del parts[name]
    _report_unknown(spec, read, parts)
    return read


def _template(part: Part) -> Template | None:
    kinds = [kind for kind in _KINDS if kind in part]
    if not _NAME.match(part.text("name")):
        part.wrong("name", "it is no name of a template", "use letters, digits and '-'")
    if kinds == ["container"]:
        return pod(part)
    if kinds == ["dag"]:
        template = dag(part)
        for task in template.tasks:
            if not _NAME.match(task):
                part.problem(f"{task!r} is no name of a task", "use letters, digits and '-'")
        return template
    part.only((*_KINDS, "name", "inputs", "outputs"), IGNORED["pod"] | IGNORED["dag"])
    if not any(problem.where == part.where for problem in part.problems):
        part.problem("it is neither a container nor a dag", "give it exactly one of the two")
    return None


def _report_unknown(spec: Part, read: Mapping[str, Template], parts: Mapping[str, Part]) -> None:
    broken = {part.where for part in spec.parts("templates")} - {part.where for part in parts.values()}
    known = ", ".join(sorted(parts)) or "none"
    for key in ("entrypoint", "onExit"):
        if key in spec and spec.text(key) not in read and f"spec.templates[{spec.text(key)}]" not in broken:
            spec.problem(f"{key} is {spec.text(key)!r}, which is no template", f"defined: {known}")
    for template in read.values():
        for task in template.tasks.values() if isinstance(template, Dag) else ():
            if task.template not in read and f"spec.templates[{task.template}]" not in broken:
                where = f"spec.templates[{template.name}].dag.tasks[{task.name}]"
                message = f"its template {task.template!r} is not in this manifest"
                spec.problems.append(Problem(message=message, where=where, hint=f"defined: {known}"))


def _notices(spec: Part) -> Iterator[str]:
    for part in spec.parts("templates"):
        for key in ("sidecars", "initContainers"):
            for container in part.parts(key):
                name, image = container.text("name", "?"), container.text("image", "?")
                yield (
                    f"Template {part.text('name')!r} has {name!r} ({image}) under {key}: it is not started here;"
                    " start it yourself where the task needs it."
                )
