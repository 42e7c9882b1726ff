"""What must hold between the parts of a manifest, beyond what each part says by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from argo_kedro.local.fields import IGNORED
from argo_kedro.local.templates import Dag, DagTask, Manifest, Pod, Template
from argo_kedro.local.variables import tags
from argo_kedro.model import Problem

_TASK_VALUES = ("status", "exitCode", "startedAt", "finishedAt", "id")
_ROOTS: tuple[str, ...] = (
    *("inputs.", "outputs.", "tasks.", "steps.", "item"),
    *("workflow.parameters.", "workflow.labels.", "workflow.annotations.", "workflow.outputs.", "workflow.priority"),
)
_IN_POD = frozenset({"pod.name", "node.name", "tasks.name", "inputs.parameters"})
_HINT = "a cluster refuses it too, or waits for it for ever"


def no_template_within_itself(manifest: Manifest) -> Iterator[Problem]:
    """A DAG that runs itself never ends."""
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> Iterator[Problem]:
        if name in above:
            circle = " -> ".join((*above[above.index(name) :], name))
            yield Problem(message=f"it runs within itself: {circle}", where=_where(name), hint="break the circle")
        elif name not in done:
            template = manifest.templates[name]
            inner = {task.template for task in template.tasks.values()} if isinstance(template, Dag) else set()
            for other in sorted(inner):
                yield from walk(other, (*above, name))
            done.add(name)

    for name in manifest.templates:
        yield from walk(name, ())


def every_input_has_a_value(manifest: Manifest) -> Iterator[Problem]:
    """A template's input without a value must be given by each task."""
    for name, template in manifest.templates.items():
        if name in (manifest.entrypoint, manifest.on_exit):
            yield from _missing(template, manifest.parameters, f"spec.templates[{name}]", "spec.arguments")
        for task in template.tasks.values() if isinstance(template, Dag) else ():
            where = _where(name, task.name)
            yield from _missing(manifest.templates[task.template], task.arguments, where, "its arguments")


def every_tag_has_a_value(manifest: Manifest) -> Iterator[Problem]:
    """A tag with one of Argo's own roots must stand for something."""
    raw = {str(part.get("name")): part for part in manifest.document["spec"]["templates"]}
    shared = _workflow_tags(manifest)
    for name, template in manifest.templates.items():
        own = shared | {f"inputs.parameters.{parameter}" for parameter in template.inputs}
        if isinstance(template, Dag):
            for task in template.tasks.values():
                yield from _unknown(
                    _texts(task), own | _task_tags(manifest, template, task.name), _where(name, task.name)
                )
            every = {tag for task in template.tasks for tag in _values_of(manifest, template, task)}
            yield from _unknown((output.tag for output in template.outputs), every, _where(name))
        else:
            own |= _IN_POD | {f"outputs.parameters.{output.name}.path" for output in template.outputs}
            kept = {key: value for key, value in raw[name].items() if key not in IGNORED["pod"]}
            yield from _unknown(_strings(kept), own, _where(name))


def no_broken_braces(manifest: Manifest) -> Iterator[Problem]:
    """A lone `{{` in an argument of the workflow hangs it in a cluster, without a word."""
    for name, value in manifest.parameters.items():
        where = f"spec.arguments.parameters[{name}]"
        if value.rfind("{{") > value.rfind("}}"):
            yield Problem(message="its value has '{{' without '}}'", where=where, hint="a cluster hangs on it for ever")
        yield from _unknown([value], set(), where, roots=())


RULES: tuple[Callable[[Manifest], Iterator[Problem]], ...] = (
    no_template_within_itself,
    every_input_has_a_value,
    every_tag_has_a_value,
    no_broken_braces,
)


def _where(template: str, task: str = "") -> str:
    return f"spec.templates[{template}]" + (f".dag.tasks[{task}]" if task else "")


def _missing(template: Template, given: Mapping[str, str], where: str, place: str) -> Iterator[Problem]:
    for name, value in template.inputs.items():
        if value is None and name not in given:
            message = f"input {name!r} of template {template.name!r} has no value"
            yield Problem(message=message, where=where, hint=f"give it in {place}")


def _unknown(texts: Any, known: set[str], where: str, roots: tuple[str, ...] = _ROOTS) -> Iterator[Problem]:
    for tag in dict.fromkeys(tag for text in texts for tag in tags(text)):
        if tag.startswith("="):
            hint = "use a plain {{tag}}, or work it out in the task"
            yield Problem(
                message=f"{{{{{tag}}}}} is an expression, which a local run does not do", where=where, hint=hint
            )
        elif roots and tag not in known and tag.startswith(roots):
            yield Problem(message=f"{{{{{tag}}}}} stands for nothing", where=where, hint=_HINT)


def _workflow_tags(manifest: Manifest) -> set[str]:
    metadata = manifest.document.get("metadata") or {}
    known = {f"workflow.parameters.{name}" for name in (*manifest.parameters, "json")}
    for key in ("labels", "annotations"):
        known |= {f"workflow.{key}.{name}" for name in (*(metadata.get(key) or {}), "json")}
    return known


def _task_tags(manifest: Manifest, dag: Dag, task: str) -> set[str]:
    """What a task may say of the tasks before it."""
    before: set[str] = set()
    todo = [task]
    wanted = any("tasks." in text for text in _texts(dag.tasks[task]))
    while todo and wanted:
        for need in dag.tasks[todo.pop()].depends.names:
            if need not in before:
                before.add(need)
                todo.append(need)
    return {tag for name in before for tag in _values_of(manifest, dag, name)}


def _texts(task: DagTask) -> tuple[str, ...]:
    return (*task.arguments.values(), task.when.text if task.when else "")


def _values_of(manifest: Manifest, dag: Dag, task: str) -> Iterator[str]:
    template: Pod | Dag = manifest.templates[dag.tasks[task].template]
    yield from (f"tasks.{task}.{key}" for key in _TASK_VALUES)
    yield from (f"tasks.{task}.outputs.parameters.{output.name}" for output in template.outputs)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
