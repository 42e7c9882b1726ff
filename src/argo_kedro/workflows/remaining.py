"""What of a workflow is to be done again: whatever has not succeeded, and all that depends on it.

The spec says what was planned, the nodes say what came of it. The walk goes down from the entrypoint; a group (a DAG, a
fan-out, steps, a Retry around them) in which something is to be done again goes on running, all else that is to be done
again loses its node.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from argo_kedro.errors import ClusterError
from argo_kedro.model import Json
from argo_kedro.workflows.dags import FANS, Dag, Ending, Template, Templates
from argo_kedro.workflows.nodes import GOOD, GROUPS, Node, Tree, phase_of

_ITEM = re.compile(r"\((\d+):")


class Remaining:
    """The nodes of a workflow that began, sorted by what a retry does to them; by name."""

    def __init__(self, workflow: Json, tree: Tree) -> None:
        self.dropped: set[str] = set()
        self.reset: set[str] = set()
        self.forgiven: set[str] = set()  # failed, and made up for: a task that ran after it asked for that
        self.again: dict[str, None] = {}  # paths of tasks, in running order
        self.kept: dict[str, None] = {}
        self._tree = tree
        self._templates = Templates(workflow)
        self._task(tree.workflow, self._templates.entrypoint, "")

    def _task(self, name: str, task: Json, scope: str, *, stale: bool = False) -> bool:
        """Whether a task, or a part of it, is to be done again.

        Args:
            name: The name of its node, which need not be there.
            task: What the DAG or the steps say of it.
            scope: Where its template is looked up.
            stale: Something that it depends on is done again.
        """
        node, path = self._tree.by_name.get(name), self._tree.path(name)
        if node is None or stale:
            self._drop(name)
            return self._add([self._tree.path(leaf) for leaf in self._templates.leaves(task, scope, name)])
        attempts = self._tree.parts(node) if node["type"] == "Retry" else []
        if _is_group(attempts[-1] if attempts else node):
            return self._group(node, task, self._templates.of(task, scope))
        if phase_of(node) in GOOD:
            self.kept |= {path: None} if phase_of(node) == "Succeeded" else {}
            return False
        self._drop(name)
        return self._add([path])

    def _group(self, node: Node, task: Json, template: Template | None) -> bool:
        """Whether anything in a group is to be done again; the group then goes on running."""
        before, path = len(self.again), self._tree.path(node["name"])
        if node["type"] == "Retry":
            # Only the last attempt: the controller counts the others against the limit.
            found = self._group(self._tree.parts(node)[-1], task, template)
        elif template is None:
            hint = "use `argo retry` for this workflow, or submit it again."
            raise ClusterError(f"The workflow does not say which tasks the template of {path} has.", hint=hint)
        elif node["type"] == "DAG":
            found = self._dag(node, template)
        elif node["type"] == "TaskGroup":
            found = self._items(node, task, template)
        else:
            found = self._steps(node, template)
        if not found and phase_of(node) in GOOD:
            return False
        if len(self.again) == before:  # such as a DAG whose own outputs were missing
            self._add([path])
        self.reset.add(node["name"])
        self._drop(*(hook["name"] for hook in self._tree.hooks(node)))
        return True

    def _dag(self, node: Node, template: Template) -> bool:
        dag = Dag(template.body)
        endings = {name: self._ending(own) for name in dag.tasks if (own := self._inner(node, name))}
        matters = dag.matters(endings)
        if self._dag_tasks(node, template.scope, dag, endings, matters):
            return True
        made_up = {name for name, ending in endings.items() if not ending.good}
        if phase_of(node) in GOOD or not made_up:
            return False
        # It failed, and nothing in it says why. One of these failures must have counted.
        self.forgiven -= {f"{node['name']}.{name}" for name in made_up}
        return self._dag_tasks(node, template.scope, dag, endings, made_up)

    def _dag_tasks(self, node: Node, scope: str, dag: Dag, endings: dict[str, Ending], matters: set[str]) -> bool:
        again: set[str] = set()
        for name, task in dag.tasks.items():
            full, ending = f"{node['name']}.{name}", endings.get(name)
            stale = any(need in again for need in dag.needs[name])
            if ending and not stale and not ending.good and name not in matters:
                self.forgiven.add(full)
                continue
            wrong = ending is not None and ending.phase == "Omitted" and dag.holds(name, endings)
            if self._task(full, task, scope, stale=stale or wrong):
                again.add(name)
        return bool(again)

    def _items(self, node: Node, task: Json, template: Template) -> bool:
        """An item is a task of its own, without a fan-out."""
        plain = {key: value for key, value in task.items() if key not in FANS}
        items = self._tree.parts(node)
        numbers = {match[1] for item in items if (match := _ITEM.match(item["name"], len(node["name"])))}
        named = {str(number): str(item) for number, item in enumerate(task.get("withItems") or ())}
        # A guess of what the controller will call them, for the user's eyes.
        lost = [f"{node['name']}({number}:{item})" for number, item in named.items() if number not in numbers]
        found = [self._item(item, plain, template) for item in items]
        return self._add([self._tree.path(name) for name in lost]) or any(found)

    def _item(self, item: Node, task: Json, template: Template) -> bool:
        return self._task(item["name"], {**task, "inline": template.body}, template.scope)

    def _steps(self, node: Node, template: Template) -> bool:
        stale = False
        for number, steps in enumerate(template.body.get("steps") or ()):
            name = f"{node['name']}[{number}]"
            group = self._tree.by_name.get(name)
            if group is None or stale:
                self._drop(name)
                for step in steps:
                    self._task(f"{name}.{step['name']}", step, template.scope, stale=True)
                stale = True
            elif self._step_group(group, steps, template.scope):
                self.reset.add(name)
                stale = True
        return stale

    def _step_group(self, group: Node, steps: Sequence[Json], scope: str) -> bool:
        found = False
        for step in steps:
            name = f"{group['name']}.{step['name']}"
            items = [item["name"] for item in self._tree.items(group, name)]
            for each in items if items and name not in self._tree.by_name else [name]:
                ending = self._tree.by_name.get(each)
                if ending and phase_of(ending) not in GOOD and phase_of(group) == "Succeeded":
                    self.forgiven.add(each)  # the step's continueOn
                else:
                    found = self._task(each, step, scope) or found
        return found or phase_of(group) not in GOOD

    def _inner(self, dag: Node, task: str) -> Node | None:
        return self._tree.by_name.get(f"{dag['name']}.{task}")

    def _ending(self, node: Node) -> Ending:
        items = self._tree.parts(node) if node["type"] == "TaskGroup" else []
        return Ending(phase_of(node), tuple(phase_of(item) for item in items))

    def _add(self, paths: Sequence[str]) -> bool:
        self.again |= dict.fromkeys(paths)
        return bool(paths)

    def _drop(self, *names: str) -> None:
        self.dropped |= self._tree.all_of(names)


def _is_group(node: Node) -> bool:
    """Whether it holds tasks. A DAG that Argo's memoization answered for holds none."""
    return node["type"] in GROUPS and not (node.get("memoizationStatus") or {}).get("hit")
