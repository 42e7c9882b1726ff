"""The exit handler: a template of the user's or a Kedro pipeline, when all tasks have ended."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from plans import STORED, chain, do, make, planned, said

from argo_kedro.check import check
from argo_kedro.manifest import render, validate
from argo_kedro.model import FAILURES, Workflow
from argo_kedro.pipeline import Node

HOOK = "{name: hook, container: {image: curl, command: [curl], env: [{name: A, value: b}]}}"
ON_EXIT = "argo-kedro-exit"
HANDLER = "argo-kedro-on-exit"
TOLD = {
    "WORKFLOW_ID": "{{workflow.name}}",
    "WORKFLOW_STATUS": "{{workflow.status}}",
    "WORKFLOW_DURATION": "{{workflow.duration}}",
    "WORKFLOW_FAILURES": FAILURES,
}


def with_template(on_exit: str = "{template: hook}", template: str = HOOK, more: str = "") -> Workflow:
    """Two nodes, and a template at the end."""
    return planned(chain("a", "b"), f"policies: {{on_exit: {on_exit}}}\ntemplate: {{templates: [{template}]}}\n{more}")


def with_pipeline(*nodes: Any, on_exit: str = "{pipeline: notify}", more: str = "", **kwargs: Any) -> Workflow:
    """Two nodes, and these nodes at the end."""
    pipelines = {"__default__": chain("a", "b"), "notify": list(nodes)}
    return planned(pipelines, f"policies: {{on_exit: {on_exit}}}\n{more}", **kwargs)


def manifest(workflow: Workflow) -> dict[str, Any]:
    """The templates of its manifest by name, with which nothing is wrong."""
    text = render(workflow)
    assert said([*check(workflow), *validate(text)]) == []
    return {each["name"]: each for each in yaml.safe_load(text)["spec"]["templates"]}


def env(template: dict[str, Any]) -> dict[str, str]:
    """The environment of its main container."""
    return {each["name"]: each.get("value", "") for each in template["container"]["env"]}


def last_tasks(workflow: Workflow) -> list[dict[str, Any]]:
    """What runs when all tasks have ended."""
    assert workflow.on_exit == ON_EXIT
    tasks: list[dict[str, Any]] = manifest(workflow)[ON_EXIT]["dag"]["tasks"]
    return tasks


def test_without_one_nothing_runs_at_the_end() -> None:
    assert planned(chain("a")).on_exit == ""


def test_a_reader_of_the_plan_is_told_what_runs_at_the_end() -> None:
    own = with_template("{template: hook, when: failure}")
    nodes = with_pipeline(make("tell", "params:who", None), on_exit="{pipeline: notify}", params={"who": "all"})

    assert own.notes == ("When all tasks have ended, if one failed, template 'hook' runs.",)
    assert nodes.notes == (
        "When all tasks have ended, however they ended, pipeline 'notify' runs: "
        "1 node in a pod of machine type 'default'.",
    )


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("always", {}),
        ("failure", {"when": "{{workflow.status}} != Succeeded"}),
        ("success", {"when": "{{workflow.status}} == Succeeded"}),
    ],
)
def test_it_runs_after_the_ends_that_it_is_for(when: str, expected: dict[str, str]) -> None:
    task = {"name": "hook", "template": HANDLER, **expected}
    assert last_tasks(with_template(f"{{template: hook, when: {when}}}")) == [task]


def test_a_template_is_told_how_the_workflow_ended() -> None:
    assert env(manifest(with_template())[HANDLER]) == {**TOLD, "A": "b"}


def test_a_variable_of_the_users_own_stays() -> None:
    own = "{name: hook, container: {image: curl, command: [curl], env: [{name: WORKFLOW_STATUS, value: mine}]}}"
    assert env(manifest(with_template(template=own))[HANDLER])["WORKFLOW_STATUS"] == "mine"


def test_a_template_that_runs_before_the_pipeline_too_has_no_outputs_at_the_end() -> None:
    output = "outputs: {parameters: [{name: token, path: /tmp/token}]}"
    both = f"{{name: hook, container: {{image: curl, command: [curl]}}, {output}}}"
    argo = f"policies: {{on_exit: {{template: hook}}}}\ntemplate: {{templates: [{both}], init_templates: [hook]}}"
    found = manifest(planned(chain("a"), argo))
    assert "outputs" in found["hook"]
    assert "outputs" not in found[HANDLER]


def test_a_template_of_the_platforms_is_called() -> None:
    theirs = "{name: hook, template_ref: {name: platform, template: notify}}"
    reference = {"name": "platform", "template": "notify"}
    assert last_tasks(with_template(template=theirs)) == [{"name": "hook", "templateRef": reference}]


def test_a_pipeline_runs_all_its_nodes_in_one_pod() -> None:
    workflow = with_pipeline(make("say", "params:x", "text"), make("send", "text", None), parameters={"x": 1})
    (task,) = last_tasks(workflow)
    assert task == {
        "name": "notify",
        "template": HANDLER,
        "arguments": {"parameters": [{"name": "nodes", "value": "say,send"}]},
    }
    pod = manifest(workflow)[HANDLER]
    assert pod["container"]["command"] == ["python", "-m", "argo_kedro.task"]
    assert pod["inputs"]["parameters"][0] == {"name": "pipeline", "value": "notify"}
    assert TOLD.items() <= env(pod).items()


def test_what_rules_and_the_code_say_of_its_nodes_counts_for_its_pod() -> None:
    environment = "[{name: HOOK, secret_ref: {name: s, key: k}}]"
    rule = f"{{pipelines: notify, retries: 2, service_account: chat, environment: {environment}}}"
    machines = "machine_types: {default: {cpu: 1, mem: 1}, small: {cpu: 1, mem: 512Mi}}"
    more = f"{machines}\ntasks: [{{nodes: '*', timeout: 1m}}, {rule}]"
    pod = manifest(with_pipeline(Node(do, "d1", None, name="say", machine_type="small"), more=more))[HANDLER]

    assert pod["container"]["resources"]["limits"] == {"memory": "512Mi", "cpu": "1"}
    assert {"name": "HOOK", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}} in pod["container"]["env"]
    assert (pod["serviceAccountName"], pod["activeDeadlineSeconds"]) == ("chat", 60)
    assert pod["retryStrategy"]["limit"] == "2"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "machine_types: {default: {cpu: 1, mem: 1}, big: {cpu: 2, mem: 2}}\n"
            "tasks: [{nodes: say, machine_type: big}, {nodes: send, machine_type: default}]",
            "its nodes name different values of machine_type: say: big (argo.yml tasks[0]), "
            "send: default (argo.yml tasks[1]).",
        ),
        (
            "template: {templates: [{name: own, container: {command: [kedro, run]}}]}\n"
            "tasks: [{pipelines: notify, template: own}]",
            "it runs in template 'kedro', whatever template is named for say, send.",
        ),
    ],
)
def test_what_its_one_pod_cannot_have_is_told(more: str, expected: str) -> None:
    problems = with_pipeline(make("say", "d1", "text"), make("send", "text", None), more=more).problems
    assert said(problems) == [f"argo.yml policies.on_exit.pipeline notify: {expected}"]


def test_a_machine_type_of_its_code_that_nothing_defines_is_told() -> None:
    problems = with_pipeline(Node(do, "d1", None, name="say", machine_type="gpu")).problems
    assert said(problems) == ["argo.yml policies.on_exit.pipeline notify: machine type 'gpu' is not defined."]


def test_a_pipeline_has_nothing_of_what_init_templates_gave() -> None:
    output = "outputs: {parameters: [{name: token, path: /tmp/token}]}"
    init = f"{{name: login, container: {{image: curl, command: [curl]}}, {output}}}"
    more = f"template: {{templates: [{init}], init_templates: [login]}}\nrunner: {{mlflow: true}}"
    pod = manifest(with_pipeline(make("say", "params:x", None), more=more, parameters={"x": 1}))[HANDLER]
    assert {"TOKEN", "MLFLOW_RUN_ID"}.isdisjoint(env(pod))
    assert [each["name"] for each in pod["inputs"]["parameters"]] == ["pipeline", "nodes", "memory"]


def test_our_own_end_runs_beside_it_and_none_keeps_the_other_from_its_start() -> None:
    workflow = with_template(more="runner: {mlflow: true}")
    assert [each["name"] for each in last_tasks(workflow)] == ["hook", "argo-kedro-finish"]
    assert manifest(workflow)[ON_EXIT]["dag"]["failFast"] is False


def test_after_a_success_it_reads_the_versions_that_the_run_has_written() -> None:
    catalog = {"d0": STORED, "d1": STORED, "d2": {**STORED, "versioned": True}}
    say = make("say", ["d1", "d2"], None)
    pinned = {"name": "pinned", "value": "d2"}
    arguments = {
        when: last_tasks(with_pipeline(say, on_exit=f"{{pipeline: notify, when: {when}}}", catalog=catalog))[0]
        for when in ("success", "always")
    }
    assert pinned in arguments["success"]["arguments"]["parameters"]
    assert pinned not in arguments["always"]["arguments"]["parameters"]


@pytest.mark.parametrize(
    ("on_exit", "problem"),
    [
        ("{template: hok}", "argo.yml policies.on_exit.template: template 'hok' is not defined."),
        ("{pipeline: notfy}", "argo.yml policies.on_exit.pipeline: pipeline 'notfy' is not defined."),
    ],
)
def test_a_name_that_nothing_defines_is_told(on_exit: str, problem: str) -> None:
    assert said(check(with_template(on_exit))) == [problem]


def test_a_pipeline_without_nodes_is_told() -> None:
    assert said(check(with_pipeline())) == ["argo.yml policies.on_exit.pipeline: pipeline 'notify' has no nodes."]


@pytest.mark.parametrize(
    ("catalog", "reads", "problem"),
    [
        ({"d0": STORED, "d2": STORED}, "d1", "and it lives in the memory of the tasks."),
        ({"d0": STORED, "d1": STORED, "d2": STORED}, "other", "and the catalog does not know it."),
    ],
)
def test_an_input_that_its_pod_has_not_is_told(catalog: Any, reads: str, problem: str) -> None:
    workflow = with_pipeline(make("say", reads, None), catalog=catalog)
    assert said(workflow.problems) == [
        f"dataset {reads}: exit handler 'notify' reads it, in a pod of its own, {problem}"
    ]


def test_an_input_that_another_pod_wrote_to_its_disk_is_told_for_a_cluster() -> None:
    local = {"type": "pandas.CSVDataset", "filepath": "data/d2.csv"}
    workflow = with_pipeline(make("say", "d2", None), catalog={"d0": STORED, "d1": STORED, "d2": local})
    (problem,) = workflow.problems
    assert problem.severity == "cluster"
    assert problem.message == "exit handler 'notify' reads data/d2.csv, which its pod does not share with the task's."


def test_a_parameter_that_is_missing_is_told() -> None:
    workflow = with_pipeline(make("say", "params:who", None))
    assert said(workflow.problems) == [
        "params:who: exit handler 'notify' reads it, and the parameters of env 'cloud' do not have it."
    ]
