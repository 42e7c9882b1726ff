"""Tables as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, in columns."""
    return aligned([[[cell] for cell in row] for row in rows])


def aligned(table: Sequence[Sequence[Sequence[str]]]) -> str:
    """Rows of cells of lines, in columns."""
    widths = [max(len(line) for row in table for line in (*row[place], "")) for place in range(len(table[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for row in table
        for cells in zip_longest(*row, fillvalue="")
    ]
    return "\n".join(lines)
