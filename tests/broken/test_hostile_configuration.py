"""What broke argo-kedro 0.1: argo.yml and the templates in it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from judging import CATALOG, REGISTRY, Judge, Verdict, judged

pytestmark = pytest.mark.usefixtures("in_process")


REFUSED_CONFIGURATIONS = {
    "unknown default machine type": (
        "default_machine_type: nope",
        4,
        "argo.yml default_machine_type: machine type 'nope' is not defined.",
    ),
    "unknown default template": (
        "template: {default_template: nope}",
        4,
        "argo.yml template.default_template: template 'nope' is not defined.",
    ),
    "unknown init template": (
        "template: {init_templates: [nope]}",
        4,
        "argo.yml template.init_templates: template 'nope' is not defined.",
    ),
    "typo templates": ("templates: []", 3, "conf/base/argo.yml: templates: unknown key; did you mean 'template'?"),
    "typo enviroment": (
        "template: {enviroment: []}",
        3,
        "conf/base/argo.yml: template.enviroment: unknown key; did you mean 'environment'?",
    ),
    "typo secretRef": (
        "template: {environment: [{name: A, secretRef: {}}]}",
        3,
        "conf/base/argo.yml: template.environment[0].secretRef: unknown key; did you mean 'secret_ref'?",
    ),
    "typo gpus": (
        "machine_types: {default: {cpu: 1, mem: 1, gpus: 1}}",
        3,
        "conf/base/argo.yml: machine_types.default.gpus: unknown key; did you mean 'num_gpu'?",
    ),
    "negative memory": (
        "machine_types: {default: {cpu: 1, mem: -5}}",
        3,
        "conf/base/argo.yml: machine_types.default.mem: -5 is not a quantity greater than zero",
    ),
    "no cpu": (
        "machine_types: {default: {cpu: 0, mem: 1}}",
        3,
        "conf/base/argo.yml: machine_types.default.cpu: 0 is not a quantity greater than zero",
    ),
    "namespace": (
        "namespace: My Namespace!",
        3,
        "conf/base/argo.yml: namespace: must be lowercase letters, digits and hyphens",
    ),
    "number as variable": (
        "template: {environment: [{name: 123, value: x}]}",
        3,
        "conf/base/argo.yml: template.environment[0].name: must be letters, digits, '_', '-' and '.', "
        "without a digit in front, got '123'",
    ),
    "our own variable": (
        "template: {environment: [{name: WORKFLOW_ID, value: x}]}",
        4,
        "argo.yml template.environment: environment variable 'WORKFLOW_ID' is already set for every task.",
    ),
    "template called kedro": (
        "template: {templates: [{name: kedro, container: {command: [a]}}]}",
        4,
        "argo.yml template.templates: template 'kedro' has a name that argo-kedro uses itself.",
    ),
    "template called pipeline": (
        "template: {templates: [{name: pipeline, container: {command: [a]}}]}",
        4,
        "argo.yml template.templates: template 'pipeline' has a name that argo-kedro uses itself.",
    ),
    "braces in a variable": (
        "template: {environment: [{name: A, value: '{{inputs.parameters.nope}}'}]}",
        4,
        "manifest templates.default.container.env[3]",
    ),
    "secret without a name": (
        "template: {environment: [{name: A, secret_ref: {key: k}}]}",
        3,
        "conf/base/argo.yml: template.environment[0].secret_ref.name: is missing",
    ),
    "no manifest": ("template: {manifest: nope.j2}", 4, ""),
}


@pytest.mark.parametrize(("argo", "code", "expected"), REFUSED_CONFIGURATIONS.values(), ids=REFUSED_CONFIGURATIONS)
def test_a_configuration_that_cannot_work_is_refused(judge: Judge, argo: str, code: int, expected: str) -> None:
    verdict = judge(argo=argo)

    assert (verdict.code, verdict.said[: len(expected)]) == (code, expected)


@pytest.mark.parametrize("argo", [None, "", "# nothing\n"])
def test_no_argo_yml_and_an_empty_one_work(project: Any, argo: str | None) -> None:
    path = project(REGISTRY.format(default='Pipeline([n("train")])', others="{}"), CATALOG, argo)

    assert judged(path).container()["image"] == "pkg:latest"


@pytest.mark.parametrize(("tag", "expected"), [("1.0", "1.0"), ("1.10", "1.10"), ("20240101", "20240101")])
def test_a_tag_may_look_like_a_number(judge: Judge, tag: str, expected: str) -> None:
    assert judge(argo=f"deployment: {{image: i, tag: {tag}}}").container()["image"] == f"i:{expected}"


def test_fractions_and_quantities_are_resources(judge: Judge) -> None:
    verdict = judge(argo="machine_types: {default: {cpu: 0.5, mem: 16Gi}}")

    assert verdict.container()["resources"]["requests"] == {"cpu": "0.5", "memory": "16Gi"}
    assert (verdict.environment()["NUM_CPU"], verdict.environment()["MEM_LIMIT_GB"]) == ("1", "16")


@pytest.mark.parametrize(
    "value",
    [
        "'",
        '"',
        "#",
        "%",
        "\t",
        "é 日本 \U0001f600",
        "a\nb",
        "",
        " a ",
        "5",
        "yes",
        "{x}",
        "[[x]]",
        "[%x%]",
        "\\",
        "null",
    ],
)
def test_the_value_of_a_variable_arrives_as_it_is(judge: Judge, value: str) -> None:
    written = yaml.safe_dump({"template": {"environment": [{"name": "A", "value": value}]}}, allow_unicode=True)

    assert judge(argo=written).environment()["A"] == value


def test_a_number_is_a_value_too(judge: Judge) -> None:
    assert judge(argo="template: {environment: [{name: A, value: 5}]}").environment()["A"] == "5"


@pytest.mark.parametrize("name", ["My_Workflow!", "x" * 80, "a\nspec: {}", "{{x}}", "-"])
def test_a_workflow_name_that_kubernetes_refuses_is_refused(judge: Judge, name: str) -> None:
    verdict = judge(workflow_name=name)

    assert (verdict.code, verdict.said) == (4, f"--workflow-name: {name!r} cannot be part of a workflow's name.")


@pytest.mark.parametrize("env", ['say "hi"', "a #b", "a: b", "it's", "-x", "$HOME", "é"])
def test_an_env_may_have_any_name(judge: Judge, env: str) -> None:
    verdict = judge(files={f"conf/{env}/argo.yml": ""}, env=env)

    assert (verdict.code, verdict.said) == (0, "")
    assert f"--env={env}" in verdict.container()["args"]


INIT = """
template:
  init_templates: [init]
  templates:
    - name: init
      container: {command: [sh]}
