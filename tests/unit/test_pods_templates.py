"""Templates of the user's own, and of the platform's: sidecars, outputs, references, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from plans import chain, make, planned, said, tasks

from argo_kedro.manifest import render, validate
from argo_kedro.manifest.nesting import dags, levels
from argo_kedro.model import Json, Workflow

PLATFORM = """
machine_types:
  default: {cpu: 1, mem: 2Gi, emph_storage: 0}
  large: {cpu: 4, mem: 16Gi, num_gpu: 1}
template:
  init_templates: [start]
  templates:
    - {name: train, template_ref: {name: platform, template: train-job}}
    - name: start
      template_ref: {name: everyone, template: open, cluster_scope: true}
      outputs: {parameters: [{name: run, env: RUN_ID}]}
tasks:
  - {nodes: [b, c], template: train}
  - {nodes: c, machine_type: large}
"""


def bodies(workflow: Workflow) -> dict[str, Json]:
    """The pod templates by name."""
    return {template.name: template.body for template in workflow.templates}


def written(workflow: Workflow) -> dict[str, Any]:
    """The manifest's tasks by name, once it was found to be right."""
    text = render(workflow)
    assert validate(text) == []
    spec = yaml.safe_load(text)["spec"]
    return {task["name"]: task for template in spec["templates"] for task in template.get("dag", {}).get("tasks", ())}


def arguments(task: Json) -> dict[str, str]:
    return {item["name"]: item["value"] for item in task.get("arguments", {}).get("parameters", ())}


def test_a_sidecar_says_all_that_a_container_does() -> None:
    workflow = planned(
        chain("a"),
        """
        template:
          default_template: own
          templates:
            - name: own
              container: {command: [run], working_dir: /work}
              sidecars:
                - name: plain
                  image: neo4j:5
                  command: [start]
                  args: [--now]
                  env: [{name: AUTH, value: none}]
                  env_from: [{secret: s}]
                  resources: {cpu: 100m, memory: 64Mi}
                  volume_mounts: [{name: data, mount_path: /data, sub_path: db, read_only: false}]
              volumes: [{name: data, empty_dir: {}}]
        """,
    )

    body = bodies(workflow)["own-default"]

    assert not workflow.problems
    assert body["sidecars"] == [
        {
            "name": "plain",
            "image": "neo4j:5",
            "command": ["start"],
            "args": ["--now"],
            "env": [{"name": "AUTH", "value": "none"}],
            "envFrom": [{"secretRef": {"name": "s"}}],
            "resources": {side: {"cpu": "100m", "memory": "64Mi"} for side in ("requests", "limits")},
            "volumeMounts": [{"name": "data", "mountPath": "/data", "subPath": "db"}],
        }
    ]
    assert {"name": "data", "emptyDir": {}} in body["volumes"]
    assert body["container"]["workingDir"] == "/work"
    assert "volumeMounts" not in body["container"]
    written(workflow)


def test_a_native_sidecar_is_an_init_container_that_is_waited_for() -> None:
    workflow = planned(
        chain("a"),
        """
        template:
          default_template: own
          templates:
            - name: own
              container: {command: [run]}
              sidecars:
                - {name: db, image: postgres:17, native: true, ready: {tcpSocket: {port: 5432}, periodSeconds: 1}}
                - {name: old, image: proxy:1}
        """,
    )

    body = bodies(workflow)["own-default"]

    assert [each["name"] for each in body["sidecars"]] == ["old"]
    assert body["initContainers"] == [
        {
            "name": "db",
            "image": "postgres:17",
            "restartPolicy": "Always",
            "startupProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 1},
        }
    ]
    written(workflow)


def test_each_output_is_a_variable_of_its_own() -> None:
    workflow = planned(
        chain("a", "b"),
        """
        template:
          init_templates: [first, second]
          templates:
            - name: first
              container: {command: [run]}
              outputs: {parameters: [{name: run, path: /o/run}, {name: url, path: /o/url, env: MLFLOW_TRACKING_URI}]}
            - name: second
              container: {command: [run]}
              outputs: {parameters: [{name: token, path: /o/t, default: ""}]}
        """,
    )
    found = bodies(workflow)

    assert [item["valueFrom"] for item in found["second"]["outputs"]["parameters"]] == [{"path": "/o/t", "default": ""}]
    assert [item["valueFrom"] for item in found["first"]["outputs"]["parameters"]] == [
        {"path": "/o/run"},
        {"path": "/o/url"},
    ]
    given = {item["name"]: item["value"] for item in found["default"]["container"]["env"]}
    assert {key: given[key] for key in ("RUN", "MLFLOW_TRACKING_URI", "TOKEN")} == {
        "RUN": "{{inputs.parameters.run}}",
        "MLFLOW_TRACKING_URI": "{{inputs.parameters.url}}",
        "TOKEN": "{{inputs.parameters.token}}",
    }
    assert arguments(written(workflow)["a"]) == {
        "run": "{{tasks.first.outputs.parameters.run}}",
        "url": "{{tasks.first.outputs.parameters.url}}",
        "token": "{{tasks.second.outputs.parameters.token}}",
    }


