"""Notes survive pickling and copying, on every kind of node that Kedro knows."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kedro.pipeline import Pipeline, pipeline
from kedro.pipeline.node import Node as KedroNode

from argo_kedro.pipeline import FusedPipeline, Group, Node, Note, note

needs_preview = pytest.mark.skipif(
    "preview_fn" not in inspect.signature(KedroNode).parameters, reason="this Kedro has no previews"
)


def same(x: Any) -> Any:
    return x


def twice(x: Any) -> Any:
    return 2 * x


def pieces(x: Any) -> Iterator[Any]:
    yield from x


class RetriedNode(KedroNode):
    """Somebody else's subclass: another constructor, a state of its own, no care for copies."""

    def __init__(self, dataset: str, retries: int) -> None:
        super().__init__(same, dataset, f"{dataset}_out", name="retried")
        self.retries = retries

    def run(self, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {f"{name}": (value, self.retries) for name, value in super().run(inputs).items()}


class CarefulNode(RetriedNode):
    """One that keeps its class and state when Kedro copies it."""

    def _copy(self, **overwrite_params: Any) -> KedroNode:
        made = CarefulNode("unused", self.retries)
        made.__dict__.update(super()._copy(**overwrite_params).__dict__)
        return made


class BigNode(Node):
    """A project's own subclass of ours."""

    def __init__(self, dataset: str) -> None:
        super().__init__(same, dataset, f"{dataset}_out", name="big", machine_type="big")
        self.size = 3

    def run(self, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {name: [value] * self.size for name, value in super().run(inputs).items()}


def fused(*nodes: KedroNode) -> FusedPipeline:
    return FusedPipeline(nodes, "f", template="gpu")


def group(*members: str) -> Group:
    return Group("f", frozenset(members))


COPIES = pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, *(lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in range(2, 6))],
    ids=["copy", "deepcopy", "pickle 2", "pickle 3", "pickle 4", "pickle 5"],
)


@COPIES
@pytest.mark.parametrize(
    "made",
    [
        Node(same, "a", "b", name="n", machine_type="big", template="gpu", tags="t", confirms="b", namespace="ns"),
        fused(Node(same, {"x": "a"}, ["b"], machine_type="big")).nodes[0],
        fused(KedroNode(same, "a", "b")).nodes[0],
        fused(RetriedNode("a", 3)).nodes[0],
        fused(BigNode("a")).nodes[0],
    ],
    ids=["node", "fused node", "fused plain node", "fused foreign node", "fused own subclass"],
)
def test_a_copied_node_is_the_same_in_all(copied: Callable[[Any], Any], made: KedroNode) -> None:
    twin = copied(made)

    assert twin is not made
    assert type(twin) is type(made)
    assert vars(twin) == vars(made)


@COPIES
def test_a_copied_pipeline_keeps_its_notes_and_runs_on(copied: Callable[[Any], Any]) -> None:
    made = fused(Node(same, "a", "b", name="n", machine_type="big"), RetriedNode("b", 3))

    twin = copied(made)

    assert type(twin) is FusedPipeline
    assert [(each.name, note(each)) for each in twin.nodes] == [
        ("n", Note("big", "gpu", group("n", "retried"))),
        ("retried", Note(None, "gpu", group("n", "retried"))),
    ]
    assert [each.name for each in pipeline(twin, namespace="x").nodes] == ["x.n", "x.retried"]


@pytest.mark.parametrize("cls", [RetriedNode, CarefulNode])
def test_a_foreign_node_keeps_its_class_and_state_when_fused(cls: type[RetriedNode]) -> None:
    made = fused(cls("a", 3)).nodes[0]

    assert isinstance(made, cls)
    assert made.run({"a": 1}) == {"a_out": (1, 3)}
    assert note(made) == Note(None, "gpu", group("retried"))


@pytest.mark.parametrize("make", [lambda: RetriedNode("a", 3), lambda: CarefulNode("a", 3), lambda: BigNode("a")])
@pytest.mark.parametrize(
    "operation", [lambda p: p.tag("t"), lambda p: Pipeline(p, tags="t"), lambda p: pipeline(p, namespace="x")]
)
def test_a_copy_by_kedro_of_a_fused_subclass_runs_as_that_of_an_unfused_one(
    make: Callable[[], KedroNode], operation: Callable[[Pipeline], Pipeline]
) -> None:
    """Kedro's copies of subclasses are plain nodes; one of the subclass without its state would break on running."""
    made, expected = operation(fused(make())).nodes[0], operation(Pipeline([make()])).nodes[0]

    assert made.run({made.inputs[0]: 1}) == expected.run({expected.inputs[0]: 1})
    assert isinstance(made, CarefulNode) is isinstance(expected, CarefulNode)
    assert note(made).template == "gpu"
    assert note(made).machine_type == ("big" if expected.name.endswith("big") else None)


