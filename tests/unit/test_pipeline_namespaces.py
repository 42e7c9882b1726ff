"""A group's name carries the namespaces put around it after it was fused, and nodes are renamed as Kedro does."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline, Group, Node, Note, note

pytestmark = pytest.mark.filterwarnings(
    # Kedro warns of datasets with a full stop, and of namespaces that other nodes come between: both are wanted here.
    "ignore:.*contains? '.' characters:UserWarning",
    "ignore:Namespace .* is interrupted:UserWarning",
)


def same(x: Any) -> Any:
    return x


def fused(**kwargs: Any) -> FusedPipeline:
    nodes = [Node(same, "a", "b", name="n1", machine_type="small"), node(same, "b", "c", name="n2")]
    return FusedPipeline(nodes, "f", template="gpu", **kwargs)


def whole(**kwargs: Any) -> Pipeline:
    return Pipeline([node(same, "raw", "a", name="n0"), fused(), node(same, "c", "end", name="n3")], **kwargs)


def groups(pipeline: Pipeline) -> dict[str, str | None]:
    """The name of each node, and the name of its group."""
    found = ((each.name, note(each).group) for each in pipeline.nodes)
    return {name: group.name if group else None for name, group in found}


MEMBERS = frozenset({"n1", "n2"})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (fused(), {"n1": "f", "n2": "f"}),
        (fused(namespace="x"), {"x.n1": "x.f", "x.n2": "x.f"}),
        (pipeline(fused(), namespace="x"), {"x.n1": "x.f", "x.n2": "x.f"}),
        (Pipeline(fused(), namespace="x"), {"x.n1": "x.f", "x.n2": "x.f"}),
        (Pipeline([fused()], namespace="x", tags="t"), {"x.n1": "x.f", "x.n2": "x.f"}),
        (pipeline(fused(namespace="y"), namespace="x"), {"x.y.n1": "x.y.f", "x.y.n2": "x.y.f"}),
        (pipeline(pipeline(fused(), namespace="y"), namespace="x"), {"x.y.n1": "x.y.f", "x.y.n2": "x.y.f"}),
        (pipeline(fused(), namespace="x.y"), {"x.y.n1": "x.y.f", "x.y.n2": "x.y.f"}),
        (pipeline(pipeline(fused(), namespace="x"), namespace="x"), {"x.x.n1": "x.x.f", "x.x.n2": "x.x.f"}),
        (FusedPipeline(pipeline(fused(), namespace="x"), "g"), {"x.n1": "g", "x.n2": "g"}),
        (FusedPipeline(pipeline(fused(), namespace="x"), "g", namespace="y"), {"y.x.n1": "y.g", "y.x.n2": "y.g"}),
        (
            pipeline(FusedPipeline(pipeline(fused(), namespace="x"), "g"), namespace="x"),
            {"x.x.n1": "x.g", "x.x.n2": "x.g"},
        ),
        (pipeline(fused(), namespace="x").tag("t").filter(node_namespaces=["x"]), {"x.n1": "x.f", "x.n2": "x.f"}),
        (pipeline(pipeline(fused(), namespace="y").only_nodes("y.n1"), namespace="x"), {"x.y.n1": "x.y.f"}),
        (pipeline(fused(), namespace="my ns"), {"my ns.n1": "my ns.f", "my ns.n2": "my ns.f"}),
    ],
)
def test_a_group_is_named_with_the_namespaces_around_it(made: Pipeline, expected: dict[str, str]) -> None:
    assert groups(made) == expected


@pytest.mark.parametrize("inner", ["x", "y", "x.y", "yx", "xy"])
@pytest.mark.parametrize("outer", ["x", "x.y", "y.x", "xy"])
def test_a_namespace_that_nodes_had_before_is_no_part_of_the_groups_name(inner: str, outer: str) -> None:
    group = FusedPipeline([node(same, f"{inner}.a", f"{inner}.b", name="n", namespace=inner)], "f")

    made = pipeline(group, namespace=outer)

    assert groups(made) == {f"{outer}.{inner}.n": f"{outer}.f"}


def test_nodes_of_several_namespaces_stay_one_group() -> None:
    group = FusedPipeline(
        [
            node(same, "raw", "p.a", name="n0"),
            pipeline([node(same, "a", "b", name="n1")], namespace="p", outputs={"b": "q.b"}),
            pipeline([node(same, "b", "c", name="n2")], namespace="q.r", inputs={"b": "q.b"}),
        ],
        "f",
    )

    made = pipeline(group, namespace="x")

    members = frozenset({"n0", "p.n1", "q.r.n2"})
    assert {each.name: note(each).group for each in made.nodes} == dict.fromkeys(
        ("x.n0", "x.p.n1", "x.q.r.n2"), Group("f", members, "x")
    )


def test_a_namespace_leaves_the_rest_of_the_note_alone() -> None:
    made = pipeline(fused(), namespace="x")

    assert {each.name: note(each) for each in made.nodes} == {
        "x.n1": Note("small", "gpu", Group("f", MEMBERS, "x")),
        "x.n2": Note(None, "gpu", Group("f", MEMBERS, "x")),
    }


def test_a_namespace_around_a_pipeline_renames_what_is_in_a_group_too() -> None:
    """In version 0.1 the group kept reading `raw`'s old name, its tasks lost their edges and its template."""
    made = pipeline(whole(), namespace="x")

    assert [(each.name, each.inputs, each.outputs, note(each).template) for each in made.nodes] == [
        ("x.n0", ["x.raw"], ["x.a"], None),
        ("x.n1", ["x.a"], ["x.b"], "gpu"),
        ("x.n2", ["x.b"], ["x.c"], "gpu"),
        ("x.n3", ["x.c"], ["x.end"], None),
    ]
    assert {child.name: [each.name for each in parents] for child, parents in made.node_dependencies.items()} == {
        "x.n0": [],
        "x.n1": ["x.n0"],
        "x.n2": ["x.n1"],
        "x.n3": ["x.n2"],
    }


