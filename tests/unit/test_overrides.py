"""`workflow` of argo.yml: raw fields, merged over the Workflow's spec."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from plans import chain, planned, said

from argo_kedro.check import check
from argo_kedro.manifest import render, validate
from argo_kedro.model import Workflow
from argo_kedro.plan.overrides import with_source

RESTRICTED = "security: restricted\nservice_account: runs\n"


def given(workflow: str, argo: str = "", **kwargs: Any) -> Workflow:
    """The plan of two nodes with these fields."""
    return planned(chain("a", "b"), f"{argo}\nworkflow: {workflow}", **kwargs)


def spec_of(workflow: Workflow) -> dict[str, Any]:
    """The spec of its manifest, with which nothing is wrong."""
    text = render(workflow)
    assert said([*check(workflow), *validate(text)]) == []
    spec: dict[str, Any] = yaml.safe_load(text)["spec"]
    return spec


def template(spec: dict[str, Any], name: str) -> dict[str, Any]:
    """A template by its name."""
    return next(each for each in spec["templates"] if each["name"] == name)


def test_without_fields_nothing_changes() -> None:
    assert given("{}") == planned(chain("a", "b"))


def test_a_field_is_added() -> None:
    assert spec_of(given("{hostNetwork: true}"))["hostNetwork"] is True


def test_a_mapping_is_merged_and_null_takes_a_field_out() -> None:
    policies = "policies: {ttl: {after_success: 1d, after_failure: 7d}, parallelism: 3}"
    spec = spec_of(given("{ttlStrategy: {secondsAfterFailure: 60}, parallelism: null}", policies))
    assert spec["ttlStrategy"] == {"secondsAfterSuccess": 86400, "secondsAfterFailure": 60}
    assert "parallelism" not in spec


def test_named_things_of_a_list_are_merged_by_name() -> None:
    secrets = "deployment: {image: image, pull_secrets: [one, two]}"
    spec = spec_of(given("{imagePullSecrets: [{name: two}, {name: three}]}", secrets))
    assert [each["name"] for each in spec["imagePullSecrets"]] == ["one", "two", "three"]


def test_a_list_of_things_without_names_is_replaced() -> None:
    semaphores = "policies: {semaphores: [{config_map: a, key: k}]}"
    other = "{synchronization: {semaphores: [{configMapKeyRef: {name: b, key: k}}]}}"
    assert spec_of(given(other, semaphores))["synchronization"]["semaphores"] == [
        {"configMapKeyRef": {"name": "b", "key": "k"}}
    ]


def test_the_service_account_and_what_runs_at_the_end_stand_there_once() -> None:
    bye = "{name: bye, container: {image: busybox, command: [echo]}}"
    spec = spec_of(given(f"{{serviceAccountName: other, onExit: bye, templates: [{bye}]}}", "service_account: runs"))
    assert (spec["serviceAccountName"], spec["onExit"]) == ("other", "bye")


def test_a_template_is_merged_by_name_and_keeps_what_is_not_said() -> None:
    fields = "{templates: [{name: default, container: {workingDir: /work, env: [{name: WORKFLOW_ID, value: x}]}}]}"
    before, after = spec_of(planned(chain("a", "b"))), spec_of(given(fields))
    old, new = (template(each, "default")["container"] for each in (before, after))
    assert new == {**old, "workingDir": "/work", "env": [{"name": "WORKFLOW_ID", "value": "x"}, *old["env"][1:]]}


def test_a_variable_of_another_source_stands_in_place_of_a_value() -> None:
    field_ref = "{fieldRef: {fieldPath: metadata.name}}"
    env = f"[{{name: WORKFLOW_ID, valueFrom: {field_ref}}}]"
    spec = spec_of(given(f"{{templates: [{{name: default, container: {{env: {env}}}}}]}}"))
    assert template(spec, "default")["container"]["env"][0] == {
        "name": "WORKFLOW_ID",
        "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
    }


def test_a_template_that_is_not_there_is_added_and_may_be_where_the_workflow_begins() -> None:
    wrap = "{name: wrap, dag: {tasks: [{name: all, template: pipeline}]}}"
    spec = spec_of(given(f"{{entrypoint: wrap, templates: [{wrap}]}}"))
    assert spec["entrypoint"] == "wrap"
    assert [each["name"] for each in spec["templates"]] == ["pipeline", "default", "wrap"]


def test_arguments_are_added_beside_those_of_the_pipeline() -> None:
    mode = "{name: mode, value: fast, enum: [fast, slow], description: How}"
    spec = spec_of(given(f"{{arguments: {{parameters: [{mode}]}}}}", params={"x": 1}))
    assert spec["arguments"]["parameters"] == [
        {"name": "params", "value": '{"x": 1}'},
        {"name": "mode", "value": "fast", "enum": ["fast", "slow"], "description": "How"},
    ]


@pytest.mark.parametrize("patch", ["{hostIPC: false}", "'hostIPC: false'", """'{"hostIPC": false}'"""])
def test_a_patch_of_the_pods_is_merged_with_that_of_restricted_ones(patch: str) -> None:
    before = json.loads(spec_of(planned(chain("a", "b"), RESTRICTED))["podSpecPatch"])
    after = json.loads(spec_of(given(f"{{podSpecPatch: {patch}}}", RESTRICTED))["podSpecPatch"])
    assert after == {**before, "hostIPC": False}


def test_containers_of_a_patch_are_merged_by_name() -> None:
    patch = "{containers: [{name: wait, resources: {limits: {cpu: 100m}}}]}"
    after = json.loads(spec_of(given(f"{{podSpecPatch: {patch}}}", RESTRICTED))["podSpecPatch"])
    (wait,) = after["containers"]
    assert wait["resources"] == {"limits": {"cpu": "100m"}}
    assert wait["securityContext"]["allowPrivilegeEscalation"] is False


def test_a_patch_with_tags_stays_as_it_is_where_nothing_is_merged() -> None:
    patch = '{"terminationGracePeriodSeconds": {{workflow.parameters.n}}}'
    made = given(f"{{podSpecPatch: '{patch}'}}")
    assert made.problems == ()
    assert made.spec["podSpecPatch"] == patch


@pytest.mark.parametrize(
    ("workflow", "problem"),
    [
        ("{'a b': 1}", "argo.yml workflow: 'a b' is no name of a field."),
        ("{'a: 1': 1}", "argo.yml workflow: 'a: 1' is no name of a field."),
        (
            "{workflowMetadata: {labels: {a: b}}}",
            "argo.yml workflow: labels and annotations have a place of their own.",
        ),
        ("{templates: {default: {}}}", "argo.yml workflow.templates: each template needs a name."),
        ("{templates: [{container: {}}]}", "argo.yml workflow.templates: each template needs a name."),
        (
            "{templates: [{name: pipeline, parallelism: 1}]}",
            "argo.yml workflow.templates: template 'pipeline' is the DAG of all tasks, which is made of the pipeline.",
        ),
        (
            "{templates: [{name: x, suspend: {}}, {name: x, suspend: {}}]}",
            "argo.yml workflow.templates: template 'x' stands there twice.",
        ),
        (
            "{templates: [{name: default, container: {'x y': 1}}]}",
            "argo.yml workflow.templates.default.container: 'x y' is no name of a field.",
        ),
        (
            "{templates: [{name: default, container: text}]}",
            "argo.yml workflow.templates.default.container: 'text' is no container.",
        ),
        ("{entrypoint: pipelin}", "argo.yml workflow.entrypoint: template 'pipelin' is not defined."),
        ("{onExit: nope}", "argo.yml workflow.onExit: template 'nope' is not defined."),
        ("{arguments: [1]}", "argo.yml workflow.arguments: each parameter needs a name."),
        ("{arguments: {parameters: [1]}}", "argo.yml workflow.arguments: each parameter needs a name."),
        (
            "{arguments: {parameters: [{name: params, value: x}]}}",
            "argo.yml workflow.arguments.parameters: parameter 'params' carries --params.",
        ),
    ],
)
def test_fields_that_cannot_be_merged_are_told(workflow: str, problem: str) -> None:
    made = given(workflow)
    assert said(made.problems) == [problem]
    assert made.spec == {}  # as without them


def test_a_new_template_that_nothing_runs_is_told_with_the_nearest_one() -> None:
    (problem,) = given("{templates: [{name: defualt, container: {image: x, command: [x]}}]}").problems

    assert problem.severity == "warning"
    assert str(problem) == (
        "argo.yml workflow.templates: template 'defualt' is a new one, and nothing in this workflow runs it.\n"
        "  Hint: did you mean 'default'? Those that are there: default."
    )


@pytest.mark.parametrize(
    "caller",
    ["entrypoint: new", "onExit: new", "hooks: {running: {template: new, expression: 'true'}}"],
)
def test_a_new_template_may_be_run_in_each_way(caller: str) -> None:
    assert given(f"{{{caller}, templates: [{{name: new, container: {{image: x, command: [x]}}}}]}}").problems == ()


def test_a_new_template_may_be_run_by_another_new_one() -> None:
    dag = "{name: around, dag: {tasks: [{name: all, template: pipeline}, {name: last, template: new}]}}"
    new = "{name: new, container: {image: x, command: [x]}}"

    assert given(f"{{entrypoint: around, templates: [{dag}, {new}]}}").problems == ()


@pytest.mark.parametrize("value", ["[]", "{}", "{a: 1}", "5"])
@pytest.mark.parametrize("key", ["onExit", "entrypoint"])
def test_what_is_no_name_of_a_template_is_told(key: str, value: str) -> None:
    (problem,) = given(f"{{{key}: {value}}}").problems

    assert problem.where == f"argo.yml workflow.{key}"
    assert "is not defined" in problem.message


@pytest.mark.parametrize("patch", ["'[1]'", "'{\"a\": {{x}}}'", "'a: b: c'", "3", "[1]"])
def test_a_patch_that_cannot_be_merged_is_told(patch: str) -> None:
    made = given(f"{{podSpecPatch: {patch}}}", RESTRICTED)
    assert said(made.problems) == [
        "argo.yml workflow.podSpecPatch: it cannot be merged with the podSpecPatch that argo-kedro writes: it is no "
        "YAML of a mapping."
    ]


@pytest.mark.parametrize(
    "workflow",
    ["{parallelsm: 3}", "{podGC: {strategy: Never}}", "{templates: [{name: default, volums: []}]}"],
)
def test_what_argo_refuses_is_said_to_come_from_there(workflow: str) -> None:
    made = given(workflow)
    assert made.problems == ()
    fields = yaml.safe_load(workflow)
    (problem,) = with_source(validate(render(made)), fields)
    assert problem.hint.endswith(" `workflow` in argo.yml may be where it comes from")
    assert "?;" not in problem.hint


def test_what_has_nothing_to_do_with_it_is_left_alone() -> None:
    made = given("{parallelism: 3}", "policies: {labels: {team: 'a b'}}")
    (problem,) = with_source(validate(render(made)), {"parallelism": 3})
    assert "argo.yml" not in problem.hint


def test_the_reader_is_told_which_fields_there_are() -> None:
    assert given("{hostNetwork: true, dnsPolicy: Default}").notes == (
        "`workflow` in argo.yml says more of the manifest: dnsPolicy, hostNetwork.",
    )
