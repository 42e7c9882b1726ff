"""A DAG that runs: which of its tasks may begin, and what became of it."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping, Sequence

from argo_kedro.events import TaskChanged
from argo_kedro.local.dags import in_order
from argo_kedro.local.kept import Kept
from argo_kedro.local.nodes import FAILED, Host, Node, Parent, Place
from argo_kedro.local.outcome import Failure
from argo_kedro.local.record import is_done, log_path
from argo_kedro.local.templates import Dag, DagTask, Output
from argo_kedro.local.variables import AbsentValue, expand

NOT_MET = "omitted: depends condition not met"
_FAILED_FAST = "omitted: another task of this DAG failed (failFast)"


class DagRun(Node):
    """Counts for each task the ones it still waits for, so that an end costs only its followers."""

    def __init__(
        self, host: Host, place: Place, template: Dag, inputs: Mapping[str, str], parent: Parent | None
    ) -> None:
        super().__init__(host, place, template, inputs, parent)
        self.template = template
        self.phases: dict[str, str | None] = dict.fromkeys(template.tasks)
        self.unmet = {name: len(task.depends.names) for name, task in template.tasks.items()}
        self.left = len(template.tasks)
        self.children: dict[str, Node] = {}
        self.links: dict[str, Sequence[str]] = {}  # task -> the nodes that its followers are linked to
        self.failed_fast = False
        self.spared: set[str] = set()  # tasks that a failure called for, and theirs
        self.waiting: list[tuple[int, int, str]] = []  # for the DAG's own parallelism
        self.active = 0
        self.closed: deque[str] = deque()
        self.entry = self.new_entry("DAG", template.name)

    def begin(self) -> None:
        """Start the tasks that wait for none."""
        self.host.record.change(self.entry, "Running")
        self.phase = "Running"
        for name, count in self.unmet.items():
            if count == 0:
                self._release(name)
        self._spread()

    def stop(self) -> None:
        """Leave out what has not begun."""
        while self.waiting:
            self._leave_out(heapq.heappop(self.waiting)[2], NOT_MET)
        self._spread()

    def outbound(self) -> Sequence[str]:
        """Those of its last tasks."""
        return [link for name in self._targets() for link in self.links.get(name, ())]

    def keeps(self, task: str) -> bool:
        """False after a failure, but for those tasks that the failure called for."""
        return not self.failed_fast or task in self.spared

    def child_ended(self, node: Node) -> None:
        """Free the followers of a task, and a place in the DAG's parallelism."""
        name = node.place.task
        self.active -= 1
        self.links[name] = node.outbound()
        self._close(name, node.phase)
        self._spread()
        while self.waiting and self._has_place():
            self._release(heapq.heappop(self.waiting)[2])
            self._spread()

    def _has_place(self) -> bool:
        return self.template.parallelism is None or self.active < self.template.parallelism

    def _targets(self) -> list[str]:
        return [name for name, followers in self.template.followers.items() if not followers]

    def _close(self, name: str, phase: str) -> None:
        self.phases[name] = phase
        self.closed.append(name)

    def _spread(self) -> None:
        """Carry every end on to the followers; a loop and not a recursion, since a chain may be long."""
        while self.closed:
            name = self.closed.popleft()
            self.left -= 1
            if self.phases[name] in FAILED and self.template.fail_fast and not self.failed_fast and self._is_lost(name):
                self._fail_fast()
            for follower in self.template.followers[name]:
                if self.phases[name] in FAILED or (name in self.spared and self.phases[name] != "Omitted"):
                    self.spared.add(follower)
                self.unmet[follower] -= 1
                if self.unmet[follower] == 0:
                    self._release(follower)
        if self.left == 0 and self.phase == "Running":
            self._end()

    def _release(self, name: str) -> None:
        task = self.template.tasks[name]
        if self._is_kept(name):
            return
        if self.host.closing or not task.depends.test(self.phases):
            self._leave_out(name, NOT_MET)
        elif not self.keeps(name):
            self._leave_out(name, _FAILED_FAST)
        elif self._has_place():
            self._start(task)
        else:
            below = self.host.sizes[self.template.name].below[name]
            heapq.heappush(self.waiting, (-below, len(self.waiting), name))

    def _start(self, task: DagTask) -> None:
        try:
            if task.when is not None and not task.when.holds(self._expand):
                self._mark(task.name, "Skipped", f"when '{self._expand(task.when.text)}' evaluated false")
                return
            inputs = {name: self._expand(value) for name, value in task.arguments.items()}
        except AbsentValue as error:
            self._mark(task.name, "Error", str(error))
            path = self._place(task.name).path
            log = log_path(self.host.record.folder, path)
            self.host.fail(Failure(task=path, template=task.template, exit_code=None, message=str(error), log=log))
            return
        self.active += 1
        self.children[task.name] = self.host.begin(self._place(task.name), task.template, inputs, self)

    def _is_kept(self, name: str) -> bool:
        """Whether a task ended before the retry; what became of it then is taken as it is."""
        entry = self.host.record.kept(f"{self.place.name}.{name}")
        if entry is None or entry["phase"] == "Running":  # a DAG that goes on
            return False
        template = self.host.template(self.template.tasks[name].template)
        kept = self.children[name] = Kept(self.host, self._place(name), template, entry, self)
        self.links[name] = kept.outbound()
        self._close(name, kept.phase)
        return True

    def _place(self, name: str) -> Place:
        needs = self.template.tasks[name].depends.names
        return Place(
            name=f"{self.place.name}.{name}",
            path=f"{self.place.path}.{name}" if self.place.path else name,
            task=name,
            boundary=self.entry["id"],
            parents=[link for need in needs for link in self.links.get(need, ())] if needs else [self.entry["id"]],
            hooked=self.place.hooked,
            below=self.place.below + self.host.sizes[self.template.name].below[name],
        )

    def _leave_out(self, name: str, message: str) -> None:
        self._mark(name, "Omitted", message)

    def _mark(self, name: str, phase: str, message: str) -> None:
        """End a task that never began."""
        place, template = self._place(name), self.template.tasks[name].template
        entry = self.host.record.add(
            place.name,
            "Skipped",
            boundary=place.boundary,
            parents=place.parents,
            displayName=name,
            templateName=template,
        )
        self.host.record.change(entry, phase, message)
        self.links[name] = [entry["id"]]
        pods = 0 if place.hooked else self.host.sizes[template].pods
        self.host.emit(TaskChanged(task=place.path, template=template, phase=phase, message=message, tasks=pods))
        self._close(name, phase)

    def _is_lost(self, failed: str) -> bool:
        """Whether a failure reaches the end of the DAG: no task that follows can still make up for it."""
        phases, todo = dict(self.phases), [failed]
        while todo:
            followers = self.template.followers[todo.pop()]
            if not followers:
                return True
            for name in followers:
                if phases[name] is None and self.template.tasks[name].depends.test(phases) is False:
                    phases[name] = "Omitted"
                    todo.append(name)
        return False

    def _fail_fast(self) -> None:
        self.failed_fast = True
        for child in self.children.values():
            if child.phase == "Pending":
                child.leave_out(_FAILED_FAST)
        while self.waiting:
            self._leave_out(heapq.heappop(self.waiting)[2], _FAILED_FAST)

    def _end(self) -> None:
        phase, message = self._outcome(), ""
        if phase == "Succeeded":
            try:
                self.outputs = {output.name: self._result(output) for output in self.template.outputs}
            except AbsentValue as error:
                phase, message = "Error", str(error)
        self.entry["outboundNodes"] = list(self.outbound())
        self.finish(phase, message)

    def _outcome(self) -> str:
        """Failed where a failure reached a last task; one that was made up for does not count. As in Argo."""
        branches: dict[str, str] = {}
        for name in in_order(self.template.tasks, self.template.followers):
            phase = self.phases[name] or "Omitted"
            if not is_done(phase):  # it says nothing itself, so what came before it counts
                before = [branches[need] for need in self.template.tasks[name].depends.names]
                phase = next((branch for branch in before if branch in FAILED), "Succeeded")
            branches[name] = phase
        failed = [branches[name] for name in self._targets() if branches[name] in FAILED]
        return failed[0] if failed else "Failed" if self.failed_fast or self.host.closing else "Succeeded"

    def _result(self, output: Output) -> str:
        try:
            return self._expand(output.tag)
        except AbsentValue:
            if output.default is None:
                raise
            return output.default

    def _expand(self, text: str) -> str:
        return expand(text, self._lookup, strict=True)

    def _lookup(self, tag: str) -> str | None:
        if tag.startswith("inputs.parameters."):
            return self.inputs.get(tag.removeprefix("inputs.parameters."))
        if not tag.startswith("tasks."):
            return self.host.values.get(tag)
        _, name, key, *rest = [*tag.split("."), ""]
        if key == "outputs":
            return self._output(name, rest[1] if len(rest) > 1 else "")
        child, phase = self.children.get(name), self.phases.get(name)
        entry = child.entry if child else {}
        exit_code = child.exit_code if child else None
        values = {"status": phase, "exitCode": None if exit_code is None else str(exit_code)}
        return (values | {key: entry.get(key) for key in ("id", "startedAt", "finishedAt")}).get(key)

    def _output(self, task: str, name: str) -> str | None:
        child = self.children.get(task)
        if child is not None and name in child.outputs:
            return child.outputs[name]
        return self.host.default_output(self.template.tasks[task].template, name)