def test_two_namespaces_of_one_pipeline_give_two_groups() -> None:
    """In version 0.1 they became one."""
    both = pipeline(whole(), namespace="x") + pipeline(whole(), namespace="y")

    assert groups(both) == {
        **{"x.n0": None, "x.n1": "x.f", "x.n2": "x.f", "x.n3": None},
        **{"y.n0": None, "y.n1": "y.f", "y.n2": "y.f", "y.n3": None},
    }


def test_two_namespaces_of_one_pipeline_can_be_fused_into_one_group() -> None:
    both = FusedPipeline([pipeline(whole(), namespace="x"), pipeline(whole(), namespace="y")], "g")

    assert set(groups(both).values()) == {"g"}
    assert {note(each).group for each in both.nodes} == {Group("g", frozenset(each.name for each in both.nodes))}


def test_a_pipeline_in_a_namespace_can_be_fused() -> None:
    """In version 0.1 a `KeyError`."""
    nodes = FusedPipeline([node(same, "x.a", "x.b", name="n", namespace="x")], "f").nodes
    made = FusedPipeline(pipeline(whole(), namespace="x"), "f").nodes

    assert [each.name for each in nodes] == ["x.n"]
    assert [each.name for each in made] == ["x.n0", "x.n1", "x.n2", "x.n3"]


def test_a_namespace_may_leave_the_datasets_alone() -> None:
    made = pipeline(fused(), namespace="x", prefix_datasets_with_namespace=False)

    assert [(each.name, each.inputs, each.outputs) for each in made.nodes] == [
        ("x.n1", ["a"], ["b"]),
        ("x.n2", ["b"], ["c"]),
    ]
    assert groups(made) == {"x.n1": "x.f", "x.n2": "x.f"}


def test_a_namespace_goes_with_inputs_outputs_and_parameters_as_in_kedro() -> None:
    nodes = [node(max, ["a", "params:p"], "b", name="n1", confirms="b"), node(max, ["b", "params:q"], "c", name="n2")]
    asked: dict[str, Any] = {
        "namespace": "x",
        "inputs": {"a": "raw"},
        "outputs": "c",
        "parameters": {"p": "all"},
        "tags": "t",
    }

    made, expected = pipeline(FusedPipeline(nodes, "f"), **asked), pipeline(nodes, **asked)

    assert [vars(each)["_argo_note"].group.name for each in made.nodes] == ["x.f", "x.f"]
    assert [_seen(each) for each in made.nodes] == [_seen(each) for each in expected.nodes]
    assert _seen(made.nodes[0]) == ("x.n1", ["raw", "params:all"], ["x.b"], ["x.b"], {"t"}, "x")


def _seen(each: Any) -> tuple[Any, ...]:
    return each.name, each.inputs, each.outputs, each.confirms, each.tags, each.namespace


def test_a_namespace_that_only_differs_by_a_full_stop_is_another_one() -> None:
    one, other = (note(pipeline(fused(), namespace=name).nodes[0]).group for name in ("x", "x."))

    assert (one, other) == (Group("f", MEMBERS, "x"), Group("f", MEMBERS, "x."))