"""


def test_every_output_of_an_init_template_has_its_own_value(judge: Judge) -> None:
    outputs = "      outputs: {parameters: [{name: run, path: /a}, {name: other-run, path: /b}]}\n"

    verdict = judge(argo=INIT + outputs)

    task = verdict.tasks["train"]
    assert task["depends"] == "init"
    assert {each["name"]: each["value"] for each in task["arguments"]["parameters"]} == {
        "run": "{{tasks.init.outputs.parameters.run}}",
        "other-run": "{{tasks.init.outputs.parameters.other-run}}",
    }
    assert verdict.environment()["RUN"] == "{{inputs.parameters.run}}"
    assert verdict.environment()["OTHER-RUN"] == "{{inputs.parameters.other-run}}"


def test_an_init_template_without_outputs_has_none(judge: Judge) -> None:
    assert "outputs" not in judge(argo=INIT).templates["init"]


def own(judge: Judge, template: dict[str, Any]) -> Verdict:
    """A project whose only node uses this template."""
    argo = yaml.safe_dump({"template": {"templates": [{"name": "own", **template}]}})
    return judge('Pipeline([n("train", template="own")])', argo)


@pytest.mark.parametrize(
    "args", ["  first line indented\nsecond", 'say "it\'s"', "a\n\n\nb", "#!/bin/sh\n# x: y\n", "- a", "%"]
)
def test_commands_and_scripts_arrive_as_they_are(judge: Judge, args: str) -> None:
    container = own(judge, {"container": {"command": ["sh", 'it\'s "x"'], "args": args}}).container("own-default")

    assert container["command"] == ["sh", 'it\'s "x"']
    assert container["args"] == [args.rstrip("\n")]


def test_volumes_need_no_sidecar_and_a_file_is_named_for_its_key(judge: Judge) -> None:
    volume = {"name": "v", "secret_ref": {"name": "s", "key": "k"}}
    verdict = own(judge, {"container": {"command": ["sh"]}, "volumes": [volume]})

    assert verdict.templates["own-default"]["volumes"][0] == {
        "name": "v",
        "secret": {"secretName": "s", "items": [{"key": "k", "path": "k"}]},
    }


def test_a_template_of_ones_own_knows_its_size_and_may_have_its_image(judge: Judge) -> None:
    verdict = own(judge, {"container": {"command": ["sh"], "image": "mine:1", "env": [{"name": "A", "value": "b"}]}})

    assert verdict.container("own-default")["image"] == "mine:1"
    assert verdict.environment("own-default") == {
        "WORKFLOW_ID": "{{workflow.name}}",
        "NUM_CPU": "1",
        "MEM_LIMIT_GB": "2",
        "A": "b",
    }
