"""The graph as what the page draws: boxes with their lines of text, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

from argo_kedro.model import Json
from argo_kedro.views.report.layers import Edge
from argo_kedro.views.report.layout import Layout, Point, layout

_WIDTH = 248.0
_HEAD = 34.0
_LINE = 16.0
_FOOT = 8.0
_MOST_NODES = 6  # lines in a box; the panel has all
_TITLE_LETTERS, _NODE_LETTERS = 25, 32


@dataclass(frozen=True, kw_only=True)
class Node:
    """A line of text in a box."""

    text: str
    y: float


@dataclass(frozen=True, kw_only=True)
class DrawnTask:
    """A box: one pod."""

    number: int
    x: float
    y: float
    width: float
    height: float
    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class DrawnEdge:
    """A line from one task to one that needs it."""

    number: int
    source: int
    target: int
    path: str
    datasets: tuple[str, ...]
    critical: bool
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The whole graph."""

    tasks: tuple[DrawnTask, ...]
    edges: tuple[DrawnEdge, ...]
    width: float
    height: float


def drawing(tasks: Sequence[Json], datasets: Sequence[Json]) -> Drawing:
    """Draw the tasks, what they need, and the datasets on the ways between them."""
    number = {task["id"]: place for place, task in enumerate(tasks)}
    names = [_lines(task) for task in tasks]
    heights = {str(place): _HEAD + (_FOOT + _LINE * len(lines) if lines else 0.0) for place, lines in enumerate(names)}
    carried = _carried(tasks, datasets, number)
    critical = set(_critical(tasks, carried))
    found = layout(heights, carried, width=_WIDTH)
    return Drawing(
        tasks=tuple(_task(place, task, names[place], found) for place, task in enumerate(tasks)),
        edges=tuple(
            _edge(number, edge, carried[edge], points, critical=edge in critical)
            for number, (edge, points) in enumerate(sorted(found.lines.items(), key=_by_ends))
        ),
        width=found.width,
        height=found.height,
    )


def fitting(text: str, letters: int) -> str:
    """As much of the text as there is room for; wide letters take the room of two."""
    room = letters
    for place, letter in enumerate(text):
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return f"{text[: max(1, place - 1)]}…"
    return text


def _by_ends(item: tuple[Edge, tuple[Point, ...]]) -> tuple[int, int]:
    return int(item[0][0]), int(item[0][1])


def _lines(task: Json) -> list[str]:
    """The nodes of a task; none where its name says it already."""
    nodes = list(task["nodes"])
    if nodes == [task["name"]]:
        return []
    if len(nodes) > _MOST_NODES:
        return [*nodes[: _MOST_NODES - 1], f"and {len(nodes) - _MOST_NODES + 1} more"]
    return nodes


def _carried(tasks: Sequence[Json], datasets: Sequence[Json], number: Mapping[str, int]) -> dict[Edge, list[str]]:
    """The datasets that cross from task to task. A task that is needed for its order alone hands on none."""
    found: dict[Edge, list[str]] = {}
    for place, task in enumerate(tasks):
        for need in task["needs"]:
            if need in number:
                found.setdefault((str(number[need]), str(place)), [])
    for dataset in datasets:
        for consumer in dataset["consumers"]:
            if dataset["producer"] in number and consumer in number:
                edge = str(number[dataset["producer"]]), str(number[consumer])
                found.setdefault(edge, []).append(dataset["name"])
    return found


def _critical(tasks: Sequence[Json], edges: Iterable[Edge]) -> Iterator[Edge]:
    """The edges of the critical path: to each of its tasks one, from that of its tasks that ended last."""
    last: dict[str, tuple[float, int, Edge]] = {}
    for edge in edges:
        source, target = (tasks[int(end)] for end in edge)
        if source["critical"] and target["critical"]:
            ended = max((span.get("to") or 0.0 for span in source["spans"]), default=0.0)
            last[edge[1]] = max(last.get(edge[1], (-1.0, -1, edge)), (ended, int(edge[0]), edge))
    yield from (edge for _, _, edge in last.values())


def _task(place: int, task: Json, lines: Sequence[str], found: Layout) -> DrawnTask:
    box = found.boxes[str(place)]
    return DrawnTask(
        number=place,
        x=round(box.x, 1),
        y=round(box.y, 1),
        width=box.width,
        height=box.height,
        title=fitting(task["name"], _TITLE_LETTERS),
        nodes=tuple(
            Node(text=fitting(text, _NODE_LETTERS), y=_HEAD + 10 + _LINE * line) for line, text in enumerate(lines)
        ),
    )


def _edge(number: int, edge: Edge, datasets: Sequence[str], points: Sequence[Point], *, critical: bool) -> DrawnEdge:
    (x, y), (to_x, to_y) = points[-2:]
    more = f" +{len(datasets) - 1}" if len(datasets) > 1 else ""
    return DrawnEdge(
        number=number,
        source=int(edge[0]),
        target=int(edge[1]),
        path="".join(_path(points)),
        datasets=tuple(datasets),
        critical=critical,
        label=fitting(datasets[0], 24) + more if datasets else "",
        label_x=round((x + to_x) / 2, 1),
        label_y=round((y + to_y) / 2, 1),
    )


def _path(points: Sequence[Point]) -> Iterator[str]:
    """Curves that leave and arrive level; straight on where it passes a layer."""
    yield f"M{points[0][0]:.0f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) / 2
        yield (
            f"L{to_x:.0f} {to_y:.1f}"
            if y == to_y
            else f"C{middle:.0f} {y:.1f} {middle:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}"
        )