def test_an_init_template_has_sidecars_volumes_and_an_account() -> None:
    workflow = planned(
        chain("a"),
        """
        template:
          init_templates: [first]
          templates:
            - name: first
              container: {command: [run], env: [{name: MODE, value: fast}]}
              sidecars: [{name: db, image: "postgres:17", native: true}]
              volumes: [{name: data, claim: data, mount_path: /mnt}]
              files: [{path: /key, secret_ref: {name: s, key: k}}]
              service_account: opener
              pod_spec_patch: {hostNetwork: true}
        """,
    )

    body = bodies(workflow)["first"]

    assert [each["name"] for each in body["initContainers"]] == ["db"]
    assert [volume["name"] for volume in body["volumes"]] == ["data", "files-secret-s"]
    assert [mount["mountPath"] for mount in body["container"]["volumeMounts"]] == ["/mnt", "/key"]
    assert body["serviceAccountName"] == "opener"
    assert body["podSpecPatch"] == '{"hostNetwork": true}'
    written(workflow)


def test_a_rule_s_account_counts_more_than_a_template_s() -> None:
    argo = """
    template:
      default_template: own
      templates: [{name: own, container: {command: [run]}, service_account: usual}]
    tasks: [{nodes: b, service_account: special}]
    """
    found = bodies(planned(chain("a", "b"), argo))

    assert [found[name]["serviceAccountName"] for name in ("own-default", "own-default-2")] == ["usual", "special"]


def test_a_task_in_a_template_of_the_platform_s_names_it_and_tells_it_all() -> None:
    workflow = planned(chain("a", "b", "c"), PLATFORM)

    found = written(workflow)

    reference = {"name": "platform", "template": "train-job"}
    assert not workflow.problems
    assert [found[name]["templateRef"] for name in ("b", "c")] == [reference, reference]
    assert all("template" not in found[name] for name in ("b", "c", "start"))
    assert found["start"] == {
        "name": "start",
        "templateRef": {"name": "everyone", "template": "open", "clusterScope": True},
    }
    assert arguments(found["b"]) == {
        "pipeline": "__default__",
        "environment": "cloud",
        "mem": "2",
        "cpu": "1",
        "num_gpu": "0",
        "emph_storage": "0",
        "kedro_nodes": "b",
        "run": "{{tasks.start.outputs.parameters.run}}",
    }
    assert [arguments(found["c"])[name] for name in ("mem", "cpu", "num_gpu")] == ["16", "4", "1"]
    assert arguments(found["a"]) == {"run": "{{tasks.start.outputs.parameters.run}}"}
    assert found["a"]["depends"] == "start"
    (pod,) = (template for template in workflow.templates if template.body)
    assert {"name": "RUN_ID", "value": "{{inputs.parameters.run}}"} in pod.body["container"]["env"]


def test_a_template_of_the_platform_s_is_one_whatever_the_machine_type() -> None:
    workflow = planned(chain("a", "b", "c"), PLATFORM)

    assert [template.name for template in workflow.templates] == ["default", "train", "start"]
    assert [task.template for task in workflow.tasks] == ["default", "train", "train"]
    assert [task.machine_type.value for task in workflow.tasks] == ["default", "default", "large"]


def test_one_template_of_the_platform_s_may_run_before_the_pipeline_and_in_it() -> None:
    argo = """
    template:
      default_template: job
      init_templates: [job]
      templates: [{name: job, template_ref: {name: platform, template: job}}]
    """
    workflow = planned(chain("a"), argo)

    found = written(workflow)

    assert [template.name for template in workflow.templates] == ["job"]
    assert found["job"]["templateRef"] == found["a"]["templateRef"] == {"name": "platform", "template": "job"}


