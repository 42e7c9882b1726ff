"""Notes survive everything that Kedro does with pipelines; fused ones behave as their nodes do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline, Group, Node, Note, note


def same(x: Any) -> Any:
    return x


def notes(pipeline: Pipeline) -> dict[str, Note]:
    return {each.name: note(each) for each in pipeline.nodes}


FUSED = FusedPipeline(
    [
        Node(same, "a", "b", name="n1", machine_type="small", tags="t1"),
        node(same, "b", "c", name="n2", tags="t2", namespace="ns"),
    ],
    "f",
    template="gpu",
)
BEFORE = Node(same, "raw", "a", name="n0", machine_type="tiny", tags="t1")
AFTER = node(same, "c", "end", name="n3", tags="t2")
WHOLE = Pipeline([BEFORE, FUSED, AFTER])

GROUP = Group("f", frozenset({"n1", "ns.n2"}))
NOTES = {
    "n0": Note("tiny"),
    "n1": Note("small", "gpu", GROUP),
    "ns.n2": Note(None, "gpu", GROUP),
    "n3": Note(),
}
ALL, INSIDE = ("n0", "n1", "ns.n2", "n3"), ("n1", "ns.n2")


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (lambda p: p, ALL),
        (lambda p: p + FUSED, ALL),
        (lambda p: FUSED + p, ALL),
        (lambda p: p + p, ALL),
        (lambda p: p | FUSED, ALL),
        (lambda p: Pipeline([]) + p, ALL),
        (lambda p: sum([FUSED, Pipeline([BEFORE]), Pipeline([AFTER])]), ALL),
        (lambda p: Pipeline([Pipeline([BEFORE]), Pipeline([Pipeline(FUSED)]), AFTER]), ALL),
        (lambda p: p - FUSED, ("n0", "n3")),
        (lambda p: p - Pipeline([BEFORE]), ("n1", "ns.n2", "n3")),
        (lambda p: p & FUSED, INSIDE),
        (lambda p: FUSED & p, INSIDE),
        (lambda p: FUSED - Pipeline([]), INSIDE),
        (lambda p: p.only_nodes("n1", "ns.n2"), INSIDE),
        (lambda p: p.only_nodes("n1"), ("n1",)),
        (lambda p: p.only_nodes("ns.n2"), ("ns.n2",)),
        (lambda p: p.only_nodes_with_tags("t1"), ("n0", "n1")),
        (lambda p: p.only_nodes_with_namespaces(["ns"]), ("ns.n2",)),
        (lambda p: p.only_nodes_with_inputs("b"), ("ns.n2",)),
        (lambda p: p.only_nodes_with_outputs("b"), ("n1",)),
        (lambda p: p.from_nodes("ns.n2"), ("ns.n2", "n3")),
        (lambda p: p.to_nodes("n1"), ("n0", "n1")),
        (lambda p: p.from_inputs("b"), ("ns.n2", "n3")),
        (lambda p: p.to_outputs("b"), ("n0", "n1")),
        (lambda p: p.filter(), ALL),
        (lambda p: p.filter(tags=["t1"]), ("n0", "n1")),
        (lambda p: p.filter(from_nodes=["n1"]), ("n1", "ns.n2", "n3")),
        (lambda p: p.filter(to_nodes=["ns.n2"]), ("n0", "n1", "ns.n2")),
        (lambda p: p.filter(node_names=["n1", "n3"]), ("n1", "n3")),
        (lambda p: p.filter(from_inputs=["b"]), ("ns.n2", "n3")),
        (lambda p: p.filter(to_outputs=["b"]), ("n0", "n1")),
        (lambda p: p.filter(node_namespaces=["ns"]), ("ns.n2",)),
        (lambda p: p.filter(from_nodes=["n1"], to_nodes=["ns.n2"], tags=["t1"]), ("n1",)),
        (lambda p: (Pipeline([]) + p).filter(node_names=["n1", "ns.n2"]), INSIDE),  # what `session.run` does
        (lambda p: p.tag("z"), ALL),
        (lambda p: Pipeline(p, tags="z"), ALL),
        (lambda p: Pipeline([p], tags=["z", "y"]), ALL),
        (lambda p: pipeline(p, tags={"z"}), ALL),
        (lambda p: p.tag("z").tag("y").filter(tags=["y"]), ALL),
        (lambda p: pipeline(p, inputs={"raw": "other"}), ALL),
        (lambda p: pipeline(p, inputs={"raw"}, outputs={"end": "other", "b": "mid"}, tags="z"), ALL),
    ],
)
def test_each_node_keeps_its_note_through(operation: Callable[[Pipeline], Pipeline], left: tuple[str, ...]) -> None:
    assert notes(operation(WHOLE)) == {name: NOTES[name] for name in left}


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (lambda p: p.filter(), INSIDE),
        (lambda p: p.filter(tags=["t1"]), ("n1",)),
        (lambda p: p.filter(node_names=["n1"]), ("n1",)),
        (lambda p: p.tag("z"), INSIDE),
        (lambda p: Pipeline(p), INSIDE),
        (lambda p: Pipeline([p], tags="z"), INSIDE),
        (lambda p: p + Pipeline([]), INSIDE),
        (lambda p: sum([p]), INSIDE),
        (lambda p: sum([p, p]), INSIDE),
        (lambda p: pipeline(p, inputs={"a": "raw"}, outputs={"c": "end"}), INSIDE),
    ],
)
def test_a_fused_pipeline_by_itself_keeps_its_notes_through(
    operation: Callable[[Pipeline], Pipeline], left: tuple[str, ...]
) -> None:
    assert notes(operation(FUSED)) == {name: NOTES[name] for name in left}


@pytest.mark.parametrize(
    "operation",
    [
        lambda p: p.filter(tags=["t1"]),
        lambda p: p.filter(from_inputs=["b"]),
        lambda p: p.filter(node_names=["n1", "n3"]),
        lambda p: p.only_nodes_with_tags("t2"),
        lambda p: p - Pipeline(FUSED.nodes),
        lambda p: pipeline(p, inputs={"raw": "other"}, outputs={"c": "mid"}),
        lambda p: pipeline(p, namespace="x"),
        lambda p: Pipeline([p], tags="z"),
    ],
)
def test_a_pipeline_with_a_fused_one_does_what_the_same_nodes_do_unfused(
    operation: Callable[[Pipeline], Pipeline],
) -> None:
    inside = [
        node(same, "a", "b", name="n1", tags="t1"),
        node(same, "b", "c", name="n2", tags="t2", namespace="ns"),
    ]

    assert _seen(operation(WHOLE)) == _seen(operation(Pipeline([BEFORE, *inside, AFTER])))


def _seen(pipeline: Pipeline) -> list[tuple[Any, ...]]:
    return [(each.name, each.inputs, each.outputs, each.tags, each.namespace) for each in pipeline.nodes]


def test_a_filter_takes_only_the_nodes_of_a_group_that_match() -> None:
    """In version 0.1 the whole group was selected, with nodes that have not the tag."""
    nested = Pipeline([FUSED, AFTER])

    assert [each.name for each in nested.only_nodes_with_tags("t1").nodes] == ["n1"]
    assert [each.name for each in nested.filter(tags=["t1"]).nodes] == ["n1"]


def test_a_filter_sees_the_datasets_inside_a_group() -> None:
    """In version 0.1 `Pipeline contains no nodes after applying all provided filters`."""
    assert [each.name for each in Pipeline([FUSED]).filter(from_inputs=["b"]).nodes] == ["ns.n2"]


def test_the_nodes_of_a_fused_pipeline_can_be_taken_away() -> None:
    """In version 0.1 nothing was removed."""
    assert [each.name for each in (WHOLE - FUSED).nodes] == ["n0", "n3"]


def test_datasets_of_a_fused_pipeline_can_be_renamed() -> None:
    """In version 0.1 ignored."""
    for renamed in (pipeline(FUSED, inputs={"a": "other"}), Pipeline(FUSED, inputs={"a": "other"})):
        assert [(each.inputs, each.outputs) for each in renamed.nodes] == [(["other"], ["b"]), (["b"], ["c"])]
        assert notes(renamed) == notes(FUSED)


def test_renamed_datasets_give_nodes_without_a_name_another_name_and_the_same_note() -> None:
    fused = FusedPipeline([node(same, "a", "b"), node(same, "b", "c")], "f")

    renamed = pipeline(fused, inputs={"a": "other"})

    assert [each.name for each in renamed.nodes] == [node(same, "other", "b").name, node(same, "b", "c").name]
    assert {note(each).group for each in renamed.nodes} == {Group("f", frozenset(each.name for each in fused.nodes))}


def test_tagging_keeps_the_machine_and_the_template() -> None:
    """In version 0.1 tags in a pipeline dropped the template, and `tag` the group."""
    for tagged in (FUSED.tag("z"), Pipeline([FUSED], tags="z"), FusedPipeline(FUSED, "f", tags="z")):
        assert [("z" in each.tags, note(each)) for each in tagged.nodes] == [
            (True, NOTES["n1"]),
            (True, NOTES["ns.n2"]),
        ]


def test_edges_between_a_group_and_the_rest_stay() -> None:
    dependencies = {
        child.name: {each.name for each in parents} for child, parents in WHOLE.node_dependencies.items() if parents
    }

    assert dependencies == {"n1": {"n0"}, "ns.n2": {"n1"}, "n3": {"ns.n2"}}


def test_a_plain_copy_of_a_node_left_of_the_fused_one_wins_as_kedro_decides() -> None:
    """Kedro's sets keep the first of equal nodes. A registry that has both is told so when it is compiled."""
    plain = Pipeline([node(same, "a", "b", name="n1"), node(same, "b", "c", name="n2", namespace="ns")])

    assert notes(plain + FUSED) == {"n1": Note(), "ns.n2": Note()}
    assert notes(FUSED + plain) == notes(FUSED)


def test_kedro_groups_a_fused_pipeline_as_any_other() -> None:
    fused, plain = FusedPipeline(FUSED, "f"), Pipeline(FUSED.nodes)

    assert fused.group_nodes_by("namespace") == plain.group_nodes_by("namespace")
    assert fused.to_json() == plain.to_json()
