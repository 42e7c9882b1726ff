"""The plan: what runs in which task, where each value came from, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import pipeline
from plans import chain, make, planned, said, tasks

from argo_kedro.model import Setting, Task
from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.project import Selection

MACHINES = """
machine_types:
  default: {cpu: 1, mem: 2}
  big: {cpu: 8, mem: 64}
  gpu: {cpu: 8, mem: 64, num_gpu: 1}
template:
  templates:
    - {name: own, container: {command: [sh]}}
    - {name: other, container: {command: [sh]}}
"""


def one(argo: str, **of_node: Any) -> Task:
    """The task of a plan of one node, `train`."""
    node = Node(len, "a", "b", name="train", **of_node)
    return planned([node], MACHINES + argo).tasks[0]


@pytest.mark.parametrize(
    ("rules", "of_node", "expected", "source"),
    [
        ("", {}, "default", "argo.yml default_machine_type"),
        ("", {"machine_type": "gpu"}, "gpu", "code"),
        ("tasks: [{nodes: train, machine_type: big}]", {}, "big", "argo.yml tasks[0]"),
        ("tasks: [{nodes: train, machine_type: big}]", {"machine_type": "gpu"}, "gpu", "code"),
        (
            "tasks: [{nodes: train, machine_type: big}, {nodes: 't*', machine_type: gpu}]",
            {},
            "gpu",
            "argo.yml tasks[1]",
        ),
        ("tasks: [{nodes: train, machine_type: big}, {nodes: 't*', timeout: 5}]", {}, "big", "argo.yml tasks[0]"),
        ("tasks: [{nodes: other, machine_type: big}]", {}, "default", "argo.yml default_machine_type"),
        ("default_machine_type: big", {}, "big", "argo.yml default_machine_type"),
    ],
)
def test_the_code_counts_first_then_the_last_rule_then_the_default(
    rules: str, of_node: dict[str, Any], expected: str, source: str
) -> None:
    assert one(rules, **of_node).machine_type == Setting(value=expected, source=source)


@pytest.mark.parametrize(
    ("rules", "of_node", "expected"),
    [
        ("", {}, "default"),  # templates of ours are named for their machine type
        ("", {"template": "own"}, "own-default"),
        ("tasks: [{nodes: train, template: own}]", {}, "own-default"),
        ("tasks: [{nodes: train, template: own}]", {"template": "other"}, "other-default"),
        ("tasks: [{nodes: train, template: own, machine_type: big}]", {}, "own-big"),
    ],
)
def test_a_template_is_found_as_a_machine_type_is(rules: str, of_node: dict[str, Any], expected: str) -> None:
    assert one(rules, **of_node).template == expected


def test_the_default_template_may_be_ones_own() -> None:
    argo = MACHINES.replace("  templates:", "  default_template: own\n  templates:")

    assert planned([make("n", "a", "b")], argo).tasks[0].template == "own-default"


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ("nodes: x.deep.n", True),
        ("nodes: ['y', 'x.*']", True),
        ("nodes: 'X.*'", False),
        ("nodes: n", False),
        ("nodes: '*.?'", True),
        ("tags: t", True),
        ("tags: [u, t]", True),
        ("tags: 't*'", False),
        ("namespaces: x", True),
        ("namespaces: x.deep", True),
        ("namespaces: [y, x]", True),
        ("namespaces: deep", False),
        ("namespaces: x.dee", False),
        ("namespaces: x, tags: t, nodes: '*n'", True),
        ("namespaces: x, tags: y", False),
    ],
)
def test_a_rule_matches_by_name_tag_and_namespace(criteria: str, expected: bool) -> None:
    node = make("n", "a", "b", namespace="x.deep", tags=["t", "u"])
    workflow = planned([node], f"{MACHINES}tasks: [{{{criteria}, machine_type: big}}]")

    assert (workflow.tasks[0].machine_type.value == "big") is expected


def test_retries_and_timeout_are_those_of_the_last_rules_that_name_them() -> None:
    rules = "tasks: [{nodes: '*', retries: 1, timeout: 1h}, {nodes: n, retries: 5}]"
    workflow = planned([make("n", "a", "b"), make("m", "b", "c")], MACHINES + rules)

    bodies = {template.name: template.body for template in workflow.templates}
    found = {name: bodies[task.template] for name, task in tasks(workflow).items()}
    assert {name: body["retryStrategy"]["limit"] for name, body in found.items()} == {"n": "5", "m": "1"}
    assert {body["activeDeadlineSeconds"] for body in found.values()} == {3600}


def test_nodes_of_one_shape_share_a_template() -> None:
    nodes = [make(f"n{place}", f"d{place}", f"d{place + 1}") for place in range(5)]
    workflow = planned(nodes, f"{MACHINES}tasks: [{{nodes: n3, machine_type: big}}]")

    assert [template.name for template in workflow.templates] == ["default", "big"]
    assert [task.template for task in workflow.tasks] == ["default", "default", "default", "big", "default"]


def test_shapes_that_only_their_rules_tell_apart_have_names_of_their_own() -> None:
    rules = "tasks: [{nodes: n0, timeout: 1}, {nodes: n1, timeout: 2}]"
    workflow = planned([make(f"n{place}", "a", f"b{place}") for place in range(3)], MACHINES + rules)

    assert {task.name: task.template for task in workflow.tasks} == {
        "n0": "default",
        "n1": "default-2",
        "n2": "default-3",
    }


def test_a_rule_puts_nodes_into_one_task() -> None:
    workflow = planned(chain("a", "b", "c"), "tasks: [{nodes: [a, b], group: both}]")

    assert tasks(workflow)["both"].nodes == ("a", "b")
    assert tasks(workflow)["both"].group == "both"
    assert tasks(workflow)["c"].needs == ("both",)
    assert tasks(workflow)["c"].group == ""


def test_rules_group_all_nodes_of_a_namespace() -> None:
    nodes = [make("a", "in", "x.d", namespace="x"), make("b", "x.d", "out", namespace="x"), make("c", "out", "end")]
    workflow = planned(nodes, "tasks: [{namespaces: x, group: x}]")

    assert {task.name: task.nodes for task in workflow.tasks} == {"x": ("x.a", "x.b"), "c": ("c",)}


def test_a_fused_pipeline_counts_before_a_rule_that_groups() -> None:
    fused = FusedPipeline(chain("a", "b"), name="fused")
    workflow = planned([fused, make("c", "d2", "d3")], "tasks: [{nodes: '*', group: all}]")

    assert {task.name: task.nodes for task in workflow.tasks} == {"fused": ("a", "b"), "all": ("c",)}


def test_the_last_rule_that_groups_decides() -> None:
    workflow = planned(chain("a", "b", "c"), "tasks: [{nodes: '*', group: all}, {nodes: c, group: last}]")

    assert {task.name: task.nodes for task in workflow.tasks} == {"all": ("a", "b"), "last": ("c",)}


def test_a_group_takes_the_machine_type_that_its_nodes_name() -> None:
    fused = FusedPipeline([make("a", "d0", "d1"), Node(len, "d1", "d2", name="b", machine_type="big")], name="f")

    assert planned([fused], MACHINES).tasks[0].machine_type == Setting(value="big", source="code")


def test_what_code_names_in_a_group_counts_before_what_a_rule_names() -> None:
    fused = FusedPipeline([make("a", "d0", "d1"), Node(len, "d1", "d2", name="b", machine_type="big")], name="f")
    workflow = planned([fused], f"{MACHINES}tasks: [{{nodes: a, machine_type: gpu}}]")

    assert workflow.tasks[0].machine_type == Setting(value="big", source="code")
    assert workflow.problems == ()


def test_nodes_of_a_group_that_disagree_are_all_named() -> None:
    fused = FusedPipeline(
        [
            Node(len, "d0", "d1", name="a", machine_type="big"),
            Node(len, "d1", "d2", name="b", machine_type="gpu"),
            make("c", "d2", "d3"),
        ],
        name="f",
    )

    (problem,) = planned([fused], MACHINES).problems

    assert str(problem) == (
        "fused group f: its nodes name different values of machine_type: a: big (code), b: gpu (code).\n"
        "  Hint: pass machine_type= to the FusedPipeline, or let one rule name it for all of them."
    )


def test_rules_that_disagree_within_a_group_are_named_too() -> None:
    rules = "tasks: [{nodes: '*', group: g}, {nodes: a, template: own}, {nodes: b, template: other}]"

    assert said(planned(chain("a", "b"), MACHINES + rules).problems) == [
        "fused group g: its nodes name different values of template: a: own (argo.yml tasks[1]), "
        "b: other (argo.yml tasks[2])."
    ]


def test_the_machine_type_of_a_fused_pipeline_settles_it() -> None:
    nodes = [Node(len, "d0", "d1", name="a", machine_type="gpu"), make("b", "d1", "d2")]
    workflow = planned([FusedPipeline(nodes, name="f", machine_type="big")], MACHINES)

    assert workflow.tasks[0].machine_type == Setting(value="big", source="code")
    assert workflow.problems == ()


def test_two_fused_pipelines_of_one_name_are_refused() -> None:
    nodes = [FusedPipeline(chain("a", "b"), name="f"), FusedPipeline([make("c", "d2", "d3")], name="f")]

    assert said(planned(nodes).problems) == ["node a: two fused pipelines are called 'f'."]


def test_one_fused_pipeline_in_two_namespaces_makes_two_groups() -> None:
    fused = FusedPipeline(chain("a", "b"), name="f")
    workflow = planned([pipeline(fused, namespace="x"), pipeline(fused, namespace="y")])

    assert {task.group: task.nodes for task in workflow.tasks} == {"x.f": ("x.a", "x.b"), "y.f": ("y.a", "y.b")}
    assert workflow.problems == ()


def test_part_of_a_group_makes_a_smaller_task() -> None:
    fused = FusedPipeline(chain("a", "b"), name="f")
    workflow = planned([fused], "runner: {keep: d1}", selection=Selection(nodes=("b",)))

    assert [(task.name, task.nodes) for task in workflow.tasks] == [("f", ("b",))]
    assert workflow.problems == ()


def test_a_rule_that_matches_nothing_is_named_with_what_it_asks_for() -> None:
    argo = f"{MACHINES}tasks: [{{nodes: [tarin_*, x], tags: t, machine_type: big}}, {{nodes: a, timeout: 1}}]"

    (problem,) = planned(chain("a"), argo).problems

    assert str(problem) == (
        "argo.yml tasks[0]: the rule matches no node of any registered pipeline: nodes tarin_*, x, tags t.\n"
        "  Hint: correct the pattern, or remove the rule; `kedro registry describe` lists node names."
    )


def test_a_rule_for_another_registered_pipeline_is_no_problem() -> None:
    pipelines = {"__default__": chain("a"), "other": [make("b", "x", "y")]}

    assert planned(pipelines, "tasks: [{nodes: b, timeout: 1}]").problems == ()


@pytest.mark.parametrize(
    ("argo", "of_node", "expected"),
    [
        (
            "default_machine_type: bgi",
            {},
            "argo.yml default_machine_type: machine type 'bgi' is not defined.\n"
            "  Hint: did you mean 'big'? Defined: big, default, gpu.",
        ),
        (
            "",
            {"machine_type": "gpus"},
            "node train: machine type 'gpus' is not defined.\n  Hint: did you mean 'gpu'? Defined: big, default, gpu.",
        ),
        (
            "tasks: [{nodes: train, machine_type: zzz}]",
            {},
            "argo.yml tasks[0]: machine type 'zzz' is not defined.\n  Hint: Defined: big, default, gpu.",
        ),
        (
            "",
            {"template": "ownn"},
            "node train: template 'ownn' is not defined.\n  Hint: did you mean 'own'? Defined: kedro, other, own.",
        ),
        (
            "tasks: [{nodes: train, template: kerdo}]",
            {},
            "argo.yml tasks[0]: template 'kerdo' is not defined.\n"
            "  Hint: did you mean 'kedro'? Defined: kedro, other, own.",
        ),
    ],
)
def test_a_name_that_nothing_defines_is_told_with_the_nearest(
    argo: str, of_node: dict[str, Any], expected: str
) -> None:
    node = Node(len, "a", "b", name="train", **of_node)

    assert [str(problem) for problem in planned([node], MACHINES + argo).problems] == [expected]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (
            "{default_template: mine}",
            ["argo.yml template.default_template: template 'mine' is not defined."],
        ),
        (
            "{init_templates: [init]}",
            ["argo.yml template.init_templates: template 'init' is not defined."],
        ),
        (
            "{templates: [{name: a, container: {command: [b]}}, {name: a, container: {command: [c]}}]}",
            ["argo.yml template.templates: template 'a' is defined twice."],
        ),
        (
            "{templates: [{name: kedro, container: {command: [b]}}, {name: pipeline, container: {command: [c]}}]}",
            [
                "argo.yml template.templates: template 'kedro' has a name that argo-kedro uses itself.",
                "argo.yml template.templates: template 'pipeline' has a name that argo-kedro uses itself.",
            ],
        ),
        (
            "{environment: [{name: A, value: x}, {name: A, value: y}]}",
            ["argo.yml template.environment: environment variable 'A' is defined twice."],
        ),
        (
            "{environment: [{name: WORKFLOW_ID, value: x}, {name: NUM_CPU, value: x}]}",
            [
                "argo.yml template.environment: environment variable 'NUM_CPU' is already set for every task.",
                "argo.yml template.environment: environment variable 'WORKFLOW_ID' is already set for every task.",
            ],
        ),
        (
            "{environment: [{name: A, value: x}], "
            "templates: [{name: a, container: {command: [b], env: [{name: A, value: y}]}}]}",
            ["argo.yml template.templates[0].container.env: environment variable 'A' is already set for every task."],
        ),
    ],
)
def test_templates_and_variables_that_cannot_be_are_all_named(template: str, expected: list[str]) -> None:
    assert said(planned(chain("a"), f"template: {template}").problems) == expected


def test_an_output_of_an_init_template_is_a_variable_of_every_task() -> None:
    argo = """
