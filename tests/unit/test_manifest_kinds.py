"""One workflow as a Workflow, a WorkflowTemplate and a CronWorkflow: of one template, each with its own rules."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from test_manifest_rendering import EXTENDS, NASTY, _template, _workflow
from test_manifest_validation import ARGUMENT, POD, good, put, shown

from argo_kedro.errors import CompileError
from argo_kedro.local.reader import read_manifest
from argo_kedro.manifest import KINDS, kind_problems, object_name, render, validate
from argo_kedro.model import Kind

ALL: tuple[Kind, ...] = get_args(Kind)
CRON_ARGUMENT = ARGUMENT.replace("spec/", "spec/workflowSpec/")
DAILY = {"schedules": ["0 6 * * *"], "timezone": "Europe/Berlin", "concurrencyPolicy": "Forbid"}


def spec_of(manifest: Any) -> Any:
    """The spec of the workflows that come of it."""
    return manifest["spec"]["workflowSpec"] if manifest["kind"] == "CronWorkflow" else manifest["spec"]


def rendered(kind: Kind, value: str = "plain", **fields: Any) -> Any:
    return yaml.safe_load(render(_workflow(value, schedule=DAILY, **fields), kind=kind))


def cron() -> dict[str, Any]:
    """The good workflow, started each morning."""
    workflow = good()
    return {
        "apiVersion": workflow["apiVersion"],
        "kind": "CronWorkflow",
        "metadata": {"name": "demo", "namespace": "argo"},
        "spec": {**copy.deepcopy(DAILY), "workflowSpec": workflow["spec"]},
    }


def template() -> dict[str, Any]:
    return {**good(), "kind": "WorkflowTemplate", "metadata": {"name": "demo"}}


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_is_valid_and_runs_the_same(kind: Kind) -> None:
    text = render(_workflow(schedule=DAILY, service_account="pipelines"), kind=kind)
    manifest = yaml.safe_load(text)

    assert shown(validate(text, kind=kind)) == "no problems"
    assert manifest["kind"] == KINDS[kind]
    spec = spec_of(manifest)
    spec.pop("workflowMetadata", None)
    assert spec == {**rendered("workflow")["spec"], "serviceAccountName": "pipelines"}


@pytest.mark.parametrize("value", NASTY)
def test_a_value_comes_back_as_it_is_from_a_cron_workflow(value: str) -> None:
    labels = {"labels": {"value": value}}
    found = rendered("cron", value)

    assert found["spec"].pop("workflowSpec") == rendered("workflow", value)["spec"]
    assert found["spec"] == {**DAILY, "workflowMetadata": labels}


def test_what_waits_in_the_cluster_has_one_name_and_its_runs_have_the_labels() -> None:
    labels = {"labels": {"value": "plain"}}
    metadata = {"name": "demo", "namespace": "argo", **labels}

    found = rendered("template")
    assert (found["metadata"], found["spec"]["workflowMetadata"]) == (metadata, labels)
    found = rendered("cron")
    assert (found["metadata"], found["spec"]["workflowMetadata"]) == (metadata, labels)


@pytest.mark.parametrize("kind", ALL)
def test_without_a_namespace_the_manifest_names_none(kind: Kind) -> None:
    assert "namespace" not in rendered(kind, namespace="")["metadata"]


def test_a_name_that_is_too_long_for_a_cron_workflow_is_shortened_and_stays_apart() -> None:
    names = [rendered("cron", name=f"{'a' * 51}{end}")["metadata"]["name"] for end in ("a", "bb", "bc")]

    assert names[0] == "a" * 52
    assert len(set(names)) == 3
    assert max(map(len, names)) == 52
    assert object_name(_workflow(name="a" * 57), "template") == "a" * 57


def test_a_name_that_the_user_gave_is_not_shortened_but_refused() -> None:
    workflow = _workflow(name="a" * 53, schedule=DAILY)

    (problem,) = kind_problems(workflow, "cron", workflow_name="a" * 53)
    assert (problem.where, problem.hint) == ("--workflow-name", "use up to 52 characters.")
    assert kind_problems(workflow, "cron") == []
    assert kind_problems(workflow, "template", workflow_name="a" * 53) == []
    assert kind_problems(_workflow(name="b", schedule=DAILY), "cron", workflow_name="b") == []


def test_a_cron_workflow_without_a_schedule_is_a_problem_of_argo_yml() -> None:
    (problem,) = kind_problems(_workflow(), "cron")

    assert problem.where == "argo.yml schedule.schedules"
    assert "0 6 * * *" in problem.hint
    assert kind_problems(_workflow(), "workflow") == []
    assert kind_problems(_workflow(), "template") == []


BLOCKS = """\
[% block spec %]
  parallelism: 3
