"""Tables as text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import chain, zip_longest


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, in columns."""
    return aligned([[[cell] for cell in row] for row in rows])


def aligned(table: Sequence[Sequence[Sequence[str]]]) -> str:
    """Rows of cells of lines, in columns."""
    return "\n".join(chain.from_iterable(in_width(table, None)))


def in_width(table: Sequence[Sequence[Sequence[str]]], width: int | None) -> list[list[str]]:
    """The lines of each row, the first being the head: in columns, or one below the other where these are too wide.

    Nothing is cut, and no word is broken: a name can be copied, and found.
    """
    columns = _in_columns(table)
    if width is None or max(map(len, chain.from_iterable(columns))) <= width:
        return columns
    heads = ["".join(cell) for cell in table[0]]
    return [[], *(_below_each_other(heads, row, width) for row in table[1:])]


def broken(text: str, width: int, indent: str = "") -> list[str]:
    """A sentence in lines between its words, those after the first a bit further in."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _in_columns(table: Sequence[Sequence[Sequence[str]]]) -> list[list[str]]:
    widths = [max(len(line) for row in table for line in (*row[place], "")) for place in range(len(table[0]))]
    return [
        [
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
            for cells in zip_longest(*row, fillvalue="")
        ]
        for row in table
    ]


def _below_each_other(heads: Sequence[str], row: Sequence[Sequence[str]], width: int) -> list[str]:
    """The first cell, and further in the others, each with what the head calls it; short ones share a line."""
    lines = [f"{heads[0]} {''.join(row[0])}"]
    fits = False  # whether the last line takes another cell
    for head, cell in zip(heads[1:], row[1:], strict=True):
        text = f"{head} {', '.join(cell)}"
        if not any(cell):
            continue
        if fits and len(lines[-1]) + len(text) + 2 <= width:
            lines[-1] += f"  {text}"
        elif len(text) + 2 <= width:
            lines.append(f"  {text}")
            fits = True
        else:
            lines += [f"  {head}", *(f"    {line}" for line in cell)]
            fits = False
    return lines
