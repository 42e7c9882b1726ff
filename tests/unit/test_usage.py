"""The line that says what a task took."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argo_kedro.usage import NodeTime, Usage, read_usage

BEGAN = datetime(2026, 11, 21, 8, 3, 47, 250_000, tzinfo=timezone.utc)
USAGE = Usage(
    began=BEGAN,
    nodes=(NodeTime("split", 0.9, 1.2), NodeTime("train", 1.2, 61.5)),
    cpu=59.25,
    memory=1_300_000_000,
    limit=2**31,
)


def test_a_line_says_all_of_it() -> None:
    assert read_usage(USAGE.line()) == USAGE


@given(st.lists(st.tuples(st.text(max_size=90), st.floats(0, 1e5)), unique_by=lambda each: each[0], max_size=300))
def test_a_line_never_has_more_than_kubernetes_keeps_and_loses_the_shortest_nodes(
    nodes: list[tuple[str, float]],
) -> None:
    usage = Usage(began=BEGAN, nodes=tuple(NodeTime(name, 1.0, 1.0 + seconds) for name, seconds in nodes))

    line = usage.line()

    assert len(line.encode()) <= 2000
    found = read_usage(line)
    assert found is not None
    assert found.left_out + len(found.nodes) == len(nodes)
    kept, lost = {node.name for node in found.nodes}, dict(nodes)
    times = [lost.pop(name) for name in kept]
    assert not times or max(lost.values(), default=0.0) <= min(times)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "node train: ValueError: boom",
        '{"argo-kedro":',
        '{"argo-kedro":1}',
        '{"argo-kedro":1,"began":"yesterday","cpu":0,"memory":0,"limit":0,"left_out":0,"nodes":[]}',
        '{"argo-kedro":1,"began":"2026-11-21T08:03:47+00:00","cpu":0,"memory":0,"limit":0,"left_out":0,"nodes":[1]}',
        '{"argo-kedro":1,"began":"2026-11-21T08:03:47+00:00","cpu":0,"memory":1e999,"limit":0,"left_out":0,"nodes":[]}',
        '["argo-kedro"]',
        '{"argo-kedro":1,"began":"2026-11-21T08:03:47+00:00","cpu":0,"memory":0,"limit":0,"left_out":0,'
        '"nodes":[["a",1e300,1e300]]}',
        '{"argo-kedro":1,"began":"2026-11-21T08:03:47+00:00","cpu":0,"memory":0,"limit":0,"left_out":0,'
        '"nodes":[["a",NaN,1]]}',
    ],
)
def test_what_others_write_is_no_such_line(text: str) -> None:
    assert read_usage(text) is None
