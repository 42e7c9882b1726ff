"""The engine: one thread that starts tasks, waits for the first of them to end, and goes on from there."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from argo_kedro.events import Event
from argo_kedro.local.dag_run import DagRun
from argo_kedro.local.kept import Kept, pods_done, pods_succeeded
from argo_kedro.local.machine import Machine, Room
from argo_kedro.local.nodes import FAILED, Node, Parent, Place
from argo_kedro.local.outcome import Failure
from argo_kedro.local.pod_run import GRACE, PodRun
from argo_kedro.local.queues import ReadyQueue, Timers
from argo_kedro.local.record import Record
from argo_kedro.local.signals import caught
from argo_kedro.local.sizes import Size
from argo_kedro.local.templates import Dag, Manifest, Template
from argo_kedro.local.variables import FAILURES_TAG, expand
from argo_kedro.workflows.retrying import unfinished

_TERMINATED = "workflow shutdown with strategy:  Terminate"  # with Argo's two spaces
_TOO_LONG = "Step exceeded its deadline"


class Engine:
    """One run of a manifest, from its beginning or from what a retry has kept of it."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        sizes: Mapping[str, Size],
        record: Record,
        values: dict[str, str],
        folder: Path,
        machine: Machine,
        listen: Callable[[Event], None],
    ) -> None:
        self.manifest, self.record, self.values, self.folder = manifest, record, values, folder
        self.machine, self.room = machine, Room(machine)
        self.emit = listen
        self.sizes = sizes
        self.closing = ""
        self.failures: list[Failure] = []
        self.interrupted: signal.Signals | None = None
        self._message = ""
        self._tasks, kept = sizes[manifest.entrypoint].pods, list(record.nodes.values())
        self._is_retry = bool(kept)
        self._succeeded = pods_succeeded(kept)
        self.to_do = self._tasks - pods_done(kept, sizes)
        self._news: queue.SimpleQueue[PodRun | signal.Signals] = queue.SimpleQueue()  # safe within signal handlers
        self._timers = Timers()
        self._ready: ReadyQueue[PodRun] = ReadyQueue()
        self._running: set[PodRun] = set()
        self._open: dict[Node, None] = {}  # in the order they began
        self._ended: deque[Node] = deque()
        self._began = time.monotonic()

    def run(self) -> str:
        """Run all of it, and say how it ended. No process outlives this."""
        with caught(self._news.put):
            try:
                self._count()
                phase = self._main()
                self.record.finish(phase, self._message)
            except BaseException:
                self._end_processes()
                raise
        return phase

    @property
    def message(self) -> str:
        """Why the workflow as a whole did not succeed, where no task says it."""
        return self._message

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self._began

    def _main(self) -> str:
        if self.manifest.deadline is not None:
            self.after(self.manifest.deadline, self._deadline)
        workflow = self.record.name
        root = self._until_end(Place(name=workflow, path="", task=""), self.manifest.entrypoint)
        phase = self._checked(root.phase)  # before the exit handler, which removes data after a success
        if not isinstance(root, DagRun) and phase in FAILED:
            self._message = self._message or root.entry["message"]
        if self.manifest.on_exit and self.interrupted is None:
            self.closing = ""
            self.values |= self._exit_values(phase)
            place = Place(name=f"{workflow}.onExit", path="onExit", task="", hooked=True)
            handler = self._until_end(place, self.manifest.on_exit)
            if phase == "Succeeded" and handler.phase in FAILED:
                phase, self._message = handler.phase, handler.entry["message"]
        if self.interrupted is not None:
            phase, self._message = "Failed", "Stopped with strategy 'Terminate'"
        return phase

    def _checked(self, phase: str) -> str:
        """The phase, where it is true: a retry that kept too much would end as Succeeded with tasks that never ran."""
        left = unfinished(self.record.document) if self._is_retry and phase == "Succeeded" else []
        if left:
            phase, self._message = "Error", f"the retry was not right: these have not run: {', '.join(left)}"
        return phase

    def _until_end(self, place: Place, template: str) -> Node:
        inputs = {
            key: value for key, value in self.manifest.parameters.items() if key in self.template(template).inputs
        }
        node = self.begin(place, template, inputs, None)
        while node in self._open:
            if self._ended:
                self._after_end(self._ended.popleft())
            elif not self._start_one():
                self._wait()
        return node

    # What nodes ask for ----------------------------------------------------------------------------------------------

    def begin(self, place: Place, template: str, inputs: Mapping[str, str], parent: Parent | None) -> Node:
        """A new node, begun; or the one of a workflow that is a single task, or is done, as a retry has kept it."""
        read = self.template(template)
        preset = {name: expand(value, self.values.get) for name, value in read.inputs.items() if value is not None}
        inputs = preset | {name: value for name, value in inputs.items() if name in read.inputs}
        node: Node
        kept = self.record.kept(place.name)
        if kept is not None and kept["phase"] != "Running":
            node = Kept(self, place, read, kept, parent)
        elif isinstance(read, Dag):
            node = DagRun(self, place, read, inputs, parent)
        else:
            node = PodRun(self, place, read, inputs, parent)
            node.demand = self.machine.clamped(node.demand)
        self._open[node] = None
        node.begin()
        return node

    def template(self, name: str) -> Template:
        """What a template says."""
        return self.manifest.templates[name]

    def default_output(self, template: str, output: str) -> str | None:
        """The value of an output parameter that was not written, where the template has one."""
        return next((each.default for each in self.template(template).outputs if each.name == output), None)

    def fail(self, failure: Failure) -> None:
        """Note a failure for the end."""
        self.failures.append(failure)

    def queue(self, pod: PodRun) -> None:
        """Let an attempt wait until the machine has room for it."""
        self._ready.push(pod)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call this later."""
        self._timers.at(time.monotonic() + seconds, call)

    def process_ended(self, pod: PodRun) -> None:
        """A process is over; called from another thread."""
        self._news.put(pod)

    def ended(self, node: Node) -> None:
        """A node is over; its parent learns of it soon."""
        self._ended.append(node)

    # The loop --------------------------------------------------------------------------------------------------------

    def _after_end(self, node: Node) -> None:
        del self._open[node]
        if isinstance(node, PodRun) and node.phase == "Succeeded" and not node.place.hooked:
            self._succeeded += 1
            self._count()
        if node.parent is not None:
            node.parent.child_ended(node)

    def _start_one(self) -> bool:
        """Start the next task that may run; false where none may."""
        limit = self.manifest.parallelism
        if limit is not None and len(self._running) >= limit:
            return False
        pod = self._ready.pop(self.room)
        if pod is None:
            return False
        if pod.queued and pod.start():
            self._running.add(pod)
            self.room.take(pod.demand)
            if pod.process is not None:
                self.record.process(pod.entry, pod.process.number)
                self.record.commit()  # at once: until then a runner that is killed leaves a process it said nothing of
        return True

    def _count(self) -> None:
        self.record.succeeded(f"{self._succeeded}/{self._tasks}")

    def _wait(self) -> None:
        """Wait for a process, a signal, a timer, or the time to write the record."""
        self.record.commit()
        times = [time for time in (self._timers.next(), self.record.due()) if time is not None]
        try:
            seconds = max(0.0, min(times) - time.monotonic()) if times else None
            self._take(self._news.get(timeout=seconds))
        except queue.Empty:
            pass
        now = time.monotonic()
        self._timers.run(now)
        due = self.record.due()
        if due is not None and due <= now:
            self.record.save()

    def _take(self, news: PodRun | signal.Signals) -> None:
        if isinstance(news, PodRun):
            self._running.discard(news)
            self.room.give_back(news.demand)
            news.process_over()
        elif self.interrupted is None:
            self.interrupted = news
            self._close(_TERMINATED)
        else:  # asked twice: no more patience
            for pod in self._running:
                pod.kill()

    def _deadline(self) -> None:
        if not self.closing and not any(node.place.hooked for node in self._open):
            self._message = f"the workflow ran longer than its activeDeadlineSeconds ({self.manifest.deadline:g})"
            self._close(_TOO_LONG)

    def _close(self, reason: str) -> None:
        self.closing = reason
        for node in list(self._open):
            if node not in self._ended:
                node.stop()

    def _end_processes(self) -> None:
        """The engine itself broke: leave nothing behind."""
        end = time.monotonic() + GRACE
        for pod in self._running:
            if pod.process is not None:
                pod.process.send(signal.SIGTERM)
        waiting: set[PodRun | signal.Signals] = {pod for pod in self._running if pod.process is not None}
        while waiting and time.monotonic() < end:
            try:
                news = self._news.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            waiting.discard(news)
        for pod in self._running:
            if pod.process is not None:
                pod.process.reap()
        with contextlib.suppress(OSError):  # a full disk may be what broke it
            self.record.finish("Error", "the run was broken off")

    def _exit_values(self, phase: str) -> dict[str, str]:
        failed = [node for node in self.record.nodes.values() if node["phase"] in FAILED]
        keys = ("displayName", "message", "templateName", "phase", "finishedAt")
        listed = [{**{key: node.get(key) for key in keys}, "podName": node["id"]} for node in failed]
        few = [{**node, "message": (node["message"] or "")[:1000]} for node in listed[:50]]
        return {
            FAILURES_TAG: json.dumps(few).replace("{{", "\\u007b\\u007b"),
            "workflow.status": phase,
            "workflow.duration": f"{self.seconds:.6f}",
            "workflow.failures": json.dumps(json.dumps(listed or None)),  # a JSON text within a JSON text, as in Argo
        }