template:
  environment: [{name: RUN, value: x}]
  init_templates: [init]
  templates:
    - {name: init, container: {command: [sh]}, outputs: {parameters: [{name: run, path: /a}, {name: b, path: /b}]}}
"""
    workflow = planned(chain("a"), argo)

    assert workflow.init_tasks == ("init",)
    assert workflow.init_outputs == {"run": "init", "b": "init"}
    assert said(workflow.problems) == [
        "argo.yml template.environment: environment variable 'RUN' is already set for every task."
    ]


def test_registered_pipelines_that_annotate_a_node_differently_are_a_warning() -> None:
    pipelines = {"__default__": chain("a"), "b": FusedPipeline(chain("a"), name="f")}

    (problem,) = planned(pipelines).problems

    assert problem.severity == "warning"
    assert said([problem]) == [
        "node a: pipelines '__default__' and 'b' give it different machine types, templates or groups."
    ]


def test_nothing_to_run_is_a_problem() -> None:
    workflow = planned([])

    assert said(workflow.problems) == ["pipeline: no nodes are selected."]
    assert (workflow.tasks, workflow.templates) == ((), ())


def test_without_an_image_a_cluster_has_a_problem() -> None:
    (problem,) = planned(chain("a"), "deployment: {}").problems

    assert problem.severity == "cluster"
    assert said([problem]) == ["argo.yml deployment.image: no image is named; a cluster cannot know this one."]


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        ("{}", "my-project:latest"),
        ("{image: r.io/x}", "r.io/x:latest"),
        ("{image: r.io/x, tag: v1}", "r.io/x:v1"),
        ("{image: 'r.io/x@sha256:abc', tag: v1}", "r.io/x@sha256:abc"),
    ],
)
def test_the_image_of_a_pod_has_a_tag_unless_it_has_a_digest(deployment: str, expected: str) -> None:
    (template,) = planned(chain("a"), f"deployment: {deployment}").templates

    assert template.body["container"]["image"] == expected


def test_a_group_that_data_leaves_and_comes_back_to_is_refused_with_the_path() -> None:
    fused = FusedPipeline([make("a", "d0", "d1"), make("c", "d2", "d3")], name="f")

    (problem,) = planned([fused, make("b", "d1", "d2")]).problems

    assert problem.where == "fused group f"
    assert "the nodes of 'f' cannot share a task, since data leaves the group and comes back:" in problem.message
    assert "a -> b (d1)" in problem.message
    assert "b -> c (d2)" in problem.message
    assert problem.hint == "leave one of these nodes out of its group, or take those between into it."


def test_two_groups_that_wait_for_each_other_are_both_named() -> None:
    one, other = (
        FusedPipeline([make(f"{name}1", f"{name}0", f"{name}d"), make(f"{name}2", f"{back}d", f"{name}end")], name=name)
        for name, back in (("x", "y"), ("y", "x"))
    )

    (problem,) = planned([one, other]).problems

    assert "the nodes of 'x' and 'y' cannot share a task" in problem.message


def test_a_long_way_round_is_shown_whole() -> None:
    fused = FusedPipeline([make("a", "d0", "d1"), make("e", "d4", "d5")], name="f")

    (problem,) = planned([fused, make("b", "d1", "d2"), make("c", "d2", "d3"), make("d", "d3", "d4")]).problems

    for hop in ("a -> b (d1)", "b -> c (d2)", "c -> d (d3)", "d -> e (d4)"):
        assert hop in problem.message


def test_transcoded_datasets_are_one_edge() -> None:
    workflow = planned([make("write", "a", "t@pandas"), make("read", "t@spark", "b")])

    assert tasks(workflow)["read"].needs == ("write",)
    assert [use.dataset.name.partition("@")[0] for use in workflow.boundaries] == ["t"]


def test_a_transcoded_dataset_inside_a_group_is_no_cycle() -> None:
    """In version 0.1 a `CircularDependencyError`."""
    workflow = planned([FusedPipeline([make("write", "a", "t@pandas"), make("read", "t@spark", "b")], name="f")])

    assert [(task.nodes, task.needs, task.memory) for task in workflow.tasks] == [(("write", "read"), (), ())]
    assert workflow.problems == ()


def test_a_task_waits_for_all_whose_data_it_reads_and_no_other() -> None:
    nodes = [
        make("a", "in", ["x", "y"]),
        make("b", "x", "z"),
        make("c", ["y", "z", "in"], "out"),
        make("d", None, "alone"),
        make("e", ["x", "x"], None),
    ]

    assert {task.name: task.needs for task in planned(nodes).tasks} == {
        "a": (),
        "b": ("a",),
        "c": ("a", "b"),
        "d": (),
        "e": ("a",),
    }


def test_tasks_stand_in_an_order_in_which_they_can_run() -> None:
    names = [task.name for task in planned(chain("z", "m", "a")).tasks]

    assert names == ["z", "m", "a"]


@pytest.mark.parametrize("name", ["n.1", "N", "a_b", "x" * 80, "_", "2_train", "étape", "日本", "0x10", "null", "--"])
def test_a_task_has_a_legal_name_and_remembers_the_nodes(name: str) -> None:
    (task,) = planned([make(name, "a", "b")]).tasks

    assert task.nodes == (name,)
    assert task.name == name.lower() or "-" in task.name
    assert len(task.name) <= 63
