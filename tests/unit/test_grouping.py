"""Strategies of `runner.group_by`: which nodes share a task, and under which name."""

from __future__ import annotations

import pytest
from grouping_plans import BIG, OWN, by, groups, on
from plans import STORED, chain, make, planned, project, said, tasks

from argo_kedro.check import check
from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.plan import plan
from argo_kedro.project import Selection


def test_each_node_is_a_task_if_nothing_is_said() -> None:
    assert groups(planned(chain("a", "b"))) == {"a": ("a",), "b": ("b",)}


def test_a_chain_is_one_task() -> None:
    workflow = planned(chain("a", "b", "c"), by("chain"))

    assert groups(workflow) == {"a +2": ("a", "b", "c")}
    assert workflow.tasks[0].arguments["nodes"] == "a,b,c"
    assert check(workflow) == []


def test_a_chain_ends_where_data_parts_or_meets() -> None:
    nodes = [
        *chain("a", "b"),
        make("c", "d2", "x"),
        make("d", "d2", "y"),
        make("e", ["x", "y"], "z"),
        make("f", "z", "o"),
    ]

    assert groups(planned(nodes, by("chain"))) == {
        "a +1": ("a", "b"),
        "c": ("c",),
        "d": ("d",),
        "e +1": ("e", "f"),
    }


def test_data_that_goes_past_a_node_of_a_chain_parts_nothing() -> None:
    nodes = [make("a", "in", "x"), make("b", "x", "y"), make("c", ["x", "y"], "z"), make("d", ["z", "x"], "out")]

    assert groups(planned(nodes, by("chain"))) == {"a +3": ("a", "b", "c", "d")}


def test_a_chain_ends_where_the_machine_type_or_the_template_changes() -> None:
    nodes = [make("a", "in", "x"), on("big", "b", "x", "y"), on("big", "c", "y", "z"), make("d", "z", "u")]
    last = Node(len, "u", "out", name="e", template="own")

    workflow = planned([*nodes, last], by("chain", BIG + OWN))
    assert groups(workflow) == {"a": ("a",), "b +1": ("b", "c"), "d": ("d",), "e": ("e",)}
    assert workflow.notes == ()


def test_a_namespace_is_one_task_by_its_full_name_and_the_rest_stay_alone() -> None:
    nodes = [
        make("a", "in", "x", namespace="etl"),
        make("b", "x", "y", namespace="etl"),
        make("c", "y", "z", namespace="etl.deep"),
        make("d", "y", "u", namespace="etl.deep"),
        make("e", "z", "out"),
    ]

    assert groups(planned(nodes, by("namespace"))) == {
        "etl": ("etl.a", "etl.b"),
        "etl.deep": ("etl.deep.c", "etl.deep.d"),
        "e": ("e",),
    }


def test_a_namespace_with_one_node_keeps_the_nodes_name() -> None:
    workflow = planned([make("a", "in", "out", namespace="etl")], by("namespace"))

    assert [task.group for task in workflow.tasks] == [""]
    assert groups(workflow) == {"etl.a": ("etl.a",)}


def test_a_tag_is_one_task() -> None:
    nodes = [
        make("a", "in", "x", tags=["pod.one", "other"]),
        make("b", "x", "y", tags="pod.one"),
        make("c", "y", "z", tags="pod.two"),
        make("d", "y", "out", tags="other"),
    ]

    assert groups(planned(nodes, by("'tag:pod.'"))) == {"pod.one": ("a", "b"), "c": ("c",), "d": ("d",)}


def test_a_node_with_two_such_tags_is_refused() -> None:
    nodes = [make("a", "in", "x", tags=["pod.one", "pod.two"]), make("b", "x", "out", tags="pod.one")]
    workflow = planned(nodes, by("'tag:pod.'"))

    assert said(workflow.problems) == ["node a: its tags 'pod.one' and 'pod.two' ask for a task each, by 'tag:pod.'."]


