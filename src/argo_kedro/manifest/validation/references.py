"""The `{{...}}` of a manifest: each must mean something where it stands, or Argo ends the workflow at its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from argo_kedro.manifest.validation.parts import Manifest, Part, names, short
from argo_kedro.manifest.validation.tags import ROOTS, is_unclosed, tagged, tags
from argo_kedro.manifest.validation.tasks import needs
from argo_kedro.model import Problem

_WORKFLOW = frozenset(("name", "namespace", "mainEntrypoint", "serviceAccountName", "uid", "status"))
_FREE = ("creationTimestamp", "scheduledTime", "duration", "labels", "annotations")  # and whatever follows them
_NAMES = ("tasks.name", "steps.name")
_OF_TASK = frozenset(
    [
        "id",
        "startedAt",
        "finishedAt",
        "hostNodeName",
        "ip",
        "status",
        "exitCode",
        "outputs.result",
        "outputs.parameters",
    ]
)


@dataclass(frozen=True)
class _Scope:
    """What can be referred to in one place."""

    workflow: Callable[[str], bool]
    inputs: frozenset[str]
    artifacts: frozenset[str] = frozenset()
    is_pod: bool = False
    has_items: bool = False
    tasks: frozenset[str] = frozenset()  # those whose results are there
    outputs: Mapping[str, frozenset[str] | None] = field(default_factory=dict)  # None where it cannot be known

    def knows(self, root: str, rest: str) -> bool:
        """Whether `{{root.rest}}` means something here."""
        if root == "inputs":
            kind, _, name = rest.partition(".")
            if kind == "parameters":
                return not name or name in self.inputs
            return kind == "artifacts" and name.removesuffix(".path") in self.artifacts
        if root == "workflow":
            return self.workflow(rest)
        return (root == "item" and self.has_items) or (root == "pod" and self.is_pod)

    def hint(self, root: str) -> str:
        """What could stand here instead."""
        if root == "workflow":
            found = (
                f"{', '.join(sorted(_WORKFLOW))}, parameters.NAME of its arguments, and priority if the spec has one"
            )
            return f"of the workflow there are {found}"
        if root == "inputs":
            return f"inputs here: {', '.join(sorted(self.inputs | self.artifacts)) or 'none'}"
        return "only a task with withItems, withParam or withSequence has items" if root == "item" else "take it out"


def reference_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of all references."""
    workflow = _workflow_variables(manifest)
    yield from _empty_expressions(manifest.spec.part("arguments"))
    tasks = {dag.where: found for dag, found in manifest.dags}
    for template in manifest.templates:
        inputs = template.part("inputs")
        known, artifacts = names(inputs.items("parameters")), names(inputs.items("artifacts"))
        if "steps" in template:  # not what we write: only its expressions are looked at
            yield from _empty_expressions(template)
        elif template.where in tasks:
            scope = _Scope(workflow, known, artifacts)
            yield from _dag_references(manifest, template, tasks[template.where], scope)
        else:
            yield from _problems(template, tagged(template.value), _Scope(workflow, known, artifacts, is_pod=True))


def _dag_references(manifest: Manifest, dag: Part, tasks: Sequence[Part], scope: _Scope) -> Iterator[Problem]:
    by_name = {task.text("name"): task for task in tasks}
    found = [tagged({key: value for key, value in task.value.items() if key != "inline"}) for task in tasks]
    before = _ancestors(tasks) if any("tasks." in text for texts in found for _, text in texts) else {}
    outputs = {name: _outputs(manifest, task) for name, task in by_name.items()}
    for task, texts in zip(tasks, found, strict=True):
        if not texts:
            continue
        name = task.text("name")
        seen = frozenset(before.get(name, ())) | ({name} if "hooks" in task else set())
        loops = any(key in task for key in ("withItems", "withParam", "withSequence"))
        here = _Scope(scope.workflow, scope.inputs, scope.artifacts, False, loops, seen, outputs)
        yield from _problems(task, texts, here, in_task=True)
    everything = _Scope(scope.workflow, scope.inputs, scope.artifacts, False, False, frozenset(by_name), outputs)
    yield from _problems(dag, tagged({key: value for key, value in dag.value.items() if key != "dag"}), everything)


