"""The pipeline that Kedro-Viz is given: the same nodes, each with its pod."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import Pipeline
from plans import make, project

from argo_kedro.model import Workflow
from argo_kedro.names import k8s_name
from argo_kedro.pipeline import FusedPipeline
from argo_kedro.plan import plan
from argo_kedro.project.pods import with_pods


def seen(nodes: list[Any], *, as_namespaces: bool = False) -> tuple[Pipeline, Pipeline]:
    """The nodes as they are, and as they are drawn."""
    pipeline, workflow = Pipeline(nodes), plan(project(nodes))
    return pipeline, with_pods(pipeline, workflow, labels(workflow), as_namespaces=as_namespaces)


def labels(workflow: Workflow) -> dict[str, str]:
    return {task.name: task.group or task.nodes[0] for task in workflow.tasks}


def test_nodes_keep_their_names_data_and_tags() -> None:
    inner = [make("a", "in", "mid", tags="t"), make("b", "mid", "out", namespace="x")]
    own, drawn = seen([FusedPipeline(inner, name="f"), make("c", "out", "end")])

    assert [str(node) for node in drawn.nodes] == [str(node) for node in own.nodes]
    assert [(node.name, node.namespace) for node in drawn.nodes] == [("a", None), ("x.b", "x"), ("c", None)]
    assert {node.name: node.tags for node in drawn.nodes} == {
        "a": {"t", "pod: f", "machine type: default"},
        "x.b": {"pod: f", "machine type: default"},
        "c": {"pod: c", "machine type: default"},
    }
    assert [node.tags for node in own.nodes] == [{"t"}, set(), set()]


@pytest.mark.filterwarnings("ignore:Namespace .* is interrupted:UserWarning")
def test_pods_of_several_nodes_take_the_place_of_namespaces() -> None:
    split = [make("a", "in", "d0", namespace="x"), make("b", "d0", "d1"), make("c", "d1", "d2", namespace="x")]
    _, drawn = seen([FusedPipeline(split[:2], name="f"), split[2]], as_namespaces=True)

    assert [(node.name, node.namespace) for node in drawn.nodes] == [("x.a", "f"), ("b", "f"), ("x.c", None)]
    assert drawn.filter(node_namespaces=["f"]).outputs() == {"d1"}  # it goes through Kedro's own operations


def test_no_pod_is_a_box_in_another_one_and_no_two_are_one() -> None:
    names = ["f", "f.g", "f-g", k8s_name("f.h"), "\N{ONE DOT LEADER}", "<script>", 'a"b', "a\nb", "a b"]
    groups = [
        FusedPipeline([make(f"a{at}", "in", f"x{at}"), make(f"b{at}", f"x{at}", f"y{at}")], name=name)
        for at, name in enumerate(names)
    ]
    _, drawn = seen(groups, as_namespaces=True)

    boxes = {node.namespace for node in drawn.nodes}
    assert len(boxes) == len(names)
    assert not any("." in str(box) for box in boxes)
    assert {f"pod: {name}" for name in names} < {tag for node in drawn.nodes for tag in node.tags}
