"""The layout of the report's graph: laws for any graph."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.views.report.layers import Edge, layer_numbers, one_way, untangled
from argo_kedro.views.report.layout import Box, layout

Heights = dict[str, float]
WIDTH = 200.0


@st.composite
def graphs(draw: st.DrawFn, *, circles: bool = False) -> tuple[Heights, list[Edge]]:
    """Heights and edges; without circles an edge goes from an earlier name to a later one."""
    names = [str(number) for number in range(draw(st.integers(0, 24)))]
    heights = {name: draw(st.floats(20, 140)) for name in names}
    if not names:
        return heights, []
    ends = st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1))
    found = draw(st.lists(ends, max_size=60))
    edges = [(str(one), str(other)) for one, other in found if circles or one < other]
    return heights, edges


def apart(one: Box, other: Box) -> bool:
    beside = one.x + one.width < other.x or other.x + other.width < one.x
    return beside or one.y + one.height < other.y or other.y + other.height < one.y


@given(graphs(circles=True))
def test_no_two_boxes_touch_and_all_are_inside(graph: tuple[Heights, list[Edge]]) -> None:
    found = layout(*graph, width=WIDTH)

    assert (list(found.boxes) and set(found.boxes) == set(graph[0])) or not graph[0]
    assert all(apart(one, other) for one, other in combinations(found.boxes.values(), 2))
    for box in found.boxes.values():
        assert box.x >= 0 and box.x + box.width <= found.width + 1e-6
        assert box.y >= -1e-6 and box.y + box.height <= found.height + 1e-6


@given(graphs())
def test_all_lines_go_to_the_right_from_box_to_box(graph: tuple[Heights, list[Edge]]) -> None:
    found = layout(*graph, width=WIDTH)

    assert set(found.lines) == set(graph[1])
    for (source, target), line in found.lines.items():
        begin, end = found.boxes[source], found.boxes[target]
        assert line[0] == (begin.x + begin.width, begin.y + begin.height / 2)
        assert line[-1] == (end.x, end.y + end.height / 2)
        assert all(x <= next_x for (x, _), (next_x, _) in pairwise(line))


@given(graphs())
def test_no_line_runs_through_a_box_where_no_layer_is_folded(graph: tuple[Heights, list[Edge]]) -> None:
    heights = {name: height / 4 for name, height in graph[0].items()}
    found = layout(heights, graph[1], width=WIDTH)

    for line in found.lines.values():
        for (x, y), (to_x, to_y) in pairwise(line):
            if y == to_y and to_x > x:
                level = [box for box in found.boxes.values() if box.x < to_x and box.x + box.width > x]
                assert all(y <= box.y or y >= box.y + box.height for box in level)


@given(graphs(circles=True))
def test_a_circle_loses_some_of_its_lines_and_nothing_else(graph: tuple[Heights, list[Edge]]) -> None:
    heights, edges = graph
    order, forward = one_way(list(heights), edges)
    place = {name: number for number, name in enumerate(order)}
    numbers = layer_numbers(order, forward)

    assert sorted(order) == sorted(heights)
    assert all(place[source] < place[target] for source, target in forward)
    assert all(numbers[source] < numbers[target] for source, target in forward)
    assert set(forward) <= set(edges)


@given(graphs())
def test_the_same_graph_has_the_same_layout(graph: tuple[Heights, list[Edge]]) -> None:
    assert layout(*graph, width=WIDTH) == layout(*graph, width=WIDTH)


def test_ways_that_need_not_cross_do_not() -> None:
    layers = [["a", "b", "c"], ["x", "y", "z"]]
    edges = [("a", "z"), ("b", "y"), ("c", "x")]

    first, second = untangled(layers, edges)

    partner = dict(edges)
    assert [partner[name] for name in first] == second


def test_many_boxes_side_by_side_are_folded_into_a_page() -> None:
    heights = {"0": 40.0, **{str(number): 40.0 for number in range(1, 2001)}}

    found = layout(heights, [("0", str(number)) for number in range(1, 2001)], width=WIDTH)

    assert 1 < found.width / found.height < 4
