"""Laws of notes, for any pipeline and any sequence of Kedro's operations.

Beside each pipeline goes what every node's note must be, kept by the rules in words: an operation changes no note, a
namespace goes in front of the names of nodes and of groups, and fusing gives all nodes one group.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kedro.pipeline import Pipeline, node, pipeline

from argo_kedro.pipeline import FusedPipeline, Group, Node, Note, note

pytestmark = pytest.mark.filterwarnings(
    # Kedro warns of datasets with a full stop, and of namespaces that other nodes come between: both are wanted here.
    "ignore:.*contains? '.' characters:UserWarning",
    "ignore:Namespace .* is interrupted:UserWarning",
)

# Kedro takes its time to build pipelines: how long says more of the machine than of the law.
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

machines = st.none() | st.sampled_from(["small", "big"])
templates = st.none() | st.sampled_from(["gpu", "spark"])
namespaces = st.sampled_from(["x", "y", "x.y", "n0", "xx"])
labels = st.sampled_from(["f", "g", "x", "n0"])


def same(*datasets: Any) -> Any:
    return datasets


@dataclass(frozen=True)
class Case:
    """A pipeline, and the note that each of its nodes must have."""

    pipeline: Pipeline
    notes: dict[str, Note]

    def only(self, left: Pipeline) -> Case:
        return Case(left, {each.name: self.notes[each.name] for each in left.nodes})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any directed acyclic graph: each node reads from some of those before it, and has a note or none."""
    nodes, notes = [], {}
    for i in range(draw(st.integers(1, 6))):
        inputs = sorted(draw(st.sets(st.sampled_from(["raw", *(f"d{before}" for before in range(i))]))))
        arguments: dict[str, Any] = {"name": f"n{i}", "tags": draw(st.sets(st.sampled_from(["t", "u"])))}
        machine, template = draw(machines), draw(templates)
        if machine is None and template is None and draw(st.booleans()):
            nodes.append(node(same, inputs, f"d{i}", **arguments))
        else:
            nodes.append(Node(same, inputs, f"d{i}", machine_type=machine, template=template, **arguments))
        notes[f"n{i}"] = Note(machine, template)
    return Case(Pipeline(nodes), notes)


def tagged(case: Case, draw: st.DrawFn) -> Case:
    tag = draw(st.sampled_from(["t", "v"]))
    how: Callable[[Pipeline], Pipeline] = draw(
        st.sampled_from([lambda p: p.tag(tag), lambda p: Pipeline(p, tags=tag), lambda p: Pipeline([p], tags=[tag])])
    )
    return Case(how(case.pipeline), case.notes)


def namespaced(case: Case, draw: st.DrawFn) -> Case:
    namespace = draw(namespaces)
    return Case(
        pipeline(case.pipeline, namespace=namespace, prefix_datasets_with_namespace=draw(st.booleans())),
        {f"{namespace}.{name}": _inside(namespace, of_node) for name, of_node in case.notes.items()},
    )


def _inside(namespace: str, of_node: Note) -> Note:
    if of_node.group is None:
        return of_node
    around = f"{namespace}.{of_node.group.namespace}" if of_node.group.namespace else namespace
    return replace(of_node, group=replace(of_node.group, namespace=around))


def fused(case: Case, draw: st.DrawFn) -> Case:
    label, machine, template = draw(labels), draw(machines), draw(templates)
    group = Group(label, frozenset(case.notes))
    return Case(
        FusedPipeline(case.pipeline, label, machine_type=machine, template=template),
        {
            name: Note(machine or of_node.machine_type, template or of_node.template, group)
            for name, of_node in case.notes.items()
        },
    )


def partly_fused(case: Case, draw: st.DrawFn) -> Case:
    some = draw(st.sets(st.sampled_from(sorted(case.notes)), min_size=1))
    inner = fused(case.only(case.pipeline.only_nodes(*some)), draw)
    return Case(Pipeline([case.pipeline - inner.pipeline, inner.pipeline]), {**case.notes, **inner.notes})


def filtered(case: Case, draw: st.DrawFn) -> Case:
    name = draw(st.sampled_from(sorted(case.notes)))
    found = next(each for each in case.pipeline.nodes if each.name == name)
    criteria = [{"node_names": [name]}, {"from_nodes": [name]}, {"to_nodes": [name]}, {"to_outputs": found.outputs}, {}]
    criteria += [{"from_inputs": found.inputs}] if found.inputs else []
    criteria += [{"tags": sorted(found.tags)}] if found.tags else []
    criteria += [{"node_namespaces": [found.namespace]}] if found.namespace else []
    return case.only(case.pipeline.filter(**draw(st.sampled_from(criteria))))


