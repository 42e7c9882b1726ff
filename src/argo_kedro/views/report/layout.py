"""Where the boxes of a graph stand, and the way of each line: from left to right, without overlaps.

Done when the page is made, so that nothing is waited for when it is read, and the same graph looks the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from argo_kedro.views.report.layers import Edge, Layers, layer_numbers, one_way, untangled

GAP_X = 92.0  # between layers, where the lines run
GAP_Y = 16.0
_GAP_COLUMN = 28.0  # between the columns of a layer that is folded
_LANE = 10.0  # height of a line that passes a layer
_SHAPE = 1.9  # width to height that a graph with few and long layers is folded to
_TALL = 900.0  # lower layers are never folded
_PASSES_PER_EDGE = 4  # longer lines than these go straight, or a few very long ones would cost more than all boxes
_ROUNDS = 6

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A graph that has found its places."""

    boxes: Mapping[str, Box]
    lines: Mapping[Edge, tuple[Point, ...]]  # from the right of one box to the left of another
    width: float
    height: float


@dataclass(kw_only=True)
class _Row:
    """What stands side by side in a layer: one box, one line that passes, or boxes of a layer that is folded."""

    names: list[str]
    height: float
    y: float = 0.0


def layout(heights: Mapping[str, float], edges: Iterable[Edge], *, width: float) -> Layout:
    """Places for boxes of these heights and of this width, and lines for these edges."""
    order, forward = one_way(list(heights), (edge for edge in edges if edge[0] in heights and edge[1] in heights))
    numbers = layer_numbers(order, forward)
    ways = _ways(forward, numbers)
    short = [step for way in ways.values() for step in pairwise(way)]
    layers: Layers = [[] for _ in range(max(numbers.values(), default=-1) + 1)]
    for name in order:
        layers[numbers[name]].append(name)
    for source, *passed, _ in ways.values():
        for number, name in enumerate(passed, numbers[source] + 1):
            layers[number].append(name)
    # A line that goes straight past layers takes part in no order.
    near = [step for step in short if step[0] not in numbers or step[1] not in numbers or _next(step, numbers)]
    tall = {name: heights.get(name, _LANE) for layer in layers for name in layer}
    rows = [_rows(layer, tall, limit) for limit in [_limit(heights, width)] for layer in untangled(layers, near)]
    _align(rows, near)
    boxes, lanes, total = _placed(rows, tall, numbers, width)
    lines = {edge: _line(way, boxes, lanes) for edge, way in ways.items()}
    bottom = max((box.y + box.height for box in boxes.values()), default=0.0)
    lowest = max((y for line in lines.values() for _, y in line), default=0.0)
    return Layout(boxes=boxes, lines=lines, width=total, height=max(bottom, lowest))


def _next(step: Edge, numbers: Mapping[str, int]) -> bool:
    return numbers[step[1]] == numbers[step[0]] + 1


def _ways(edges: Sequence[Edge], numbers: Mapping[str, int]) -> dict[Edge, list[str]]:
    """What each edge goes through: its two ends, and a name of its own in each layer between them."""
    left = _PASSES_PER_EDGE * len(edges)
    found: dict[Edge, list[str]] = {}
    for edge in sorted(edges, key=lambda edge: numbers[edge[1]] - numbers[edge[0]]):
        between = range(numbers[edge[0]] + 1, numbers[edge[1]])
        left -= len(between)
        # Names that no box has: those of boxes hold no line feed.
        passed = [f"\n{len(found)} {number}" for number in between] if left >= 0 else []
        found[edge] = [edge[0], *passed, edge[1]]
    return found


def _limit(heights: Mapping[str, float], width: float) -> float:
    """The height above which a layer is folded, so that many boxes side by side make a page and no tower."""
    area = sum((height + GAP_Y) * (width + _GAP_COLUMN) for height in heights.values())
    return max(_TALL, math.sqrt(area / _SHAPE))