def test_two_such_tags_matter_to_nobody_in_a_fused_group() -> None:
    fused = FusedPipeline([make("a", "in", "x", tags=["pod.one", "pod.two"]), make("b", "x", "out")], name="mine")

    assert planned([fused], by("'tag:pod.'")).problems == ()


def test_datasets_in_memory_join_where_the_strategy_says_so_even_if_they_are_spilled_elsewhere() -> None:
    nodes = [make("a", "in", "x"), make("b", "x", "stored"), make("c", "stored", "y"), make("d", "y", "out")]
    catalog = {"in": STORED, "stored": STORED, "out": STORED}
    argo = "storage: {root: s3://bucket/runs}\nrunner: {memory_datasets: spill, group_by: memory}"

    workflow = planned(nodes, argo, catalog=catalog)
    assert groups(workflow) == {"a +1": ("a", "b"), "c +1": ("c", "d")}
    assert all(task.spilled == () for task in workflow.tasks)
    assert len(planned(nodes, argo.replace("memory}", "node}"), catalog=catalog).tasks) == 4


def test_what_the_strategy_could_not_join_says_why() -> None:
    machines = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
    argo = f"{machines}tasks: [{{nodes: b, machine_type: big}}]\nrunner: {{memory_datasets: error, group_by: memory}}"

    (problem,) = planned([make("a", "in", "x"), make("b", "x", "out")], argo, catalog={"in": STORED}).problems
    assert problem.message == (
        "task 'a' writes it and task 'b' reads it in another process, but it is not in the catalog; one runs on "
        "machine type 'default', task 'b' on 'big'."
    )


def test_only_pipelines_of_that_strategy_are_joined_by_memory() -> None:
    one, two = [make("a", "in", "x"), make("b", "x", "s")], [make("c", "s", "y"), make("d", "y", "out")]
    argo = (
        "storage: {root: s3://bucket/runs}\n"
        "runner: {memory_datasets: spill, group_by: {one: memory, __default__: node}}"
    )
    catalog = {"in": STORED, "s": STORED, "out": STORED}

    workflow = planned({"__default__": [*one, *two], "one": one, "two": two}, argo, catalog=catalog)
    assert groups(workflow) == {"a +1": ("a", "b"), "c": ("c",), "d": ("d",)}


def test_each_registered_pipeline_is_one_task() -> None:
    one, two = chain("a", "b"), [make("c", "d2", "d3"), make("d", "d3", "d4")]
    both = {"one": one, "two": two, "__default__": [*one, *two], "all": [*one, *two]}

    assert groups(planned(both, by("pipeline"))) == {"one": ("a", "b"), "two": ("c", "d")}
    chosen = plan(project(both, by("pipeline")), Selection(pipelines=("all",)))
    assert groups(chosen) == {"all": ("a", "b", "c", "d")}


def test_a_pipeline_has_its_own_strategy_alone_or_among_others() -> None:
    one, two = chain("a", "b"), [make("c", "d2", "d3"), make("d", "d3", "d4")]
    both = {"one": one, "two": two, "__default__": [*one, *two]}
    argo = by("{one: chain}")

    assert groups(planned(both, argo)) == {"a +1": ("a", "b"), "c": ("c",), "d": ("d",)}
    assert groups(planned(both, argo, selection=Selection(pipelines=("one",)))) == {"a +1": ("a", "b")}
    assert groups(planned(both, argo, selection=Selection(pipelines=("two",)))) == {"c": ("c",), "d": ("d",)}


def test_the_strategy_of_a_larger_pipeline_counts_where_the_smaller_has_none() -> None:
    one = chain("a", "b")
    whole = [*one, make("c", "d2", "d3")]
    argo = by("{large: chain}")

    assert groups(planned({"small": one, "large": whole, "__default__": whole}, argo)) == {"a +2": ("a", "b", "c")}
    small = planned(
        {"small": one, "large": whole, "__default__": whole}, argo, selection=Selection(pipelines=("small",))
    )
    assert groups(small) == {"a +1": ("a", "b")}