def taken_away(case: Case, draw: st.DrawFn) -> Case:
    some = draw(st.sets(st.sampled_from(sorted(case.notes)), max_size=len(case.notes) - 1))
    return case.only(case.pipeline - case.pipeline.only_nodes(*some))


def added(case: Case, draw: st.DrawFn) -> Case:
    some = draw(st.sets(st.sampled_from(sorted(case.notes))))
    part = case.pipeline.only_nodes(*some)
    how: Callable[[Pipeline, Pipeline], Pipeline] = draw(
        st.sampled_from(
            [
                lambda p, q: p + q,
                lambda p, q: q + p,
                lambda p, q: p | q,
                lambda p, q: sum([q, p, q]),
                lambda p, q: (p & q) + p,
            ]
        )
    )
    return Case(how(case.pipeline, part), case.notes)


def beside_itself(case: Case, draw: st.DrawFn) -> Case:
    """As modular pipelines are used: the same one again, in a namespace of its own."""
    other = Case(
        pipeline(case.pipeline, namespace="again"),
        {f"again.{name}": _inside("again", of_node) for name, of_node in case.notes.items()},
    )
    if len(case.notes) > 12 or other.pipeline.all_outputs() & case.pipeline.all_outputs():
        return case  # Kedro refuses two nodes that write one dataset
    return Case(case.pipeline + other.pipeline, {**case.notes, **other.notes})


def pickled(case: Case, draw: st.DrawFn) -> Case:
    return Case(pickle.loads(pickle.dumps(case.pipeline)), case.notes)


OPERATIONS = [tagged, namespaced, fused, partly_fused, filtered, taken_away, added, beside_itself, pickled]


@ANY_SPEED
@given(cases(), st.lists(st.sampled_from(OPERATIONS), max_size=8), st.data())
def test_each_node_has_the_note_it_was_made_with(case: Case, operations: list[Any], data: st.DataObject) -> None:
    for operation in operations:
        case = operation(case, data.draw)

        assert {each.name: note(each) for each in case.pipeline.nodes} == case.notes


@ANY_SPEED
@given(cases(), labels, st.lists(namespaces, max_size=3), st.lists(namespaces, max_size=3))
def test_a_groups_name_has_the_namespaces_put_around_it_after_fusing(
    case: Case, label: str, before: list[str], after: list[str]
) -> None:
    made = case.pipeline
    for namespace in before:
        made = pipeline(made, namespace=namespace)
    made = FusedPipeline(made, label)
    for namespace in after:
        made = pipeline(made, namespace=namespace)

    names = {found.name for each in made.nodes if (found := note(each).group)}

    assert names == {".".join([*reversed(after), label])}


SAME_FOR_ALL: list[Callable[[Pipeline], Pipeline]] = [
    lambda p: p.tag("v"),
    lambda p: Pipeline([p], tags="w"),
    lambda p: p + p,
    lambda p: p.only_nodes_with_tags("t"),
    lambda p: p.from_nodes(*(each.name for each in p.nodes[-2:])),
    lambda p: p.to_nodes(*(each.name for each in p.nodes[:2])),
    lambda p: p - p.only_nodes(*(each.name for each in p.nodes[:1])),
    lambda p: pipeline(p, namespace="x"),
    lambda p: pipeline(p, namespace="y", inputs=p.inputs(), prefix_datasets_with_namespace=False),
]


@ANY_SPEED
@given(cases(), st.lists(st.sampled_from(SAME_FOR_ALL), max_size=5))
def test_a_fused_pipeline_looks_as_its_nodes_do_unfused(
    case: Case, operations: list[Callable[[Pipeline], Pipeline]]
) -> None:
    unfused, fused_one = case.pipeline, Pipeline([FusedPipeline(case.pipeline, "f", machine_type="big")])
    for operation in operations:
        unfused, fused_one = operation(unfused), operation(fused_one)

    assert _seen(fused_one) == _seen(unfused)


def _seen(made: Pipeline) -> list[tuple[Any, ...]]:
    return [(each.name, each.inputs, each.outputs, each.tags, each.namespace) for each in made.nodes]