[% endblock %]
[% block template %]
      podSpecPatch: |
        nodeSelector:

          zone: a
[% endblock %]
[% block templates %]
    - {name: extra, suspend: {}}
[% endblock %]
"""


@pytest.mark.parametrize("kind", ALL)
def test_blocks_of_a_project_serve_every_kind(tmp_path: Path, kind: Kind) -> None:
    path = _template(tmp_path, EXTENDS + BLOCKS)
    text = render(_workflow(manifest_template=path, schedule=DAILY), kind=kind)

    assert shown(validate(text, kind=kind)) == "no problems"
    spec = spec_of(yaml.safe_load(text))
    assert spec["parallelism"] == 3
    assert spec["templates"][1]["podSpecPatch"] == "nodeSelector:\n\n  zone: a\n"
    assert spec["templates"][2] == {"name": "extra", "suspend": {}}


def test_a_project_may_add_fields_of_a_cron_workflow(tmp_path: Path) -> None:
    block = '[% block cron %]\n[[ super() ]]  stopStrategy: {expression: "cronworkflow.failed >= 3"}\n[% endblock %]'
    path = _template(tmp_path, EXTENDS + block)

    found = rendered("cron", manifest_template=path)

    assert found["spec"]["stopStrategy"] == {"expression": "cronworkflow.failed >= 3"}
    assert found["spec"]["schedules"] == DAILY["schedules"]
    assert "stopStrategy" not in rendered("workflow", manifest_template=path)["spec"]


def test_a_template_in_place_of_ours_may_ask_for_the_kind(tmp_path: Path) -> None:
    path = _template(tmp_path, "kind: [[ kind ]]\nmetadata: {name: [[ name ]]}\nspec: [[ workflow.schedule ]]")

    assert rendered("template", manifest_template=path)["kind"] == "WorkflowTemplate"
    assert rendered("workflow", manifest_template=path)["metadata"] == {"name": "demo"}


@pytest.mark.parametrize(("wanted", "found"), [("cron", "workflow"), ("template", "cron"), ("workflow", "template")])
def test_a_manifest_of_another_kind_than_was_asked_for_is_one_problem(wanted: Kind, found: Kind) -> None:
    text = render(_workflow(schedule=DAILY), kind=found)

    (problem,) = validate(text, kind=wanted)
    assert problem.where == "manifest kind"
    assert problem.message == f"{KINDS[found]!r} is not {KINDS[wanted]}, as was asked for"
    assert "kind: [[ kind ]]" in problem.hint


def test_a_service_account_that_is_said_twice_is_named_with_both_places(tmp_path: Path) -> None:
    path = _template(tmp_path, EXTENDS + "[% block spec %]\n  serviceAccountName: other\n[% endblock %]")

    (problem,) = validate(render(_workflow(manifest_template=path, service_account="pipelines")))
    assert "the key 'serviceAccountName' stands twice" in problem.message
    assert problem.hint == (
        "keep one of them: `service_account` in argo.yml, or serviceAccountName in a manifest template of your own"
    )


def test_good_ones_of_every_kind_are_left_alone() -> None:
    assert shown(validate(cron())) == "no problems"
    assert shown(validate(template())) == "no problems"


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("metadata/name", ..., "metadata", "the CronWorkflow has no name"),
        ("metadata", {"generateName": "demo-"}, "metadata", "the CronWorkflow has no name"),
        ("metadata/name", "a" * 53, "metadata.name", "no name for a CronWorkflow"),
        ("metadata/labels/a", 5, "metadata.labels.a", "not a text"),
        ("spec/schedules", ..., "spec.schedules", "nothing says when"),
        ("spec/schedules", [], "spec.schedules", "nothing says when"),
        ("spec/schedules", "0 6 * * *", "spec.schedules", "not a list of texts"),
        ("spec/schedules/1", "0 6 * *", "spec.schedules[1]", "is no schedule"),
        ("spec/schedules/0", "0 25 * * *", "spec.schedules[0]", "hour '25'"),
        ("spec/schedule", "0 6 * * *", "spec", "'schedule' is not a field"),
        ("spec/timezone", "Berlin", "spec.timezone", "no time zone"),
        ("spec/concurrencyPolicy", "forbid", "spec.concurrencyPolicy", "none of Allow, Replace, Forbid"),
        ("spec/concurrency_policy", "Forbid", "spec", "'concurrency_policy' is not a field"),
        ("spec/suspend", "true", "spec.suspend", "not true or false"),
        ("spec/startingDeadlineSeconds", "600", "spec.startingDeadlineSeconds", "not a whole number"),
        ("spec/failedJobsHistoryLimit", -1, "spec.failedJobsHistoryLimit", "below 0"),
        ("spec/workflowMetadata", {"labels": {"a": "b c"}}, "spec.workflowMetadata.labels.a", "label"),
        ("spec/entrypoint", "main", "spec", "'entrypoint' is not a field"),
        ("spec/workflowSpec", ..., "spec.workflowSpec.templates", "no templates"),
        ("spec/workflowSpec", {}, "spec.workflowSpec.entrypoint", "no entrypoint"),
        ("spec/workflowSpec/entrypoint", "mainn", "spec.workflowSpec.entrypoint", "'mainn' does not exist"),
        ("spec/workflowSpec/schedules", ["@daily"], "spec.workflowSpec", "'schedules' is not a field"),
        (CRON_ARGUMENT, "{{", "spec.workflowSpec.arguments.parameters[0].value", "hang"),
        (CRON_ARGUMENT, ..., "spec.workflowSpec.arguments.parameters[0]", "no value"),
        (f"{POD.replace('spec/', 'spec/workflowSpec/')}/timeout", "60", "templates.pod.timeout", "no duration"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_cron_workflow_is_found_with_its_place(path: str, value: Any, where: str, says: str) -> None:
    manifest = cron()
    put(manifest, path, value)

    found = validate(manifest)

    assert [each for each in found if each.where == f"manifest {where}" and says in each.message], shown(found)
    assert all(problem.hint for problem in found)
    assert len(found) <= 3, shown(found)


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("metadata/name", ..., "metadata", "the WorkflowTemplate has no name"),
        ("metadata", {"generateName": "demo-"}, "metadata", "the WorkflowTemplate has no name"),
        ("metadata/name", "a" * 64, "metadata.name", "no name for a WorkflowTemplate"),
        ("spec/workflowMetadata", {"labels": {"a": "b c"}}, "spec.workflowMetadata.labels.a", "label"),
        ("spec/schedules", ["@daily"], "spec", "'schedules' is not a field"),
        ("spec/entrypoint", "mainn", "spec.entrypoint", "'mainn' does not exist"),
    ],
)
def test_each_mistake_in_a_workflow_template_is_found_with_its_place(
    path: str, value: Any, where: str, says: str
) -> None:
    manifest = template()
    put(manifest, path, value)

    found = validate(manifest)

    assert [each for each in found if each.where == f"manifest {where}" and says in each.message], shown(found)
    assert len(found) <= 3, shown(found)


@pytest.mark.parametrize(("path", "value"), [("spec/entrypoint", ...), (ARGUMENT, ...), ("metadata/name", "a" * 63)])
def test_a_workflow_template_may_leave_to_others_what_they_give(path: str, value: Any) -> None:
    manifest = template()
    put(manifest, path, value)

    assert shown(validate(manifest)) == "no problems"


@pytest.mark.parametrize("kind", ["template", "cron"])
def test_a_local_run_refuses_what_only_makes_workflows(kind: Kind) -> None:
    with pytest.raises(CompileError) as caught:
        read_manifest(render(_workflow(schedule=DAILY), kind=kind))

    assert f"a {KINDS[kind]} makes workflows, and is none itself" in caught.value.message
    assert "`kedro argo compile` without --kind" in caught.value.message
    assert caught.value.message.count("- manifest") == 1