def test_nodes_of_two_pipelines_strategies_never_join() -> None:
    one, two = chain("a", "b"), [make("c", "d2", "d3"), make("d", "d3", "d4")]
    both = {"one": one, "two": two, "__default__": [*one, *two]}

    assert groups(planned(both, by("{one: chain, two: chain}"))) == {"a +1": ("a", "b"), "c +1": ("c", "d")}


@pytest.mark.parametrize("how", ["node", "chain"])
def test_a_strategy_for_a_pipeline_that_is_not_registered_is_refused(how: str) -> None:
    workflow = planned({"__default__": chain("a"), "train": chain("a")}, by(f"{{trian: {how}}}"))

    (problem,) = check(workflow)
    assert str(problem) == (
        "argo.yml runner.group_by: pipeline 'trian' is not registered.\n"
        "  Hint: did you mean 'train'? Registered: train."
    )


def test_a_prefix_that_no_tag_has_is_refused_with_the_tags_that_there_are() -> None:
    nodes = [make("a", "in", "x", tags=["pod.a", "quick"]), make("b", "x", "out")]

    (problem,) = check(planned(nodes, by("tag:pdo.")))
    assert str(problem) == (
        "argo.yml runner.group_by: no node of any registered pipeline has a tag that begins with 'pdo.'.\n"
        "  Hint: correct the prefix, or choose another strategy. Tags: pod.a, quick."
    )


def test_a_prefix_may_be_that_of_nodes_which_are_not_selected() -> None:
    both = {"__default__": chain("a"), "other": [make("b", "d1", "d2", tags=["pod.a"])]}

    assert check(planned(both, by("tag:pod."))) == []


def test_what_only_a_strategys_group_reads_is_written_even_so() -> None:
    """Only what the user put together stays in memory: data scientists look at what lies between."""
    assert planned(chain("a", "b", "c"), by("chain")).tasks[0].memory == ()


def test_what_a_strategys_group_reads_of_its_own_versions_is_that_of_this_run() -> None:
    catalog = {"d0": STORED, "d1": {**STORED, "versioned": True}, "d2": STORED}

    assert planned(chain("a", "b"), by("chain"), catalog=catalog).tasks[0].pinned == ("d1",)


def test_a_part_of_the_pipeline_may_be_run_since_all_is_written() -> None:
    workflow = planned(chain("a", "b", "c"), by("chain"), selection=Selection(from_nodes=("b",)))

    assert groups(workflow) == {"b +1": ("b", "c")}
    assert check(workflow) == []


def test_limits_of_what_a_strategy_joins_add_up() -> None:
    argo = by("chain", "tasks: [{nodes: a, timeout: 1h}, {nodes: b, timeout: 30s}]\n")

    assert [template.body["activeDeadlineSeconds"] for template in planned(chain("a", "b"), argo).templates] == [3630]


def test_datasets_in_memory_join_on_top_of_a_strategy() -> None:
    """What they join to a group that has a name has that name."""
    nodes = [
        make("a", "in", "x", namespace="etl"),
        make("b", "x", "mid", namespace="etl"),
        make("c", "mid", "out"),
    ]

    workflow = planned(nodes, by("namespace"), catalog={name: STORED for name in ("in", "x", "out")})
    assert groups(workflow) == {"etl": ("etl.a", "etl.b", "c")}


def test_tasks_wait_for_groups_as_a_whole() -> None:
    nodes = [*chain("a", "b"), make("c", "d1", "left", tags="x"), make("d", "d1", "right")]

    workflow = planned(nodes, by("chain"))
    assert {task.group or task.name: task.needs for task in tasks(workflow).values()} == {
        "a": (),
        "b": ("a",),
        "c": ("a",),
        "d": ("a",),
    }


def test_a_task_says_which_strategy_made_it() -> None:
    (task,) = planned(chain("a", "b"), by("chain")).tasks

    assert (task.settings["group_by"].value, task.settings["group_by"].source) == ("chain", "argo.yml runner.group_by")
