"""What a new run does that goes on where another one failed: which nodes, and which data of the old one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.pipeline import node
from kedro.pipeline.node import Node

from argo_kedro.model import Dataset
from argo_kedro.plan.data.resuming import Left, Rest, rest

V1, V2 = "2026-11-21T08.00.00.000Z-one", "2026-11-21T09.00.00.000Z-two"


def function(*inputs: Any) -> Any:
    return inputs


def made(name: str, inputs: str = "", outputs: str = "") -> Node:
    """A node; its datasets in words."""
    return node(function, inputs.split() or None, outputs.split() or None, name=name)


def catalog(**kinds: str) -> Callable[[str], Dataset]:
    """What is known of datasets: `memory`, `file`, `versioned`; all else is a file."""

    def dataset(name: str) -> Dataset:
        if name.startswith("params:"):
            return Dataset(name=name, kind="parameter")
        kind = kinds.get(name.partition("@")[0], "file")
        if kind == "memory":
            return Dataset(name=name, kind="memory", registered=False)
        return Dataset(name=name, kind="remote", versioned=kind == "versioned")

    return dataset


CHAIN = [made("a", "params:x", "d"), made("b", "d", "e"), made("c", "e d", "f")]


def left(*done: str, **more: Any) -> Left:
    return Left(done=dict.fromkeys(done, V1), **more)


def test_what_did_not_succeed_runs_and_all_that_depends_on_it() -> None:
    assert rest(CHAIN, left("a"), catalog()).nodes == ("b", "c")
    assert rest(CHAIN, left("a", "c"), catalog()).nodes == ("b", "c")
    assert rest(CHAIN, left(), catalog()).nodes == ("a", "b", "c")


def test_nothing_is_left_where_everything_succeeded() -> None:
    assert rest(CHAIN, left("a", "b", "c"), catalog()).nodes == ()


def test_a_new_node_runs() -> None:
    nodes = [*CHAIN, made("new", "d", "g")]
    found = rest(nodes, left("a", "b", "c"), catalog(d="versioned"))
    assert (found.nodes, found.load_versions) == (("new",), {"d": V1})


def test_versioned_datasets_are_read_in_the_version_of_the_old_run() -> None:
    found = rest(CHAIN, left("a", "b"), catalog(d="versioned", e="versioned"))
    assert found == Rest(nodes=("c",), again=(), load_versions={"d": V1, "e": V1}, as_it_is=())


def test_what_has_no_version_is_read_as_it_is_and_told() -> None:
    found = rest(CHAIN, left("a", "b"), catalog(e="versioned"))
    assert (found.load_versions, found.as_it_is) == ({"e": V1}, ("d",))


def test_a_task_that_saved_versions_of_its_own_leaves_none_to_read() -> None:
    found = rest(CHAIN, Left(done={"a": "", "b": V1}), catalog(d="versioned", e="versioned"))
    assert (found.load_versions, found.as_it_is) == ({"e": V1}, ("d",))


def test_what_the_new_run_writes_itself_is_not_read_from_the_old_one() -> None:
    found = rest(CHAIN, left("a"), catalog(d="versioned", e="versioned"))
    assert found.load_versions == {"d": V1}


def test_data_in_memory_is_read_from_the_storage_of_the_old_run() -> None:
    found = rest(CHAIN, left("a", "b", spilled={"e": V1}), catalog(e="memory"))
    assert (found.nodes, found.again, found.load_versions) == (("c",), (), {"e": V1})


@pytest.mark.parametrize("kind", ["file", "versioned"])
@pytest.mark.parametrize("before", [{"spilled": {"e": V1}}, {"in_memory": frozenset({"e"})}])
def test_what_the_catalog_has_only_since_the_old_run_is_made_again(kind: str, before: dict[str, Any]) -> None:
    found = rest(CHAIN, left("a", "b", **before), catalog(e=kind))
    assert (found.nodes, found.again, found.load_versions) == (("b", "c"), ("b",), {})


def test_what_is_stored_nowhere_is_made_again_with_all_that_it_takes() -> None:
    found = rest(CHAIN, left("a", "b"), catalog(d="memory", e="memory"))
    assert (found.nodes, found.again) == (("a", "b", "c"), ("a", "b"))
    kept = rest(CHAIN, left("a", "b", spilled={"d": V1}), catalog(d="memory", e="memory"))
    assert (kept.nodes, kept.again, kept.load_versions) == (("b", "c"), ("b",), {"d": V1})


def test_what_a_task_kept_in_its_memory_is_made_again_though_the_catalog_has_a_place_for_it() -> None:
    found = rest(CHAIN, left("a", "b", in_memory=frozenset({"e"})), catalog(d="versioned", e="versioned"))
    assert (found.nodes, found.again, found.load_versions) == (("b", "c"), ("b",), {"d": V1})


def test_nodes_made_again_for_their_data_do_not_make_others_run_again() -> None:
    nodes = [made("a", "", "d"), made("beside", "d", "x"), made("b", "d", "e")]
    found = rest(nodes, left("a", "beside"), catalog(d="memory"))
    assert (found.nodes, found.again) == (("a", "b"), ("a",))


def test_versions_that_the_old_run_was_given_go_on_to_count() -> None:
    nodes = [made("a", "raw", "d"), made("b", "raw d", "e")]
    found = rest(nodes, left("a", load_versions={"raw": "v0", "gone": "v0"}), catalog(raw="versioned"))
    assert found.load_versions == {"raw": "v0"}


def test_in_a_row_of_runs_each_wrote_its_own_version() -> None:
    found = rest(CHAIN, Left(done={"a": V1, "b": V2}), catalog(d="versioned", e="versioned"))
    assert found.load_versions == {"d": V1, "e": V2}


def test_transcoded_names_are_one_dataset() -> None:
    nodes = [made("a", "", "d@spark"), made("b", "d@pandas", "e")]
    assert rest(nodes, left("a"), catalog(d="versioned")).load_versions == {"d@pandas": V1}
    assert rest(nodes, left(), catalog(d="versioned")).nodes == ("a", "b")


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Node], Left, Callable[[str], Dataset]]:
    """A pipeline, and what a run of it left."""
    count = draw(st.integers(1, 8))
    names = [f"n{place}" for place in range(count)]
    nodes = []
    for place, name in enumerate(names):
        reads = draw(st.sets(st.sampled_from([f"d{each}" for each in range(place)]))) if place else set()
        nodes.append(made(name, " ".join(sorted(reads)), f"d{place}"))
    datasets = [f"d{place}" for place in range(count)]
    some = st.sets(st.sampled_from(datasets))
    kinds = {name: draw(st.sampled_from(["memory", "file", "versioned"])) for name in datasets}
    done = dict.fromkeys(draw(st.sets(st.sampled_from(names))), V1)
    spilled = dict.fromkeys(draw(some), V1)
    return nodes, Left(done=done, spilled=spilled, in_memory=frozenset(draw(some))), catalog(**kinds)


@settings(deadline=None)
@given(runs())
def test_every_node_that_runs_finds_what_it_reads(given_: tuple[list[Node], Left, Callable[[str], Dataset]]) -> None:
    nodes, before, dataset = given_
    found = rest(nodes, before, dataset)
    writers = {output: each.name for each in nodes for output in each.outputs}
    chosen = set(found.nodes)
    assert {each.name for each in nodes} - before.done.keys() <= chosen
    assert set(found.again) <= chosen & before.done.keys()
    for each in nodes:
        for name in each.inputs:
            kind = dataset(name)
            if each.name in chosen and writers[name] not in chosen:
                assert writers[name] in before.done
                stored = name in before.spilled if kind.kind == "memory" else name not in before.in_memory
                assert stored
                assert (name in found.load_versions) == (kind.kind == "memory" or kind.versioned)
                assert (name in found.as_it_is) != (name in found.load_versions)
            if each.name not in chosen:  # what stays was made of nothing that is made anew for having failed
                assert writers[name] not in chosen - set(found.again)


@pytest.mark.parametrize("order", [1, -1])
def test_the_nodes_come_in_the_order_of_the_pipeline(order: int) -> None:
    nodes = CHAIN[::order]
    assert rest(nodes, left(), catalog()).nodes == tuple(each.name for each in nodes)