def _problems(
    part: Part, texts: Sequence[tuple[str, str]], scope: _Scope, *, in_task: bool = False
) -> Iterator[Problem]:
    for at, text in texts:
        for name in tags(text):
            reason = _reason(name, scope, in_task)
            if reason:
                message, hint = reason
                yield part.problem(message, hint, at=at)
        if is_unclosed(text, "{{="):
            yield part.problem(f"{short(text)} has a '{{{{=' that nothing closes", "close it with }}", at=at)


def _empty_expressions(part: Part) -> Iterator[Problem]:
    for at, text in tagged(part.value):
        if "=" in tags(text):
            yield part.problem(*_EMPTY, at=at)


_NAME_HINT = "use it in the environment or args of the template: there Argo knows the task"
_EMPTY = ("'{{=}}' is an expression without anything in it", "write one, or take it out: Argo evaluates every {{=...}}")


def _reason(name: str, scope: _Scope, in_task: bool) -> tuple[str, str] | None:
    """What is wrong with a reference, and the way out; None if nothing is."""
    if name.startswith("="):
        return None if name[1:].strip() else _EMPTY
    root, _, rest = name.partition(".")
    if not name.startswith(ROOTS) or root == "outputs":
        return None
    if name in _NAMES:
        return (f"{{{{{name}}}}} means nothing in a task itself", _NAME_HINT) if in_task else None
    if root == "tasks":
        return _task_reason(name, rest, scope)
    if scope.knows(root, rest):
        return None
    return f"{{{{{name}}}}} means nothing here, and Argo refuses that", scope.hint(root)


def _task_reason(name: str, rest: str, scope: _Scope) -> tuple[str, str] | None:
    task, _, what = rest.partition(".")
    if task not in scope.tasks:
        hint = f"let this task wait for {task!r} in depends" if task in scope.outputs else "name a task of this DAG"
        return f"{{{{{name}}}}} is not there: {task!r} is no task that has ended before", hint
    outputs = scope.outputs.get(task)
    if what in _OF_TASK or outputs is None or what.removeprefix("outputs.") in outputs:
        return None
    shown = ", ".join(sorted(outputs)) or "none"
    return f"{{{{{name}}}}} is not there: task {task!r} has no such output", f"its outputs: {shown}"


def _outputs(manifest: Manifest, task: Part) -> frozenset[str] | None:
    template = manifest.by_name.get(task.text("template"))
    if template is None:
        return None
    outputs = template.part("outputs")
    found = {f"{kind}.{name}" for kind in ("parameters", "artifacts") for name in names(outputs.items(kind))}
    return frozenset(found)


def _workflow_variables(manifest: Manifest) -> Callable[[str], bool]:
    """Whether `{{workflow.X}}` means something."""
    spec = manifest.spec
    arguments = names(spec.part("arguments").items("parameters"))
    known = _WORKFLOW | ({"priority"} if "priority" in spec else set())
    known |= {"failures"} if "onExit" in spec or "hooks" in spec else set()
    known |= {f"outputs.{kind}.{name}" for kind, name in _global_outputs(manifest)}
    any_parameter = "workflowTemplateRef" in spec
    known |= {"parameters", "parameters.json"} if arguments or any_parameter else set()
    any_output = any("{{" in name for _, name in _global_outputs(manifest))

    def means_something(rest: str) -> bool:
        if rest in known or rest.startswith(_FREE):
            return True
        if rest.startswith("outputs."):
            return any_output
        return rest.startswith("parameters.") and (any_parameter or rest.removeprefix("parameters.") in arguments)

    return means_something


def _global_outputs(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for template in manifest.templates:
        for kind in ("parameters", "artifacts"):
            for output in template.part("outputs").parts(kind):
                if output.text("globalName"):
                    yield kind, output.text("globalName")


def _ancestors(tasks: Sequence[Part]) -> Mapping[str, frozenset[str]]:
    """All that each task waits for; nothing where tasks wait for each other."""
    found: dict[str, frozenset[str]] = {}
    try:
        graph = {task.text("name"): [name for name, _ in needs(task)] for task in tasks}
        for name in TopologicalSorter(graph).static_order():
            direct = graph.get(name, [])
            found[name] = frozenset(direct).union(*(found[other] for other in direct))
    except ValueError:  # a circle, or what cannot be read: reported elsewhere
        every = frozenset(task.text("name") for task in tasks)
        return dict.fromkeys(every, every)
    return found
