"""What makes Argo refuse a DAG: its tasks, what they wait for, and what they hand over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from argo_kedro.manifest.nesting import LIMIT
from argo_kedro.manifest.validation.depends import OF_ITEMS, Ended, ends, parsed
from argo_kedro.manifest.validation.fields import ARGUMENTS, DAG, TASK, field_problems
from argo_kedro.manifest.validation.nested import nested, nested_problems
from argo_kedro.manifest.validation.parameters import missing_arguments, value_problems
from argo_kedro.manifest.validation.parts import Manifest, Part, short
from argo_kedro.model import Problem
from argo_kedro.names import nearest

NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,127}\Z")
TEMPLATE_REF = nested(flag="clusterScope", text="name template", needs="name template")
_LOOPS = ("withItems", "withParam", "withSequence")
_CALLED = ("template", "templateRef", "inline")


def dag_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of all DAG templates."""
    for template, tasks in manifest.dags:
        dag = template.part("dag")
        yield from field_problems(dag, DAG)
        if not tasks:
            yield dag.problem("it has no tasks", "add one: Argo refuses an empty DAG", at="tasks")
        if len(tasks) > LIMIT:
            message = f"{len(tasks)} tasks: Argo 4 refuses more than {LIMIT} in one DAG"
            yield dag.problem(message, "put some of them into a DAG template of their own", at="tasks")
        by_name = {task.text("name"): task for task in tasks}
        yield from _names(tasks, _uses_depends(tasks))
        yield from _order(dag, tasks, by_name)
        for task in tasks:
            yield from _task(manifest, task)
        for target in dag.text("target").split():
            if target not in by_name and "{{" not in target:
                yield unknown(dag, "task", target, by_name, "target")


def needs(task: Part) -> list[Ended]:
    """The tasks that a task waits for, each with the result that it asks for.

    Raises:
        ValueError: if its `depends` cannot be read.
    """
    if "depends" not in task:
        return [Ended(name) for name in task.items("dependencies") if isinstance(name, str)]
    return list(ends(parsed(task.text("depends")))) if task.text("depends") else []


def _uses_depends(tasks: Sequence[Part]) -> bool:
    return any(task.text("depends") for task in tasks)


def _names(tasks: Sequence[Part], uses_depends: bool) -> Iterator[Problem]:
    """Names that Argo refuses, and two ways of waiting in one DAG."""
    seen: set[str] = set()
    for task in tasks:
        name = task.text("name")
        if not NAME.match(name):
            yield task.problem(f"{short(name)} is no name for a task", "use up to 128 letters, digits and hyphens")
        elif name in seen:
            yield task.problem(f"there are two tasks {name!r}", "give each task a name of its own")
        seen.add(name)
        waits = uses_depends or "dependencies" in task
        if waits and name[:1].isdigit():
            yield task.problem(f"the name {name!r} begins with a digit", "put a letter in front: depends needs one")
        if uses_depends and task.items("dependencies"):
            yield task.problem("this DAG mixes depends and dependencies", "use depends for all of its tasks")
        if uses_depends and "continueOn" in task:
            yield task.problem("continueOn does not go with depends", "say it in depends: 'a.Succeeded || a.Failed'")


def _order(dag: Part, tasks: Sequence[Part], by_name: Mapping[str, Part]) -> Iterator[Problem]:
    """Tasks that wait for what is not there, or for each other."""
    graph: dict[str, list[str]] = {}
    for task in tasks:
        try:
            found = needs(task)
        except ValueError as error:
            hint = "join names with &&, || and !: 'a && (b || c.Failed)'"
            yield task.problem(f"{short(task.text('depends'))}: {error}", hint, at="depends")
            continue
        graph[task.text("name")] = [name for name, _ in found if name in by_name]
        for name, result in found:
            if name not in by_name:
                yield unknown(task, "task", name, by_name, "depends" if "depends" in task else "dependencies")
            elif result in OF_ITEMS and not any(loop in by_name[name] for loop in _LOOPS):
                yield task.problem(
                    f"{name}.{result} asks for a loop, and {name!r} has none", f"ask for {name}.Succeeded", at="depends"
                )
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        around = " -> ".join(error.args[1])
        yield dag.problem(f"tasks wait for each other: {around}", "take one of these out of depends", at="tasks")


def _task(manifest: Manifest, task: Part) -> Iterator[Problem]:
    yield from field_problems(task, TASK)
    called = [key for key in _CALLED if task.value.get(key)]
    if len(called) != 1:
        named = " and ".join(called) or "no template"
        yield task.problem(f"it names {named}", f"name one of {', '.join(_CALLED)}")
    if sum(loop in task for loop in _LOOPS) > 1:
        yield task.problem("it has several loops", f"keep one of {', '.join(_LOOPS)}")
    if "templateRef" in task:  # whether the cluster has it is not known here, nor what it takes
        yield from nested_problems(task.part("templateRef"), TEMPLATE_REF)
    name, arguments = task.text("template"), task.part("arguments")
    if name and name not in manifest.by_name and "{{" not in name:
        yield unknown(task, "template", name, manifest.by_name, "template")
    yield from value_problems(arguments, ARGUMENTS, needs_value=True)
    if name in manifest.by_name:
        yield from missing_arguments(task, arguments, manifest.by_name[name])


def unknown(part: Part, kind: str, name: str, known: Mapping[str, object], at: str) -> Problem:
    """A problem for a name that nothing has, with the nearest one that something has."""
    close = nearest(name, known)
    guess = f"did you mean {close!r}? " if close else ""
    shown = sorted(known) if len(known) <= 10 else [*sorted(known)[:10], "..."]
    return part.problem(f"{kind} {name!r} does not exist", f"{guess}There are: {', '.join(shown) or 'none'}", at=at)
