"""Tables as text, in any width."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.views.columns import aligned, in_width

Table = list[list[list[str]]]

words = st.text("ab-_.", min_size=1, max_size=30)
one_line = words.map(lambda word: [word])
cells = st.lists(words, max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A head, and rows whose first cells have one line each."""
    size = draw(st.integers(1, 4))
    head = [draw(one_line) for _ in range(size)]
    return [head, *([draw(one_line), *(draw(cells) for _ in head[1:])] for _ in range(draw(st.integers(0, 4))))]


@given(tables(), st.integers(10, 120))
def test_nothing_is_lost_or_cut_in_any_width(table: Table, width: int) -> None:
    found = in_width(table, width)

    assert len(found) == len(table)  # the lines of each row are known apart
    for row, lines in zip(table[1:], found[1:], strict=True):
        text = "\n".join(lines)
        assert all(word in text for word in chain.from_iterable(row))


@given(tables())
def test_without_a_terminal_a_table_has_its_columns_however_wide(table: Table) -> None:
    assert aligned(table).splitlines()[0].split() == [word for (word,) in table[0]]
    assert in_width(table, None) == in_width(table, 10_000)
