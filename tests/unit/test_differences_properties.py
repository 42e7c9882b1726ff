"""What holds for the differences of any two plans."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_pairs import difference, manifest
from plans import make

from argo_kedro.differences import Change, Differences
from argo_kedro.model import Json
from argo_kedro.pipeline import FusedPipeline
from argo_kedro.views.differences import differences_json, differences_text


@st.composite
def manifests(draw: st.DrawFn) -> tuple[Json, set[str]]:
    """A manifest of nodes in a row of layers, some of them in groups, and the names of its nodes."""
    numbers = draw(st.lists(st.integers(0, 8), unique=True, min_size=1, max_size=6).map(sorted))
    nodes = []
    for place, number in enumerate(numbers):
        sources = draw(st.lists(st.sampled_from(numbers[:place]), max_size=2, unique=True)) if place else []
        nodes.append(make(f"node_{number}", [f"d{source}" for source in sources] or "raw", f"d{number}"))
    cut = draw(st.integers(0, len(nodes)))  # the first nodes, so that no group waits for itself
    group = draw(st.sampled_from(["x", "y_y"]))
    grouped: list[Any] = [FusedPipeline(nodes[:cut], name=group)] if cut else []
    argo = {
        "machine_types": {"default": {"cpu": draw(st.integers(1, 2)), "mem": 1}, "big": {"cpu": 3, "mem": 2}},
        "tasks": [{"nodes": f"*{draw(st.sampled_from('01'))}", "retries": draw(st.integers(1, 2))}],
        "policies": {"parallelism": draw(st.integers(1, 2))},
    }
    return manifest([*grouped, *nodes[cut:]], json.dumps(argo)), {node.name for node in nodes}


def mirrored(found: Differences) -> Differences:
    """The same, the other way round."""
    turned = {
        name: tuple(replace(each, before=each.after, after=each.before) for each in getattr(found, name))
        for name in ("renamed", "moved", "changed", "nodes_changed", "workflow")
    }
    return Differences(
        tasks_before=found.tasks_after,
        tasks_after=found.tasks_before,
        added=found.removed,
        removed=found.added,
        nodes_added=found.nodes_removed,
        nodes_removed=found.nodes_added,
        **turned,
    )


def unordered(found: Differences) -> dict[str, Any]:
    """Its parts; in which order they are said does not matter, nor by which of its two names a task is called."""
    called = {each.after: each.before for each in found.renamed} | {each.before: each.before for each in found.renamed}

    def one(each: Any) -> str:
        if isinstance(each, Change):
            each = replace(each, names=tuple(sorted("renamed" if name in called else name for name in each.names)))
        return repr(each)

    return {name: sorted(map(one, part)) if isinstance(part, tuple) else part for name, part in vars(found).items()}


@settings(deadline=None, max_examples=30)
@given(manifests(), manifests())
def test_differences_are_those_of_the_nodes_and_the_same_the_other_way_round(
    one: tuple[Json, set[str]], other: tuple[Json, set[str]]
) -> None:
    (before, old), (after, new) = one, other
    names = {task: node for node in old | new for task in (names_of(before, node) | names_of(after, node))}
    found, back = difference(before, after, **names), difference(after, before, **names)
    text, shown = differences_text(found, "a", "b"), differences_json(found, {}, {})

    assert difference(before, json.loads(json.dumps(before))).same
    assert unordered(mirrored(back)) == unordered(found)
    assert set(found.nodes_added) == new - old
    assert set(found.nodes_removed) == old - new
    assert [node for node in old ^ new if node not in text] == []
    assert found.same == (not text)
    assert json.loads(json.dumps(shown)) == shown


def names_of(document: Json, node: str) -> set[str]:
    """The tasks of this node alone."""
    tasks = [task for template in document["spec"]["templates"] for task in template.get("dag", {}).get("tasks", ())]
    return {task["name"] for task in tasks if task["name"].startswith(node.replace("_", "-") + "-")}
