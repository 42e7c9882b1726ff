"""What pipeline code imports, and the note that it leaves on nodes."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import Pipeline, node
from kedro.pipeline.node import Node as KedroNode

import argo_kedro.pipeline
from argo_kedro.pipeline import FusedPipeline, Group, Node, Note, note, sum_pipelines


def same(x: Any) -> Any:
    return x


def notes(pipeline: Pipeline) -> dict[str, Note]:
    return {each.name: note(each) for each in pipeline.nodes}


def chain(*names: str, **kwargs: Any) -> list[KedroNode]:
    """Nodes of these names, each reading what the one before it wrote: `in_a` -> a -> `in_b` -> b -> `out`."""
    datasets = [*(f"in_{name}" for name in names), "out"]
    return [Node(same, datasets[i], datasets[i + 1], name=name, **kwargs) for i, name in enumerate(names)]


def test_the_module_has_what_version_0_1_had() -> None:
    assert {"FusedPipeline", "Node", "sum_pipelines"} <= set(argo_kedro.pipeline.__all__)


def test_a_node_takes_the_arguments_of_version_0_1() -> None:
    made = Node(same, "a", "b", name="n", machine_type="big", template="gpu", tags=["t"], confirms="b", namespace="ns")

    assert (made.name, made.inputs, made.outputs, made.tags, made.confirms, made.namespace) == (
        *("ns.n", ["a"], ["b"], {"t"}, ["b"], "ns"),
    )
    assert (made.machine_type, made.template) == ("big", "gpu")


def test_a_node_is_what_kedro_makes_of_the_same_arguments() -> None:
    arguments: dict[str, Any] = {"name": "n", "tags": ["t"], "confirms": ["b"], "namespace": "ns"}
    made, plain = Node(same, {"x": "a"}, ["b"], **arguments), KedroNode(same, {"x": "a"}, ["b"], **arguments)

    assert vars(made) == {**vars(plain), "_argo_note": Note()}


def test_an_argument_that_kedro_does_not_know_is_refused_as_by_kedro() -> None:
    with pytest.raises(TypeError, match="machine_typ"):
        Node(same, "a", "b", machine_typ="big")


def test_a_node_is_a_kedro_node_and_equals_the_plain_one() -> None:
    annotated, plain = Node(same, "a", "b", name="n", machine_type="big"), node(same, "a", "b", name="n")

    assert isinstance(annotated, KedroNode)
    assert annotated == plain
    assert hash(annotated) == hash(plain)
    assert str(annotated) == str(plain)


def test_a_node_without_a_name_is_named_as_by_kedro() -> None:
    assert Node(same, "a", "b").name == node(same, "a", "b").name


def test_a_node_runs_its_function() -> None:
    assert Node(same, "a", "b", machine_type="big").run({"a": 1}) == {"b": 1}


def test_a_node_carries_the_note_it_was_made_with() -> None:
    assert note(Node(same, "a", "b", machine_type="big", template="gpu")) == Note("big", "gpu", None)


@pytest.mark.parametrize("plain", [node(same, "a", "b"), Node(same, "a", "b")])
def test_a_node_of_which_nothing_was_said_has_an_empty_note(plain: KedroNode) -> None:
    assert note(plain) == Note(None, None, None)


def test_a_foreign_attribute_of_the_same_name_is_no_note() -> None:
    foreign = node(same, "a", "b")
    vars(foreign)["_argo_note"] = "big"

    assert note(foreign) == Note()


@pytest.mark.parametrize("key", ["machine_type", "template"])
@pytest.mark.parametrize("value", ["", 5, ["big"]])
def test_a_machine_or_template_that_is_no_name_is_refused(key: str, value: Any) -> None:
    expected = f"{key} must be a name defined in argo.yml, got {value!r}."

    with pytest.raises(ValueError) as of_node:
        Node(same, "a", "b", **{key: value})
    with pytest.raises(ValueError) as of_pipeline:
        FusedPipeline([node(same, "a", "b")], "f", **{key: value})

    assert (str(of_node.value), str(of_pipeline.value)) == (expected, expected)


def test_a_fused_pipeline_takes_the_arguments_of_version_0_1() -> None:
    fused = FusedPipeline(chain("a", "b"), "f", tags=["t"], machine_type="big", template="gpu")

    group = Group("f", frozenset({"a", "b"}))
    assert notes(fused) == {"a": Note("big", "gpu", group), "b": Note("big", "gpu", group)}
    assert [each.tags for each in fused.nodes] == [{"t"}, {"t"}]


def test_a_fused_pipeline_takes_every_argument_that_kedro_takes() -> None:
    fused = FusedPipeline(
        nodes=[node(same, "a", "mid", name="n"), node(max, ["mid", "params:p"], "b", name="m")],
        name="f",
        inputs={"a": "raw"},
        outputs={"b": "done"},
        parameters={"p": "q"},
        tags="t",
        namespace="ns",
        prefix_datasets_with_namespace=False,
    )

    assert [(each.name, each.inputs, each.outputs, each.tags, note(each).group) for each in fused.nodes] == [
        ("ns.n", ["raw"], ["mid"], {"t"}, Group("f", frozenset({"n", "m"}), "ns")),
        ("ns.m", ["mid", "params:q"], ["done"], {"t"}, Group("f", frozenset({"n", "m"}), "ns")),
    ]


@pytest.mark.parametrize("name", ["", " ", "\n", None, 5, ["f"]])
def test_a_fused_pipeline_without_a_name_is_refused(name: Any) -> None:
    with pytest.raises(ValueError) as caught:
        FusedPipeline([node(same, "a", "b")], name)

    assert str(caught.value) == f"FusedPipeline needs a name, got {name!r}. Pass name='...': it names the group's task."


@pytest.mark.parametrize(
    "given",
    [
        chain("a", "b"),
        tuple(chain("a", "b")),
        (each for each in chain("a", "b")),
        Pipeline(chain("a", "b")),
        [Pipeline(chain("a")), node(same, "out", "end", name="b")],
        FusedPipeline(chain("a", "b"), "inner"),
        [FusedPipeline(chain("a", "b"), "inner")],
    ],
    ids=["list", "tuple", "generator", "pipeline", "mixed", "fused", "list of fused"],
)
def test_a_fused_pipeline_is_made_of_whatever_a_pipeline_is_made_of(given: Any) -> None:
    assert {name: each.group for name, each in notes(FusedPipeline(given, "f")).items()} == {
        "a": Group("f", frozenset({"a", "b"})),
        "b": Group("f", frozenset({"a", "b"})),
    }


def test_a_fused_pipeline_of_nothing_is_an_empty_pipeline() -> None:
    assert FusedPipeline([], "f").nodes == []


def test_a_fused_pipeline_of_none_is_refused_as_by_kedro() -> None:
    with pytest.raises(ValueError, match="'nodes' argument of 'Pipeline' is None"):
        FusedPipeline(None, "f")  # type: ignore[arg-type]


def test_a_fused_pipeline_is_a_pipeline_of_its_own_nodes() -> None:
    fused, plain = FusedPipeline(chain("a", "b"), "f"), Pipeline(chain("a", "b"))

    assert isinstance(fused, Pipeline)
    assert fused.nodes == plain.nodes
    assert fused.grouped_nodes == plain.grouped_nodes
    assert (fused.inputs(), fused.outputs(), fused.datasets()) == ({"in_a"}, {"out"}, {"in_a", "in_b", "out"})
    assert fused.describe() == plain.describe()


def test_fusing_leaves_the_given_nodes_as_they_were() -> None:
    given = [Node(same, "a", "b", name="n", machine_type="small"), node(same, "b", "c", name="m")]

    FusedPipeline(given, "f", machine_type="big", tags="t")

    assert [(note(each), each.tags) for each in given] == [(Note("small"), set()), (Note(), set())]


def test_a_group_has_the_machine_of_the_fused_pipeline_else_of_each_node() -> None:
    given = [Node(same, "a", "b", name="n", machine_type="small", template="old"), node(same, "b", "c", name="m")]
    group = Group("f", frozenset({"n", "m"}))

    assert notes(FusedPipeline(given, "f")) == {"n": Note("small", "old", group), "m": Note(None, None, group)}
    assert notes(FusedPipeline(given, "f", machine_type="big")) == {
        "n": Note("big", "old", group),
        "m": Note("big", None, group),
    }


def test_of_fused_pipelines_inside_each_other_the_outer_one_decides() -> None:
    inner = FusedPipeline(chain("a", "b"), "inner", machine_type="small", template="old")
    after = node(same, "out", "end", name="c")
    group = Group("outer", frozenset({"a", "b", "c"}))

    assert notes(FusedPipeline([inner, after], "outer", machine_type="big")) == {
        "a": Note("big", "old", group),
        "b": Note("big", "old", group),
        "c": Note("big", None, group),
    }
    assert notes(FusedPipeline([inner, after], "outer")) == {
        "a": Note("small", "old", group),
        "b": Note("small", "old", group),
        "c": Note(None, None, group),
    }


def test_groups_of_one_label_and_different_nodes_are_different() -> None:
    one, other = FusedPipeline(chain("a"), "f"), FusedPipeline([node(same, "out", "end", name="c")], "f")

    groups = {each.group for each in notes(one + other).values()}

    assert groups == {Group("f", frozenset({"a"})), Group("f", frozenset({"c"}))}


def test_a_fused_pipeline_may_pass_a_dataset_on_in_another_format() -> None:
    """In version 0.1 a `CircularDependencyError`."""
    fused = FusedPipeline([node(same, "a", "x@pandas", name="w"), node(same, "x@spark", "b", name="r")], "f")

    assert [each.name for each in Pipeline([fused, node(same, "b", "c", name="n")]).nodes] == ["w", "r", "n"]


def test_a_fused_pipeline_may_have_a_node_between_its_own() -> None:
    """A legal Kedro pipeline; that one pod cannot run it is said when it is compiled."""
    first, between, last = chain("a", "b", "c")

    whole = Pipeline([FusedPipeline([first, last], "f"), between])

    assert [each.name for each in whole.nodes] == ["a", "b", "c"]


def test_pipelines_summed_keep_their_groups() -> None:
    one, other = FusedPipeline(chain("a"), "f"), FusedPipeline([node(same, "out", "end", name="c")], "g")
    expected = {**notes(one), **notes(other)}

    assert notes(sum_pipelines([one, other])) == expected
    assert notes(sum_pipelines(each for each in (one, other))) == expected
    assert notes(sum([one, other], Pipeline([]))) == expected


def test_pipelines_that_overlap_can_be_summed() -> None:
    """In version 0.1 `Pipeline nodes must have unique names`."""
    fused = FusedPipeline(chain("a", "b"), "f")

    assert notes(sum_pipelines([fused, fused, fused.only_nodes("a")])) == notes(fused)


def test_the_sum_of_no_pipelines_is_empty() -> None:
    assert sum_pipelines([]).nodes == []
