"""What one attempt at a task took, as its process notes it down and all others read it: a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NamedTuple

USAGE = "usage"  # key of the line in a node of a local run's record
_MARK = "argo-kedro"  # key of the line; its value is the version of its form
_VERSION = 1
_LIMIT = 2000  # bytes: Kubernetes parts 12 KiB of last words among the containers of a pod, 4096 at most for each
_LONG = 1e9  # seconds


class NodeTime(NamedTuple):
    """When a node ran, in seconds since the process began: from the first load to the last save."""

    name: str
    began: float
    ended: float


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a task took."""

    began: datetime  # its process
    nodes: tuple[NodeTime, ...] = ()
    left_out: int = 0  # short nodes for which the line had no room
    cpu: float = 0.0  # seconds of processor time
    memory: int = 0  # bytes at its highest; 0 where nobody could tell
    limit: int = 0  # bytes that its container may have; 0 where there is no limit

    def line(self) -> str:
        """The line, without the shortest nodes where it would be too long."""
        text = self._line(self.nodes)
        if len(text) <= _LIMIT:
            return text
        room, kept = _LIMIT - len(self._line(())), set()
        for number, node in sorted(enumerate(self.nodes), key=lambda each: each[1].began - each[1].ended):
            room -= len(_dumped(_row(node))) + 1
            if room < 0:
                break
            kept.add(number)
        return self._line([node for number, node in enumerate(self.nodes) if number in kept])

    def _line(self, nodes: Sequence[NodeTime]) -> str:
        left_out = self.left_out + len(self.nodes) - len(nodes)
        return _dumped(
            {
                _MARK: _VERSION,
                "began": self.began.astimezone(timezone.utc).isoformat(timespec="milliseconds"),
                "cpu": round(self.cpu, 2),
                "memory": self.memory,
                "limit": self.limit,
                "left_out": left_out,
                "nodes": [_row(node) for node in nodes],
            }
        )


def read_usage(text: str) -> Usage | None:
    """What such a line says; None if it is none: what a container says at its end is anyone's to write."""
    if not text.startswith(f'{{"{_MARK}":'):
        return None
    try:
        found = json.loads(text)
        return Usage(
            began=datetime.fromisoformat(found["began"]).astimezone(timezone.utc),
            nodes=tuple(_nodes(found["nodes"])),
            left_out=int(found["left_out"]),
            cpu=float(found["cpu"]),
            memory=int(found["memory"]),
            limit=int(found["limit"]),
        )
    except (KeyError, OverflowError, TypeError, ValueError):
        return None


def _nodes(rows: Sequence[Sequence[object]]) -> Iterator[NodeTime]:
    for name, *times in rows:
        began, ended = (float(str(time)) for time in times)
        if not 0 <= began <= ended < _LONG:  # nor what is no number
            raise ValueError(name)
        yield NodeTime(str(name), began, ended)


def _row(node: NodeTime) -> list[str | float]:
    return [node.name, round(node.began, 3), round(node.ended, 3)]


def _dumped(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
