"""What each task of a workflow waited for, and which row of tasks made it last as long as it did."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timezone
from functools import lru_cache

from argo_kedro.model import Json
from argo_kedro.workflows.dags import Dag, Template, Templates
from argo_kedro.workflows.nodes import is_attempt, nodes
from argo_kedro.workflows.state import RunState, TaskState, moment, task_path

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


class Waiting:
    """The tasks as the DAGs order them, with the times of a run.

    What stands before a task is a task, or a DAG; a task that is the first in its DAG waits for what that waits for.
    """

    def __init__(self, workflow: Json, state: RunState) -> None:
        self._templates = Templates(workflow)
        self._tasks = {task.path: task for task in state.tasks}
        whole = [node for node in nodes(workflow).values() if not is_attempt(node)]
        self._ended = {task_path(state.name, node): moment(node.get("finishedAt")) for node in whole}
        self._dag = lru_cache(maxsize=None)(self._find)
        self._last: dict[str, TaskState] = {}  # DAG -> the task of it that ended last
        for task in state.tasks:
            for outer in _outer(task.path):
                self._last[outer] = max(self._last.get(outer, task), task, key=_end)

    def needs(self, path: str) -> tuple[str, ...]:
        """The paths of the tasks and DAGs that a task waits for; none where the workflow does not hold that."""
        outer, _, name = path.rpartition(".")
        dag = self._dag(outer)
        found = dag.needs.get(name, ()) if dag else ()
        if found:
            return tuple(f"{outer}.{need}" if outer else need for need in found)
        return self.needs(outer) if outer else ()

    def template(self, path: str) -> Template | None:
        """The template of a task or DAG; that of the whole workflow for an empty path."""
        if not path:
            return self._templates.of(self._templates.entrypoint, "")
        outer, _, name = path.rpartition(".")
        around, dag = self.template(outer), self._dag(outer)
        task = dag.tasks.get(name) if dag else None
        return self._templates.of(task, around.scope) if around and task else None

    def ready(self, path: str) -> datetime | None:
        """When all that a task waits for was over; none where it waits for nothing, or something was not over."""
        ends = [self._ended.get(need) for need in self.needs(path)]
        return max((end for end in ends if end), default=None) if all(ends) else None

    def critical(self) -> frozenset[str]:
        """The paths of the tasks that it took as long as it did for: each was the last that the next one waited for."""
        found: set[str] = set()
        # Hooks, which stand for no task of the plan, run after all of them and wait for none by name.
        task = max((each for each in self._tasks.values() if each.ended and each.tasks), key=_end, default=None)
        while task is not None and task.path not in found:
            found.add(task.path)
            before = [self._tasks.get(need) or self._last.get(need) for need in self.needs(task.path)]
            task = max((each for each in before if each and each.ended), key=_end, default=None)
        return frozenset(found)

    def planned(self) -> dict[str, tuple[str, ...]]:
        """Each task that the workflow plans, with those right before it; a DAG counts as its last tasks."""
        root = "workflow"
        leaves = self._templates.leaves(self._templates.entrypoint, "", root)
        paths = dict.fromkeys(leaf.removeprefix(f"{root}.") for leaf in leaves if leaf != root)
        return {path: tuple(self._before(path, paths)) for path in paths}

    def _before(self, path: str, paths: Collection[str]) -> Iterator[str]:
        for need in self.needs(path):
            yield from [need] if need in paths else self._targets(need)

    def _targets(self, path: str) -> Iterator[str]:
        dag = self._dag(path)
        for target in dag.targets if dag else ():
            inner = f"{path}.{target}"
            yield from self._targets(inner) if self._dag(inner) else [inner]

    def _find(self, path: str) -> Dag | None:
        """The DAG at this path; none if it is no DAG, or the object does not hold it."""
        template = self.template(path)
        return Dag(template.body) if template and template.body.get("dag") else None


def _outer(path: str) -> Iterator[str]:
    while path := path.rpartition(".")[0]:
        yield path


def _end(task: TaskState) -> datetime:
    return task.ended or _NEVER