def _rows(layer: Sequence[str], tall: Mapping[str, float], limit: float) -> list[_Row]:
    """A layer as rows; boxes that are side by side were neighbours."""
    columns = math.ceil(sum(tall[name] + GAP_Y for name in layer) / limit)
    rows: list[_Row] = []
    open_row: _Row | None = None
    for name in layer:
        if name.startswith("\n"):
            rows.append(_Row(names=[name], height=_LANE))
            continue
        if open_row is None or len(open_row.names) >= columns:
            open_row = _Row(names=[], height=0.0)
            rows.append(open_row)
        open_row.names.append(name)
        open_row.height = max(open_row.height, tall[name])
    return rows


def _align(layers: Sequence[Sequence[_Row]], edges: Sequence[Edge]) -> None:
    """Move rows to the mean height of what they are joined with, as far as their order and their gaps allow."""
    row_of = {name: row for rows in layers for row in rows for name in row.names}
    joined: dict[int, list[_Row]] = {id(row): [] for row in row_of.values()}
    for source, target in edges:
        joined[id(row_of[source])].append(row_of[target])
        joined[id(row_of[target])].append(row_of[source])
    for rows in layers:
        _settle(rows, [0.0 for _ in rows])
    for turn in range(_ROUNDS):
        for rows in layers if turn % 2 else reversed(layers):
            wanted = [_mean(joined[id(row)], row) - row.height / 2 for row in rows]
            _settle(rows, wanted)
    top = min((row.y for rows in layers for row in rows), default=0.0)
    for row in {id(row): row for row in row_of.values()}.values():
        row.y -= top


def _mean(others: Sequence[_Row], own: _Row) -> float:
    rows = others or [own]
    return sum(row.y + row.height / 2 for row in rows) / len(rows)


def _settle(rows: Sequence[_Row], wanted: Sequence[float]) -> None:
    """Give each row its height, as near to what is wanted as the rows above and below it let it be.

    Rows that would overlap become a block that stands at the mean of what its rows want: the least sum of squares.
    """
    offsets, offset = [], 0.0
    blocks: list[tuple[float, int]] = []  # what the block wants for its first row, and how many rows it has
    for row, want in zip(rows, wanted, strict=True):
        offsets.append(offset)
        mean, size = want - offset, 1
        offset += row.height + GAP_Y
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        blocks.append((mean, size))
    starts: Iterator[float] = (mean for mean, size in blocks for _ in range(size))
    for row, start, below in zip(rows, starts, offsets, strict=True):
        row.y = start + below


def _placed(
    layers: Sequence[Sequence[_Row]], tall: Mapping[str, float], boxes_in: Mapping[str, int], width: float
) -> tuple[dict[str, Box], dict[str, tuple[Point, Point]], float]:
    """The boxes, the parts of lines that pass a layer, and the width of it all."""
    boxes: dict[str, Box] = {}
    lanes: dict[str, tuple[Point, Point]] = {}
    x = 0.0
    for rows in layers:
        columns = max(len(row.names) for row in rows)
        right = x + columns * width + (columns - 1) * _GAP_COLUMN
        for row in rows:
            for column, name in enumerate(row.names):
                if name in boxes_in:
                    left = x + column * (width + _GAP_COLUMN)
                    boxes[name] = Box(x=left, y=row.y, width=width, height=tall[name])
                else:
                    lanes[name] = (x, row.y + _LANE / 2), (right, row.y + _LANE / 2)
        x = right + GAP_X
    return boxes, lanes, max(0.0, x - GAP_X)


def _line(way: Sequence[str], boxes: Mapping[str, Box], lanes: Mapping[str, tuple[Point, Point]]) -> tuple[Point, ...]:
    source, *passed, target = way
    begin, end = boxes[source], boxes[target]
    points = [(begin.x + begin.width, begin.y + begin.height / 2)]
    points += [point for name in passed for point in lanes[name]]
    return (*points, (end.x, end.y + end.height / 2))
