"""The pipelines that are compiled: three shapes, of any size, with names that Argo takes and names that it refuses.

Both plugins import this, each in its own environment, so they compile the same pipelines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

Edges = Iterator[tuple[int, list[int]]]  # a node's number, and the numbers of those whose data it reads

_WIDTH = 20
NAMES = {"legal": "n-{}", "underscored": "n_{}"}


def _chain(size: int) -> Edges:
    """Each node reads what the one before it wrote."""
    for number in range(size):
        yield number, [number - 1] if number else []


def _fan(size: int) -> Edges:
    """One source, many followers, and one node that joins them."""
    yield 0, []
    for number in range(1, size - 1):
        yield number, [0]
    yield size - 1, list(range(1, size - 1))


def _layered(size: int) -> Edges:
    """Layers of 20 nodes, each of which reads from three of the layer before."""
    for number in range(size):
        start = (number // _WIDTH - 1) * _WIDTH
        yield number, sorted({start + (number * factor) % _WIDTH for factor in (1, 7, 11)}) if start >= 0 else []


SHAPES: dict[str, Callable[[int], Edges]] = {"chain": _chain, "fan": _fan, "layered": _layered}


def pipeline(shape: str, size: int, names: str, *, neighbours: int = 0) -> Pipeline:
    """A pipeline of this shape; the first nodes read `raw`. So many neighbours have one tag, `block` and a number."""
    name = NAMES[names].format
    return Pipeline(
        [
            Node(
                _do,
                [f"d{other}" for other in reads] or ["raw"],
                f"d{number}",
                name=name(number),
                tags=f"block{number // neighbours}" if neighbours else None,
            )
            for number, reads in SHAPES[shape](size)
        ]
    )


def _do(*values: Any) -> Any:
    return values
