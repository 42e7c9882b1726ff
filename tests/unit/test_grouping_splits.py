"""What strategies cannot put into one task: how it is split, what is said of it, what the parts are called."""

from __future__ import annotations

import pytest
from grouping_plans import BIG, by, groups, on
from plans import chain, make, planned

from argo_kedro.check import check
from argo_kedro.pipeline import FusedPipeline


def test_a_group_of_the_users_is_neither_split_nor_joined() -> None:
    fused = FusedPipeline([make("b", "x", "y"), make("c", "y", "z")], name="mine")
    nodes = [make("a", "in", "x"), fused, make("d", "z", "u"), make("e", "u", "out")]

    assert groups(planned(nodes, by("chain"))) == {"a": ("a",), "mine": ("b", "c"), "d +1": ("d", "e")}


def test_a_rules_group_is_the_users_too() -> None:
    argo = by("chain", "tasks: [{nodes: [b, c], group: mine}]\n")

    assert groups(planned(chain("a", "b", "c", "d", "e"), argo)) == {
        "a": ("a",),
        "mine": ("b", "c"),
        "d +1": ("d", "e"),
    }


def test_what_would_make_a_cycle_is_split_and_the_way_is_named() -> None:
    nodes = [
        make("a", "in", "x", tags="t.one"),
        make("b", "x", "y", tags="t.one"),
        make("c", "y", "z", tags="t.two"),
        make("d", "z", "u", tags="t.one"),
        make("e", "u", "out", tags="t.one"),
    ]
    workflow = planned(nodes, by("'tag:t.'"))

    assert groups(workflow) == {"t.one": ("a", "b"), "c": ("c",), "t.one-2": ("d", "e")}
    assert workflow.notes == (
        "tag 't.one' is 2 tasks ('t.one', 't.one-2'), since data leaves it and comes back: "
        "b -> c (y), then c -> d (z).",
    )
    assert check(workflow) == []


def test_two_groups_that_wait_for_each_other_are_not_both_split() -> None:
    nodes = [
        make("a1", "in", "x", tags="t.a"),
        make("b1", "x", "b1o", tags="t.b"),
        make("b2", "in", "y", tags="t.b"),
        make("a2", "y", "a2o", tags="t.a"),
    ]
    workflow = planned(nodes, by("'tag:t.'"))

    assert groups(workflow) == {"t.a": ("a1", "a2"), "b1": ("b1",), "b2": ("b2",)}
    assert workflow.notes == (
        "tag 't.b' is 2 tasks ('b2', 'b1'), since data leaves it and comes back: b2 -> a2 (y), then a1 -> b1 (x).",
    )


def test_a_fused_group_between_splits() -> None:
    fused = FusedPipeline([make("b", "x", "y"), make("c", "y", "z")], name="mine")
    nodes = [
        make("a", "in", "x", tags="t.1"),
        fused,
        make("d", "z", "u", tags="t.1"),
        make("e", "u", "out", tags="t.1"),
    ]
    workflow = planned(nodes, by("'tag:t.'"))

    assert groups(workflow) == {"a": ("a",), "mine": ("b", "c"), "t.1": ("d", "e")}
    assert workflow.notes == (
        "tag 't.1' is 2 tasks ('a', 't.1'), since data leaves it and comes back: a -> b (x), then c -> d (z).",
    )


def test_machine_types_and_templates_are_never_mixed_and_both_are_named() -> None:
    nodes = [
        make("a", "in", "x", tags="t.1"),
        make("b", "x", "y", tags="t.1"),
        on("big", "c", "y", "z", tags="t.1"),
        on("big", "d", "z", "out", tags="t.1"),
    ]
    workflow = planned(nodes, by("'tag:t.'", BIG))

    assert groups(workflow) == {"t.1": ("a", "b"), "t.1-2": ("c", "d")}
    assert workflow.notes == (
        "tag 't.1' is 2 tasks ('t.1', 't.1-2'), since its nodes run on different machine types: 'a' on 'default', "
        "'c' on 'big'.",
    )


def test_nodes_of_one_machine_type_that_wait_for_those_of_another_are_split_and_both_reasons_are_told() -> None:
    nodes = [make("a", "in", "x", tags="t.1"), on("big", "b", "x", "y", tags="t.1"), make("c", "y", "z", tags="t.1")]
    workflow = planned(nodes, by("'tag:t.'", BIG))

    assert groups(workflow) == {"a": ("a",), "b": ("b",), "c": ("c",)}
    assert workflow.notes == (
        "tag 't.1' is 3 tasks ('a', 'b', 'c'), since its nodes run on different machine types: 'a' on 'default', "
        "'b' on 'big'; and data leaves those that are alike and comes back: a -> b (x), then b -> c (y).",
    )


def test_a_node_that_no_list_can_hold_stays_alone() -> None:
    odd = make("a", "in", "x", namespace="n,1", tags="t.1")
    nodes = [odd, make("b", "x", "y", tags="t.1"), make("c", "y", "out", tags="t.1")]
    workflow = planned(nodes, by("'tag:t.'"))

    assert groups(workflow) == {"n,1.a": ("n,1.a",), "t.1": ("b", "c")}
    assert workflow.notes == (
        "tag 't.1' is 2 tasks ('n,1.a', 't.1'), since a task's list of nodes cannot hold "
        "a comma, {{, $$ or $(: 'n,1.a'.",
    )
    assert check(workflow) == []


def test_a_group_never_takes_the_name_of_something_else() -> None:
    nodes = [
        make("a", "in", "x", namespace="etl"),
        make("b", "x", "y", namespace="etl"),
        make("etl", "y", "z"),
        make("c", "z", "u", namespace="etl-2"),
        make("d", "u", "v", namespace="etl-2"),
    ]

    workflow = planned(nodes, by("namespace"))
    assert groups(workflow) == {
        "etl-3": ("etl.a", "etl.b"),
        "etl": ("etl",),
        "etl-2": ("etl-2.c", "etl-2.d"),
    }
    assert check(workflow) == []


@pytest.mark.parametrize("how", ["chain", "namespace", "'tag:t.'", "memory", "pipeline"])
def test_groups_of_the_users_that_wait_for_each_other_are_refused_by_each_strategy(how: str) -> None:
    nodes = [make("a", "in", "x"), make("b", "x", "y"), make("c", "y", "out")]
    argo = by(how, "tasks: [{nodes: [a, c], group: mine}]\n")

    assert any("cannot share a task" in problem.message for problem in planned(nodes, argo).problems)


def test_nodes_to_which_rules_tell_different_things_are_split() -> None:
    rules = "tasks: [{nodes: b, service_account: other}]\n"
    nodes = [make("a", "in", "x", tags="t.1"), make("b", "x", "y", tags="t.1"), make("c", "in", "out", tags="t.1")]
    workflow = planned(nodes, by("'tag:t.'", rules))

    assert groups(workflow) == {"t.1": ("a", "c"), "b": ("b",)}
    assert workflow.notes == (
        "tag 't.1' is 2 tasks ('t.1', 'b'), since rules give their pods different environments, files or service "
        "accounts.",
    )
