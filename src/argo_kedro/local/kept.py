"""What a retry keeps: tasks that ended before, and what they gave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from argo_kedro.local.nodes import Host, Node, Parent, Place
from argo_kedro.local.sizes import Size
from argo_kedro.local.templates import Template
from argo_kedro.workflows.nodes import is_attempt

_PODS = ("Pod", "Retry")


class Kept(Node):
    """A task that ended before the retry; it does not run."""

    def __init__(
        self, host: Host, place: Place, template: Template, entry: dict[str, Any], parent: Parent | None
    ) -> None:
        super().__init__(host, place, template, {}, parent)
        outputs = entry.get("outputs") or {}
        code = outputs.get("exitCode")
        self.entry = entry
        self.phase = entry["phase"]
        self.exit_code = None if code is None else int(code)
        self.outputs = {each["name"]: each["value"] for each in outputs.get("parameters") or ()}

    def begin(self) -> None:
        """It has ended already."""
        self.host.ended(self)

    def stop(self) -> None:
        """It has ended already."""

    def outbound(self) -> Sequence[str]:
        """As when it ended."""
        if self.entry["type"] == "DAG":
            return list(self.entry.get("outboundNodes") or ())
        if self.entry["type"] == "Retry":
            nodes, start = self.host.record.nodes, f"{self.place.name}("
            attempts = [each for each in self.entry.get("children") or () if nodes[each]["name"].startswith(start)]
            return attempts[-1:] or [self.entry["id"]]
        return [self.entry["id"]]


def pods_done(nodes: Collection[Mapping[str, Any]], sizes: Mapping[str, Size]) -> int:
    """How many pods of the plan these nodes stand for."""
    left_out = [node for node in nodes if node["type"] == "Skipped"]
    return len(_own(nodes)) + sum(sizes[node["templateName"]].pods for node in left_out)


def pods_succeeded(nodes: Collection[Mapping[str, Any]]) -> int:
    """How many pods of the plan succeeded."""
    return len([node for node in _own(nodes) if node["phase"] == "Succeeded"])


def _own(nodes: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without the attempts, for which their Retry stands, and without exit handlers, which no retry keeps."""
    return [node for node in nodes if node["type"] in _PODS and not is_attempt(node)]
