"""What the runs of pods and of DAGs have in common, and what they need of the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from argo_kedro.events import Event, TaskChanged
from argo_kedro.local.outcome import Failure
from argo_kedro.local.record import Record
from argo_kedro.local.sizes import Size
from argo_kedro.local.templates import Template

if TYPE_CHECKING:
    from argo_kedro.local.pod_run import PodRun

FAILED = ("Failed", "Error")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a node stands: in the workflow, below which DAG, after which nodes."""

    name: str  # wf.outer.inner
    path: str  # outer.inner
    task: str  # inner; empty for what no DAG runs
    boundary: str = ""
    parents: Sequence[str] = ()
    below: int = 0  # levels that can begin only after it
    hooked: bool = False  # within the exit handler


class Host(Protocol):
    """The engine, as a node sees it."""

    record: Record
    folder: Path
    values: dict[str, str]  # what {{workflow...}} stands for
    sizes: Mapping[str, Size]
    closing: str  # why nothing may begin any more; empty while it may

    def emit(self, event: Event) -> None:
        """Tell whoever listens."""

    def fail(self, failure: Failure) -> None:
        """Note a failure for the end."""

    def begin(self, place: Place, template: str, inputs: Mapping[str, str], parent: Parent | None) -> Node:
        """A new node, begun."""

    def queue(self, pod: PodRun) -> None:
        """Let an attempt wait until the machine has room for it."""

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call this later."""

    def template(self, name: str) -> Template:
        """What a template says."""

    def default_output(self, template: str, output: str) -> str | None:
        """The value of an output parameter that was not written, where the template has one."""

    def process_ended(self, pod: PodRun) -> None:
        """A process is over; called from another thread."""

    def ended(self, node: Node) -> None:
        """A node is over; its parent learns of it soon."""


class Parent(Protocol):
    """A DAG, as its tasks see it."""

    def child_ended(self, node: Node) -> None:
        """One of its tasks is over."""

    def keeps(self, task: str) -> bool:
        """Whether a task that has not begun may still do so."""


class Node(ABC):
    """A task of this run."""

    def __init__(
        self, host: Host, place: Place, template: Template, inputs: Mapping[str, str], parent: Parent | None
    ) -> None:
        self.host = host
        self.place = place
        self.inputs = {**{key: value or "" for key, value in template.inputs.items()}, **inputs}
        self.parent = parent
        self.phase = "Pending"
        self.exit_code: int | None = None
        self.outputs: dict[str, str] = {}
        self.entry: dict[str, Any] = {}

    @abstractmethod
    def begin(self) -> None:
        """Start, or queue up."""

    @abstractmethod
    def stop(self) -> None:
        """End as soon as possible: the host is closing."""

    @abstractmethod
    def outbound(self) -> Sequence[str]:
        """The nodes of the record that a follower is linked to."""

    def leave_out(self, message: str) -> None:
        """End without having begun."""
        self.entry["type"] = "Skipped"
        template = self.entry["templateName"]
        pods = 0 if self.place.hooked else 1
        self.host.emit(
            TaskChanged(task=self.place.path, template=template, phase="Omitted", message=message, tasks=pods)
        )
        self.finish("Omitted", message)

    def new_entry(self, kind: str, template: str) -> dict[str, Any]:
        """This node's entry in the record; that of a DAG which goes on after a retry is there already."""
        more: dict[str, Any] = {"nodeFlag": {"hooked": True}} if self.place.hooked and not self.place.task else {}
        if self.inputs:
            more["inputs"] = {"parameters": [{"name": key, "value": value} for key, value in self.inputs.items()]}
        kept = self.host.record.kept(self.place.name)
        if kept is not None:
            kept.update(more)
            return kept
        return self.host.record.add(
            self.place.name,
            kind,
            boundary=self.place.boundary,
            parents=self.place.parents,
            displayName=self.place.task or self.place.name,
            templateName=template,
            **more,
        )

    def finish(self, phase: str, message: str = "") -> None:
        """End with this phase."""
        self.phase = phase
        if self.outputs or self.exit_code is not None:
            self.entry["outputs"] = outputs_entry(self.outputs, self.exit_code)
        self.host.record.change(self.entry, phase, message)
        self.host.ended(self)


def outputs_entry(outputs: Mapping[str, str], exit_code: int | None) -> dict[str, Any]:
    """The outputs of a node as Argo writes them."""
    entry: dict[str, Any] = {} if exit_code is None else {"exitCode": str(exit_code)}
    if outputs:
        entry["parameters"] = [{"name": name, "value": value} for name, value in outputs.items()]
    return entry
