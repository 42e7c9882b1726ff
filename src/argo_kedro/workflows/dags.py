"""What a Workflow object says about its tasks: the template of each, what it waits for, where a failure leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from graphlib import TopologicalSorter
from typing import NamedTuple

from argo_kedro.errors import ClusterError
from argo_kedro.manifest.validation.depends import Ended, Expression, Joined, Not, all_of, ends, parsed
from argo_kedro.model import Json
from argo_kedro.workflows.nodes import GOOD
from argo_kedro.workflows.state import spec_of

FANS = ("withItems", "withParam", "withSequence")


class Template(NamedTuple):
    """A template, and the WorkflowTemplate whose templates it names; empty for those of the workflow itself."""

    body: Json
    scope: str = ""


class Ending(NamedTuple):
    """What became of a task, and of its items where it has any."""

    phase: str
    items: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing of it is to be done again."""
        return self.phase in GOOD


class Templates:
    """The templates of a workflow, wherever the object keeps them."""

    def __init__(self, workflow: Json) -> None:
        spec = spec_of(workflow)
        self.entrypoint: Json = {"template": spec.get("entrypoint")}
        self._own = {template.get("name"): template for template in spec.get("templates") or ()}
        self._stored: Mapping[str, Json] = (workflow.get("status") or {}).get("storedTemplates") or {}

    def of(self, task: Json, scope: str) -> Template | None:
        """The template that a task names; none where the object does not hold it."""
        if task.get("inline"):
            return Template(task["inline"], scope)
        reference = task.get("templateRef")
        if reference:
            scope = f"{'cluster' if reference.get('clusterScope') else 'namespaced'}/{reference.get('name')}"
        name = reference.get("template") if reference else task.get("template")
        body = self._stored.get(f"{scope}/{name}") if scope else self._own.get(name)
        return None if body is None else Template(body, scope)

    def leaves(self, task: Json, scope: str, name: str, above: tuple[int, ...] = ()) -> list[str]:
        """The names of the pods that a task stands for, as far as they are known before it runs."""
        template = self.of(task, scope)
        # A template that calls itself ends where a `when` says so, which nobody knows before.
        if template is None or id(template.body) in above or any(task.get(field) for field in FANS):
            return [name]
        inner = [
            *((f"{name}.{task_name}", each) for task_name, each in Dag(template.body).tasks.items()),
            *(
                (f"{name}[{number}].{each['name']}", each)
                for number, group in enumerate(template.body.get("steps") or ())
                for each in group
            ),
        ]
        above = (*above, id(template.body))
        return [leaf for full, each in inner for leaf in self.leaves(each, template.scope, full, above)] or [name]


class Dag:
    """A DAG template's tasks: those that count, each after those it waits for."""

    def __init__(self, body: Json) -> None:
        dag = body.get("dag") or {}
        self._all: dict[str, Json] = {task["name"]: task for task in dag.get("tasks") or ()}
        self._targets = str(dag.get("target") or "").split()

    @cached_property
    def conditions(self) -> dict[str, Expression]:
        """What each task waits for."""
        return {name: _condition(task) for name, task in self._all.items()}

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """The tasks that each task names there."""
        return {
            name: tuple(dict.fromkeys(end.task for end in ends(condition) if end.task in self._all))
            for name, condition in self.conditions.items()
        }

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The tasks that decide what becomes of the DAG: the last ones, where it names none."""
        named = [name for name in self._targets if name in self._all]
        needed = {need for needs in self.needs.values() for need in needs}
        return tuple(named or [name for name in self._all if name not in needed])

    @cached_property
    def tasks(self) -> dict[str, Json]:
        """The tasks that a target needs, directly or not, in running order."""
        wanted = self._wanted()
        graph = TopologicalSorter({name: self.needs[name] for name in self._all if name in wanted})
        return {name: self._all[name] for name in graph.static_order()}

    def matters(self, endings: Mapping[str, Ending]) -> set[str]:
        """The tasks whose failure is not made up for: it leads to a target past no task that ran to an end.

        That is how Argo judges a DAG, see assessDAGPhase in its dag.go.
        """
        bad = {name: endings[name].phase for name in self.tasks if name in endings and not endings[name].good}
        lost = {phase: self._lost(endings, phase) for phase in set(bad.values())}
        return {name for name, phase in bad.items() if name in lost[phase]}

    def holds(self, name: str, endings: Mapping[str, Ending]) -> bool:
        """Whether what a task waits for has come about."""
        return _holds(self.conditions[name], lambda end: self._is(end, endings.get(end.task, Ending(""))))

    def _wanted(self) -> set[str]:
        found, todo = set(self.targets), list(self.targets)
        while todo:
            new = [need for need in self.needs[todo.pop()] if need not in found]
            found.update(new)
            todo += new
        return found

    def _lost(self, endings: Mapping[str, Ending], phase: str) -> set[str]:
        """The tasks from which a failure with this phase gets through."""
        lost = {name for name in self.targets if not _goes_on(self._all[name], phase)}
        for name in reversed(self.tasks):
            if name in lost and endings.get(name, Ending("")).phase not in ("Succeeded", "Failed", "Error"):
                lost.update(self.needs[name])
        return lost

    def _is(self, end: Ended, ending: Ending) -> bool:
        if end.result == "AnySucceeded":
            return "Succeeded" in ending.items
        if end.result == "AllFailed":
            return bool(ending.items) and all(phase == "Failed" for phase in ending.items)
        if not end.result:
            return ending.phase in ("Succeeded", "Skipped") or _goes_on(self._all.get(end.task, {}), ending.phase)
        return ending.phase == {"Errored": "Error"}.get(end.result, end.result)


def _condition(task: Json) -> Expression:
    if not task.get("depends"):
        return all_of(list(task.get("dependencies") or ()))
    try:
        return parsed(task["depends"])
    except ValueError as error:
        what = f"depends of task {task['name']!r} cannot be read: {task['depends']!r}: {error}."
        raise ClusterError(what, hint="use `argo retry` for this workflow, or submit it again.") from error


def _goes_on(task: Json, phase: str) -> bool:
    """Whether a task says itself that its failure does not matter."""
    allowed = task.get("continueOn") or {}
    return bool((phase == "Failed" and allowed.get("failed")) or (phase == "Error" and allowed.get("error")))


def _holds(expression: Expression, is_so: Callable[[Ended], bool]) -> bool:
    if isinstance(expression, Ended):
        return is_so(expression)
    if isinstance(expression, Not):
        return not _holds(expression.part, is_so)
    return _joined(expression, (_holds(part, is_so) for part in expression.parts))


def _joined(expression: Joined, answers: Iterable[bool]) -> bool:
    return any(answers) if expression.sign == "||" else all(answers)