def test_a_foreign_node_can_be_fused_again() -> None:
    again = FusedPipeline(fused(CarefulNode("a", 3)).tag("t"), "g").nodes[0]

    assert note(again) == Note(None, "gpu", Group("g", frozenset({"retried"})))
    assert again.run({"a": 1}) == {"a_out": (1, 3)}


def test_a_function_set_later_is_the_one_that_runs_and_the_note_stays() -> None:
    """What a hook does that wraps the functions of nodes."""
    given = Node(same, "a", "b", name="n", machine_type="big")
    for made in (given, *fused(given).nodes, *pipeline(fused(given), namespace="x", inputs="a").nodes):
        before = note(made)

        made.func = twice

        assert made.run({"a": 2}) == {made.outputs[0]: 4}
        assert note(made) == before
        assert note(made.tag("t")) == before
        assert made.tag("t").func is twice


def test_a_function_set_on_a_fused_node_leaves_the_given_node_alone() -> None:
    given = Node(same, "a", "b", name="n")

    fused(given).nodes[0].func = twice

    assert given.run({"a": 2}) == {"b": 2}


def test_a_function_set_before_fusing_is_the_one_that_runs() -> None:
    given = Node(same, "a", "b", name="n")
    given.func = twice

    assert fused(given).nodes[0].run({"a": 2}) == {"b": 4}


def test_the_function_of_a_node_is_the_users_own() -> None:
    """Kedro looks at it: generators run in another way, parameters are validated by its signature."""
    nodes = fused(Node(pieces, "a", "b", name="n")).tag("t").nodes

    assert [each.func for each in nodes] == [pieces]


def test_confirms_are_renamed_with_their_datasets() -> None:
    made = pipeline(fused(Node(same, "a", "b", name="n", confirms=["a"])), namespace="x").nodes[0]

    assert (made.confirms, note(made)) == (["x.a"], Note(None, "gpu", Group("f", frozenset({"n"}), "x")))


def test_notes_survive_a_kedro_whose_copies_keep_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kedro builds copies with its base class; one day it may build them with the node's own."""
    kept = ("func", "inputs", "outputs", "name", "namespace", "tags", "confirms")

    def copy_of_tomorrow(self: KedroNode, **overwrite: Any) -> KedroNode:
        return type(self)(**{**{key: vars(self)[f"_{key}"] for key in kept}, **overwrite})

    monkeypatch.setattr(KedroNode, "_copy", copy_of_tomorrow)
    made = pipeline(fused(Node(same, "a", "b", name="n", machine_type="big")), namespace="x", tags="t").nodes[0]

    assert (made.name, made.tags) == ("x.n", {"t"})
    assert note(made) == Note("big", "gpu", Group("f", frozenset({"n"}), "x"))


@needs_preview
@pytest.mark.filterwarnings("ignore:The 'preview_fn' feature is experimental")
def test_previews_stay_with_nodes() -> None:
    from kedro.pipeline.preview_contract import TextPreview

    given = Node(same, "a", "b", name="n", machine_type="big", preview_fn=lambda: TextPreview(content="hi"))
    made = pipeline(fused(given), namespace="x", tags="t").nodes[0]

    assert [each.preview() for each in (given, made)] == [TextPreview(content="hi")] * 2
    assert note(made) == Note("big", "gpu", Group("f", frozenset({"n"}), "x"))


@needs_preview
def test_a_fused_node_without_a_preview_has_none() -> None:
    """In version 0.1 an `AttributeError`, in Kedro-Viz."""
    assert [each.preview() for each in fused(Node(same, "a", "b", name="n")).nodes] == [None]


@pytest.mark.filterwarnings("ignore:.*experimental")
def test_a_context_node_of_kedro_can_be_fused_and_copied() -> None:
    made_by_kedro = pytest.importorskip("kedro.pipeline.llm_context", reason="this Kedro has no LLM nodes")
    given = made_by_kedro.LLMContextNode(outputs="context", llm="llm", prompts=["prompt"], name="llm_node")

    in_group = fused(given).nodes[0]
    copied = pipeline(fused(given), namespace="x", inputs={"llm", "prompt"}, tags="t").nodes[0]

    assert isinstance(in_group, made_by_kedro.LLMContextNode)
    for made, output in ((in_group, "context"), (copied, "x.context")):
        assert made.run({"llm": "model", "prompt": "hello"})[output].prompts == {"prompt": "hello"}
    assert note(in_group) == Note(None, "gpu", group("llm_node"))
    assert note(copied) == Note(None, "gpu", Group("f", frozenset({"llm_node"}), "x"))