def test_machine_types_named_like_a_template_of_the_platform_s_stay_apart() -> None:
    argo = """
    machine_types: {job: {cpu: 1, mem: 1}}
    default_machine_type: job
    template: {templates: [{name: job, template_ref: {name: platform, template: job}}]}
    tasks: [{nodes: b, template: job}]
    """
    workflow = planned(chain("a", "b"), argo)

    names = tasks(workflow)

    assert names["a"].template != names["b"].template
    assert "templateRef" not in written(workflow)["a"]


def test_references_stand_in_nested_dags_of_every_kind() -> None:
    argo = PLATFORM.replace("[b, c]", '"*"') + 'schedule: {schedules: "@daily"}'
    workflow = planned([make(f"n{number}", "d0", f"o{number}") for number in range(450)], argo)

    for kind in ("workflow", "template", "cron"):
        text = render(workflow, kind=kind)
        assert [problem for problem in validate(text) if problem.severity == "error"] == []
        assert text.count('"templateRef"') == 451
    assert levels(workflow) == 2
    assert all(
        arguments(task)["run"] == "{{inputs.parameters.run}}" for dag in dags(workflow)[1:] for task in dag.tasks
    )


def test_rules_that_a_template_of_the_platform_s_does_not_heed_are_named() -> None:
    argo = PLATFORM + "  - {nodes: '*', retries: 2, environment: [{name: A, value: b}]}"
    (first, second) = planned(chain("a", "b", "c"), argo).problems

    assert first.severity == second.severity == "warning"
    assert said([first, second]) == [
        f"task {name}: retries, environment of its rules do not count: template 'train' is the platform's."
        for name in ("b", "c")
    ]


SIDECAR = "{{name: own, container: {{command: [run]}}, sidecars: [{0}]}}"
INIT = "{{name: first, container: {{command: [run]}}, outputs: {{parameters: [{0}]}}}}"


@pytest.mark.parametrize(
    ("templates", "inits", "expected"),
    [
        (
            SIDECAR.format("{name: s, image: i, volume_mounts: [{name: dta, mount_path: /d}]}"),
            "",
            ["argo.yml template.templates[0].sidecars[0].volume_mounts: volume 'dta' is not defined."],
        ),
        (
            SIDECAR.format("{name: main, image: i}, {name: s, image: i, native: true}, {name: s, image: i}"),
            "",
            [
                "argo.yml template.templates[0].sidecars: container 'main' is defined twice.",
                "argo.yml template.templates[0].sidecars: container 's' is defined twice.",
            ],
        ),
        (
            SIDECAR.format("{name: s, image: i, env: [{name: A}, {name: A}]}"),
            "",
            ["argo.yml template.templates[0].sidecars[0].env: environment variable 'A' is defined twice."],
        ),
        (
            "{name: own, container: {command: [run]}, volumes: [{name: v, secret: s}, {name: scratch, secret: s}]}",
            "",
            [
                "argo.yml template.templates[0].volumes: volume 'v' is defined twice.",
                "argo.yml template.templates[0].volumes: a volume is called 'scratch', as the scratch volume of each "
                "pod.",
            ],
        ),
        (
            "{name: own, container: {command: [run]}, files: [{path: /v, secret: s}]}",
            "",
            ["argo.yml template.templates[0]: path '/v' is defined twice."],
        ),
        (
            INIT.format("{name: run, path: /a}, {name: Run, path: /b}"),
            "first",
            ["argo.yml template.init_templates: init output 'RUN' is defined twice."],
        ),
        (
            INIT.format("{name: run, path: /a}, {name: run, path: /b, env: OTHER}"),
            "first",
            ["argo.yml template.init_templates: init output 'run' is defined twice."],
        ),
        (
            INIT.format("{name: nodes, path: /a}"),
            "first",
            [
                "argo.yml template.init_templates: an init template gives 'nodes', and tasks have a parameter of that "
                "name already."
            ],
        ),
        (
            INIT.format("{name: run, path: /a, env: NUM_CPU}"),
            "first",
            ["argo.yml template.init_templates: environment variable 'NUM_CPU' is already set for every task."],
        ),
        (
            INIT.format("{name: run, path: /a}"),
            "first, first",
            ["argo.yml template.init_templates: init template 'first' is defined twice."],
        ),
    ],
)
def test_what_is_wrong_with_a_template_is_named(templates: str, inits: str, expected: list[str]) -> None:
    argo = f"""
    template:
      volumes: [{{name: v, secret: s, mount_path: /v}}]
      init_templates: [{inits}]
      templates: [{templates}]
    """
    assert said(planned(chain("a"), argo).problems) == expected
