"""What rules say of nodes: by pipeline, variable by variable, for groups, and in the words of `explain`."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.pipeline import Pipeline
from plans import chain, make, planned, said, tasks

from argo_kedro.config import parse
from argo_kedro.model import Setting, Task, Workflow
from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.plan.pods.shapes import Shape, shape_names
from argo_kedro.plan.rules import Rules
from argo_kedro.views.explanation import explanation, table

MACHINES = "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
PAIR = FusedPipeline([make("a", "in", "mid"), make("b", "mid", "out")], name="pair")


def body(workflow: Workflow, task: str) -> dict[str, Any]:
    templates = {template.name: template.body for template in workflow.templates}
    return dict(templates[tasks(workflow)[task].template])


def values(task: Task) -> dict[str, str]:
    return {key: setting.value for key, setting in task.settings.items() if setting.source.startswith("argo.yml tasks")}


def environment(found: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in found["container"]["env"]}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ("pipelines: train", {"b"}),
        ("pipelines: [train, serve]", {"b", "c"}),
        ("pipelines: __default__", {"a", "b", "c"}),
        ("pipelines: [train, serve], nodes: '[c-z]'", {"c"}),
        ("pipelines: train, tags: t", set()),
        ("pipelines: serve, tags: t", {"c"}),
    ],
)
def test_a_rule_matches_the_nodes_of_registered_pipelines(criteria: str, expected: set[str]) -> None:
    a, b = chain("a", "b")
    c = make("c", "d2", "d3", tags=["t"])
    pipelines = {"__default__": [a, b, c], "train": [b], "serve": [c]}
    workflow = planned(pipelines, f"{MACHINES}tasks: [{{{criteria}, machine_type: big}}]")

    assert {name for name, task in tasks(workflow).items() if task.machine_type.value == "big"} == expected


def test_a_rule_for_a_pipeline_that_is_not_registered_is_named() -> None:
    (problem,) = planned(chain("a"), "tasks: [{pipelines: trian, timeout: 1}]").problems

    assert str(problem) == (
        "argo.yml tasks[0]: the rule matches no node of any registered pipeline: pipelines trian.\n"
        "  Hint: correct the pattern, or remove the rule; `kedro registry describe` lists node names, "
        "`kedro registry list` those of pipelines."
    )


def test_of_two_secrets_with_one_key_that_of_the_last_rule_counts() -> None:
    argo = """
    template: {env_from: [{secret: one}, {secret: two}]}
    tasks:
    - {nodes: a, env_from: [{secret: two}]}
    - {nodes: b, env_from: [{secret: one}, {secret: three}]}
    - {nodes: b, env_from: [{secret: one}]}
    """
    workflow = planned(chain("a", "b"), argo)
    order = {
        task: [each["secretRef"]["name"] for each in body(workflow, task)["container"]["envFrom"]] for task in "ab"
    }

    assert order == {"a": ["one", "two"], "b": ["two", "three", "one"]}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ("nodes: [a, evalute]", "nodes evalute"),
        ("pipelines: [train, trian]", "pipelines trian"),
        ("namespaces: [etl, etl.in, elt]", "namespaces elt"),
        ("nodes: [etl.in.c, x], namespaces: [etl, y]", "nodes x, namespaces y"),
        ("nodes: [a, 'z*'], tags: [t, gpu]", ""),  # patterns and tags may be for many projects
    ],
)
def test_a_name_in_a_rule_that_nothing_has_is_told_even_if_another_matches(criteria: str, expected: str) -> None:
    inner = Pipeline([make("c", "x", "y")], namespace="etl.in")
    pipelines = {"__default__": [make("a", "d0", "d1", tags=["t"]), *inner.nodes], "train": chain("a")}
    problems = planned(pipelines, f"tasks: [{{{criteria}, timeout: 1}}]").problems

    message = f"argo.yml tasks[0]: the rule names what no registered pipeline has: {expected}."
    assert said(problems) == ([message] if expected else [])


def test_a_machine_type_that_is_not_defined_is_told_once_however_many_nodes_name_it() -> None:
    by_rule = planned(chain("a", "b", "c"), "tasks: [{nodes: '*', machine_type: big}]").problems
    nodes = FusedPipeline(chain(*"abcdefg"), name="all", machine_type="big").nodes

    assert said(by_rule) == ["argo.yml tasks[0]: machine type 'big' is not defined."]
    assert said(planned(nodes).problems) == ["nodes a, b, c, d, e and 2 more: machine type 'big' is not defined."]


def test_what_a_rule_names_is_looked_for_even_where_another_counts_more() -> None:
    rules = "tasks: [{nodes: a, template: kerdo}, {nodes: a, template: kedro}]"

    assert said(planned(chain("a"), rules).problems) == ["argo.yml tasks[0]: template 'kerdo' is not defined."]


def test_pods_that_differ_have_different_names() -> None:
    shapes = [Shape(template="kedro", machine_type="m", timeout=number) for number in range(1, 3001)]
    names = shape_names(shapes, ["m-2"])

    assert [names[shape] for shape in shapes[:3]] == ["m", "m-3", "m-4"]
    assert len(set(names.values())) == len(shapes)


def test_variables_of_all_rules_count_and_the_last_rule_for_each_of_them() -> None:
    argo = """
    template: {environment: [{name: LEVEL, value: common}, {name: REGION, value: eu}]}
    tasks:
    - {nodes: '*', environment: [{name: LEVEL, value: info}, {name: HOST, value: h}]}
    - {nodes: a, environment: [{name: LEVEL, secret_ref: {name: s, key: k}}]}
    """
    workflow = planned(chain("a", "b"), argo)
    found = environment(body(workflow, "a"))

    assert found["LEVEL"] == {"secretKeyRef": {"name": "s", "key": "k"}}
    assert (found["HOST"], found["REGION"]) == ("h", "eu")
    assert environment(body(workflow, "b"))["LEVEL"] == "info"
    assert tasks(workflow)["a"].settings["environment.LEVEL"] == Setting(
        value="key k of Secret s", source="argo.yml tasks[1]"
    )
    assert tasks(workflow)["a"].settings["environment.REGION"] == Setting(
        value="eu", source="argo.yml template.environment"
    )
    assert workflow.problems == ()


def test_files_and_sources_of_all_rules_count_once() -> None:
    argo = """
    tasks:
    - {nodes: '*', env_from: [{secret: s}], files: [{path: /c/one, secret_ref: {name: old, key: k}}]}
    - {nodes: a, env_from: [{secret: s}, {config_map: m}], files: [{path: /c/one, secret_ref: {name: new, key: k}}]}
    """
    workflow = planned(chain("a"), argo)
    (only,) = workflow.tasks

    assert values(only) == {
        "env_from.s": "Secret s",
        "env_from.m": "ConfigMap m",
        "files./c/one": "key k of Secret new",
    }
    assert body(workflow, "a")["container"]["envFrom"] == [
        {"secretRef": {"name": "s"}},
        {"configMapRef": {"name": "m"}},
    ]


def test_the_service_account_of_a_rule_counts_more_than_that_of_all() -> None:
    argo = "service_account: every\ntasks: [{nodes: a, service_account: runner}]"
    workflow = planned(chain("a", "b"), argo)

    assert body(workflow, "a")["serviceAccountName"] == "runner"
    assert "serviceAccountName" not in body(workflow, "b")
    found = {name: task.settings["service_account"] for name, task in tasks(workflow).items()}
    assert found == {
        "a": Setting(value="runner", source="argo.yml tasks[0]"),
        "b": Setting(value="every", source="argo.yml service_account"),
    }


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            "{nodes: a, service_account: x}, {nodes: b, service_account: y}",
            "service_account: a: x (argo.yml tasks[0]), b: y (argo.yml tasks[1])",
        ),
        (
            "{nodes: a, environment: [{name: V, value: 1}]}, {nodes: b, environment: [{name: V, value: 2}]}",
            "environment variable V: a: 1 (argo.yml tasks[0]), b: 2 (argo.yml tasks[1])",
        ),
        (
            "{nodes: a, files: [{path: /f, secret: x}]}, {nodes: b, files: [{path: /f, config_map: x}]}",
            "file /f: a: Secret x (argo.yml tasks[0]), b: ConfigMap x (argo.yml tasks[1])",
        ),
    ],
)
def test_what_nodes_of_a_group_cannot_have_at_once_is_named(rules: str, expected: str) -> None:
    found = planned([PAIR], f"tasks: [{rules}]").problems

    assert said(found) == [f"fused group pair: its nodes name different values of {expected}."]
    assert found[0].hint == "let one rule name it for all of them."


def test_a_group_has_the_variables_of_all_its_nodes() -> None:
    rules = "{nodes: a, environment: [{name: A, value: 1}]}, {nodes: '*', environment: [{name: B, value: 2}]}"
    workflow = planned([PAIR], f"tasks: [{rules}]")

    assert environment(body(workflow, "pair")).items() >= {"A": "1", "B": "2"}.items()
    assert workflow.problems == ()


def test_datasets_in_memory_do_not_join_nodes_whose_pods_are_told_different_things() -> None:
    nodes = [make("a", "in", "x"), make("b", "x", "out")]
    catalog = {name: {"type": "pandas.ParquetDataset", "filepath": f"s3://b/{name}"} for name in ("in", "out")}
    argo = "tasks: [{nodes: a, environment: [{name: TOKEN, value: t}]}]"

    assert len(planned(nodes, catalog=catalog).tasks) == 1
    assert len(planned(nodes, argo, catalog=catalog).tasks) == 2


def test_a_later_rule_takes_the_tries_of_an_earlier_one_back() -> None:
    rules = "tasks: [{nodes: '*', retries: 2}, {nodes: a, retries: 0}]"

    workflow = planned(chain("a", "b"), rules)

    assert "retryStrategy" not in body(workflow, "a")
    assert body(workflow, "b")["retryStrategy"]["limit"] == "2"


def test_a_group_is_tried_as_often_as_one_of_its_nodes_may_be() -> None:
    workflow = planned([PAIR], "tasks: [{nodes: a, retries: 3}, {nodes: b, retries: 1}]")

    assert body(workflow, "pair")["retryStrategy"]["limit"] == "3"
    assert workflow.tasks[0].settings["retries"] == Setting(value="3", source="argo.yml tasks[0], for node a")


def test_a_group_goes_on_on_a_larger_machine_if_one_of_its_nodes_may() -> None:
    machines = "machine_types: {default: {cpu: 1, mem: 1, larger: big}, big: {cpu: 1, mem: 2}}\n"
    rules = "tasks: [{nodes: a, retries: 3}, {nodes: b, retries: {limit: 1, on_oom: true}}]"
    workflow = planned([PAIR], machines + rules)

    assert workflow.tasks[0].settings["retries"].value == "3, out of memory: on big"
    assert "podSpecPatch" in body(workflow, "pair")


@pytest.mark.parametrize(
    ("rules", "seconds", "expected"),
    [
        ("{nodes: '*', timeout: 1h}", 3600, "1h by argo.yml tasks[0]"),
        ("{nodes: a, timeout: 10m}, {nodes: b, timeout: 1h}", 4200, "70m by argo.yml tasks[0], tasks[1]"),
        ("{nodes: '*', timeout: 45}, {nodes: b, timeout: 15}", 60, "1m by argo.yml tasks[0], tasks[1]"),
        ("{nodes: a, timeout: 10m}", None, "none by argo.yml tasks[0] is not for node b"),
    ],
)
def test_a_group_has_the_time_of_each_rule_and_no_limit_if_a_node_has_none(
    rules: str, seconds: int | None, expected: str
) -> None:
    workflow = planned([PAIR], f"tasks: [{rules}]")

    assert body(workflow, "pair").get("activeDeadlineSeconds") == seconds
    found = workflow.tasks[0].settings["timeout"]
    assert f"{found.value} by {found.source}" == expected


def test_explain_shows_below_a_task_what_is_said_of_it_in_particular() -> None:
    argo = """
    template: {environment: [{name: COMMON, value: x}], templates: [{name: own, container: {command: [x]}}]}
    tasks:
    - {nodes: a, retries: {limit: 2, backoff: {duration: 30}}, timeout: 90m, environment: [{name: A, value: "1"}]}
    - {nodes: [a, b], group: g}
    - {nodes: a, env_from: [{secret: creds, prefix: DB_}], files: [{path: /f, config_map: m}]}
    """
    nodes = [*chain("a", "b"), Node(len, "d2", "d3", name="c", template="own")]
    found = explanation(planned(nodes, argo))

    lines = table(found).splitlines()
    assert lines[1:8] == [
        "g     a      default       argo.yml default_machine_type",
        "      b",
        "  argo.yml tasks[1]: group g",
        "  argo.yml tasks[0], for node a: retries 2, the first after 30s",
        "  argo.yml tasks[0] is not for node b: timeout none",
        "  argo.yml tasks[0]: environment A",
        "  argo.yml tasks[2]: env_from Secret creds, as DB_*; files /f",
    ]
    assert lines[8:10] == ["c            default       argo.yml default_machine_type  g", "  code: template own"]
    settings = found["tasks"][0]["settings"]
    assert settings["environment.COMMON"] == {"value": "x", "source": "argo.yml template.environment"}
    assert settings["template"] == {"value": "kedro", "source": "argo.yml template.default_template"}


def test_no_line_of_settings_is_longer_than_a_terminal_is_wide() -> None:
    many = ", ".join(f"{{name: VARIABLE_NUMBER_{number}, value: x}}" for number in range(30))
    text = table(explanation(planned(chain("a"), f"tasks: [{{nodes: a, environment: [{many}]}}]")))

    listed = [line for line in text.splitlines() if "VARIABLE" in line]
    assert len(listed) > 1
    assert max(map(len, listed)) <= 100


def test_explain_shows_the_notes_of_the_plan() -> None:
    found = explanation(Workflow(name="w", namespace="", pipelines=(), env="e", tasks=(), templates=(), notes=("so",)))

    assert found["notes"] == ["so"]
    assert "\nNote: so" in table(found)


def test_the_members_of_pipelines_are_looked_up_once() -> None:
    class Counted(Pipeline):
        looks = 0

        @property
        def nodes(self) -> list[Any]:
            Counted.looks += 1
            return super().nodes

    nodes = chain(*(f"n{number}" for number in range(50)))
    written = {"tasks": [{"pipelines": ["p"], "nodes": [f"n{number}*"], "timeout": 1} for number in range(20)]}
    registered = Counted(nodes)
    Counted.looks = 0
    rules = Rules(parse(written).tasks, {"p": registered})

    found = [rules.settings(node) for node in nodes]

    assert Counted.looks == 1
    assert all(each.ruled.timeout is not None for each in found)
    assert found[5].ruled is rules.settings(nodes[5]).ruled  # worked out once for all that the same rules match
