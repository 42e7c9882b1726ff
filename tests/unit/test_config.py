"""argo.yml: every file of argo-kedro 0.1 keeps its meaning, and every mistake is named with its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

from argo_kedro.config import ArgoConfig, parse
from argo_kedro.config.machines import MachineType
from argo_kedro.config.sources import EnvironmentVariable, SecretRef
from argo_kedro.config.templates import Container, OutputParameter, Sidecar
from argo_kedro.errors import ConfigError

FILE = "conf/base/argo.yml"


def read(text: str) -> ArgoConfig:
    """As Kedro's loader reads it: OmegaConf's YAML has no dates."""
    content: Any = OmegaConf.to_container(OmegaConf.create(text))
    return parse(content, {FILE: yaml.load(text, yaml.BaseLoader)})


def complaints(text: str) -> list[str]:
    """One line for each mistake, without the name of the file."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.exit_code == 3
    lines = caught.value.message.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [FILE] * len(lines)
    return [line.partition(": ")[2] for line in lines]


# The keys that 0.1.41's `init` wrote; the random tag is resolved by the config loader, see below.
GENERATED = """
namespace: workflows
deployment:
  image: registry.example.com/team/project
  tag: x1y2z3
  target_platform: linux/amd64
  context: ./
  dockerfile: Dockerfile
runner:
  use_memory_datasets: true
machine_types:
  default:
    mem: 16
    cpu: 4
    num_gpu: 0
  g2-standard-4:
    mem: 16
    cpu: 4
    num_gpu: 1
  c4-highmem-288:
    mem: 2232
    cpu: 288
    num_gpu: 0
    emph_storage: 100
default_machine_type: default
"""


def test_the_file_that_0_1_generated_keeps_its_meaning() -> None:
    config = read(GENERATED)

    assert (config.namespace, config.default_machine_type) == ("workflows", "default")
    # 0.1 always built on submit.
    expected = {**yaml.safe_load(GENERATED)["deployment"], "build": True, "pull_policy": "", "pull_secrets": ()}
    assert config.deployment.model_dump() == expected
    assert config.runner.use_memory_datasets is True
    assert config.machine_types == {
        "default": MachineType(cpu="4", mem="16Gi", num_gpu=0, emph_storage="10Gi"),
        "g2-standard-4": MachineType(cpu="4", mem="16Gi", num_gpu=1, emph_storage="10Gi"),
        "c4-highmem-288": MachineType(cpu="288", mem="2232Gi", num_gpu=0, emph_storage="100Gi"),
    }
    assert config.template.default_template == "kedro"
    assert config.template.emph_storage_mount_path == "/data"


# What 0.1's README shows, as a file of one piece.
README = """
template:
  environment:
    - name: TOKEN
      secret_ref:
        name: secret
        key: TOKEN
  templates:
    - name: neo4j
      container:
        name: kedro
        command: ["/bin/sh", "-c"]
        env:
          - name: NEO4J_HOST
            value: "bolt://127.0.0.1:7687"
        args: |
          until curl -s http://localhost:7474 > /dev/null; do
            sleep 5
          done
          kedro run -n "{{inputs.parameters.kedro_nodes}}"
      sidecars:
        - name: neo4j
          image: neo4j:5.21.0-enterprise
          env:
            - name: NEO4J_LICENSE
              secret_ref: {name: neo4j, key: license}
          volume_mounts:
            - {name: license, mount_path: /licenses}
      volumes:
        - name: license
          secret_ref: {name: neo4j, key: license, path: neo4j.license}
    - name: init-mlflow-run
      container:
        name: init-mlflow-run
        command: ["python", "-c"]
        args: |
          import os
          open("/tmp/mlflow_run_id", "w").write(os.environ["WORKFLOW_ID"])
      outputs:
        parameters:
          - name: mlflow_run_id
            path: /tmp/mlflow_run_id
  init_templates: ["init-mlflow-run"]
"""


def test_a_secret_becomes_an_environment_variable() -> None:
    secret = SecretRef(name="secret", key="TOKEN")

    assert read(README).template.environment == (EnvironmentVariable(name="TOKEN", secret_ref=secret),)


def test_a_custom_template_keeps_its_script_sidecar_and_volume() -> None:
    neo4j = read(README).template.templates[0]

    script = "until curl -s http://localhost:7474 > /dev/null; do\n  sleep 5\ndone\n"
    assert neo4j.container == Container(
        name="kedro",
        command=("/bin/sh", "-c"),
        args=(script + 'kedro run -n "{{inputs.parameters.kedro_nodes}}"',),
        env=(EnvironmentVariable(name="NEO4J_HOST", value="bolt://127.0.0.1:7687"),),
    )
    (sidecar,) = neo4j.sidecars
    assert isinstance(sidecar, Sidecar)
    assert (sidecar.image, sidecar.volume_mounts[0].mount_path) == ("neo4j:5.21.0-enterprise", "/licenses")
    assert sidecar.volume_mounts[0].read_only is True
    assert neo4j.volumes[0].secret_ref == SecretRef(name="neo4j", key="license", path="neo4j.license")


def test_an_init_template_gives_its_output() -> None:
    template = read(README).template

    assert template.init_templates == ("init-mlflow-run",)
    assert template.templates[1].outputs.parameters == (
        OutputParameter(name="mlflow_run_id", path="/tmp/mlflow_run_id"),
    )


def test_an_empty_file_works() -> None:
    assert parse({}) == ArgoConfig()
    assert parse({}).machine_types[parse({}).default_machine_type].cpu == "1"


@pytest.mark.parametrize("section", ["template", "runner", "deployment", "schedule"])
def test_a_section_whose_lines_are_all_comments_is_as_if_it_were_not_there(section: str) -> None:
    assert read(f"{section}:\n  # key: value\n") == ArgoConfig()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("16", "16Gi"),
        ('"16"', "16Gi"),
        ("16Gi", "16Gi"),
        ("0.5", "0.5Gi"),
        ("1.5", "1.5Gi"),
        ("512Mi", "512Mi"),
        ("'1e9'", "1e9"),
    ],
)
def test_memory_is_a_number_of_gibibytes_or_a_quantity(written: str, expected: str) -> None:
    machine = read(f"machine_types: {{a: {{cpu: 1, mem: {written}}}}}").machine_types["a"]

    assert machine.mem == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("4", "4"), ("0.5", "0.5"), ("500m", "500m"), ("'2'", "2"), ("1.0", "1.0")]
)
def test_cores_may_be_parts_of_one(written: str, expected: str) -> None:
    assert read(f"machine_types: {{a: {{cpu: {written}, mem: 1}}}}").machine_types["a"].cpu == expected


@pytest.mark.parametrize(("written", "expected"), [("0", ""), ("null", ""), ("''", ""), ("5", "5Gi"), ("5Ti", "5Ti")])
def test_scratch_storage_can_be_none(written: str, expected: str) -> None:
    machine = read(f"machine_types: {{a: {{cpu: 1, mem: 1, emph_storage: {written}}}}}").machine_types["a"]

    assert machine.emph_storage == expected


@pytest.mark.parametrize(
    "written", ["1.0", "1.10", "20240101", "007", "0x10", "1_000", "1e3", "2024-01-01", "latest", "true", "no", "1:30"]
)
def test_a_tag_is_the_text_that_is_written(written: str) -> None:
    """YAML takes 1.10 for 1.1 and 007 for 7: an image of another name."""
    assert read(f"deployment: {{tag: {written}}}").deployment.tag == written


@pytest.mark.parametrize(
    ("written", "expected"),
    [("5", "5"), ("1.50", "1.50"), ("yes", "yes"), ("true", "true"), ("''", ""), ('"a\\nb"', "a\nb"), ("null", None)],
)
def test_the_value_of_a_variable_is_the_text_that_is_written(written: str, expected: str | None) -> None:
    (variable,) = read(f"template: {{environment: [{{name: A, value: {written}}}]}}").template.environment

    assert variable.value == expected


@pytest.mark.parametrize(("written", "expected"), [("90", 90), ("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_a_duration_has_a_unit_or_is_in_seconds(written: str, expected: int) -> None:
    assert read(f"tasks: [{{nodes: a, timeout: {written}}}]").tasks[0].timeout == expected


def test_retries_may_be_a_number_alone() -> None:
    long = "tasks: [{nodes: [a], retries: {limit: 2}}]"

    assert read("tasks: [{nodes: a, retries: 2}]") == read(long)


TOP = (
    "context, default_machine_type, deployment, env, machine_types, namespace, policies, profiles, runner, schedule, "
    "secret_params, security, service_account, storage, tasks, template, ui, workflow"
)
MACHINE = (
    "affinity, cpu, emph_storage, gpu_resource, larger, limits, mem, node_selector, num_gpu, priority_class, requests, "
    "resources, shared_memory, spot, tolerations"
)
TEMPLATE = (
    "default_template, emph_storage_mount_path, env_from, environment, files, init_templates, manifest, "
    "pod_spec_patch, templates, volumes"
)
RULE = (
    "env_from, environment, files, group, machine_type, namespaces, nodes, pipelines, retries, service_account, tags, "
    "template, timeout"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespase: a", f"namespase: unknown key; did you mean 'namespace'? Known here: {TOP}"),
        ("templates: []", f"templates: unknown key; did you mean 'template'? Known here: {TOP}"),
        ("zzz: 1", f"zzz: unknown key; Known here: {TOP}"),
        (
            "template: {enviroment: []}",
            f"template.enviroment: unknown key; did you mean 'environment'? Known here: {TEMPLATE}",
        ),
        (
            "template: {environment: [{name: A, secretRef: {name: s, key: k}}]}",
            "template.environment[0].secretRef: unknown key; did you mean 'secret_ref'? "
            "Known here: config_map_ref, field_ref, name, secret_ref, value",
        ),
        (
            "machine_types: {a: {cpu: 1, mem: 1, gpus: 1}}",
            f"machine_types.a.gpus: unknown key; did you mean 'num_gpu'? Known here: {MACHINE}",
        ),
        (
            "machine_types: {a.b: {cpu: 1, mem: 1, memory: 1}}",
            f"machine_types.a.b.memory: unknown key; did you mean 'mem'? Known here: {MACHINE}",
        ),
        ("tasks: [{node: a}]", f"tasks[0].node: unknown key; did you mean 'nodes'? Known here: {RULE}"),
        (
            "tasks: [{nodes: a, retries: {limits: 1, limit: 1}}]",
            "tasks[0].retries.limits: unknown key; did you mean 'limit'? Known here: backoff, limit, on_oom",
        ),
        (
            "template: {templates: [{name: a, container: {command: [a], outputs: {}}}]}",
            "template.templates[0].container.outputs: unknown key; it belongs to template.templates[0], further up. "
            "Known here: args, command, env, env_from, image, name, working_dir",
        ),
        (
            "template: {machine_types: {}}",
            f"template.machine_types: unknown key; it belongs to the top of the file. Known here: {TEMPLATE}",
        ),
    ],
)
def test_a_typing_error_is_named_with_the_nearest_key_and_all_that_are_valid(text: str, expected: str) -> None:
    assert expected in complaints(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespace: null", "namespace: must be a text, got null"),
        ("namespace: [a]", "namespace: must be a text, got a list"),
        ("deployment: image", "deployment: must be a section of keys, got 'image'"),
        ("machine_types: []", "machine_types: must be a mapping of keys to values, got a list"),
        ("machine_types: {a: null}", "machine_types.a: must be a section of keys, got null"),
        ("machine_types: {a: {cpu: 1}}", "machine_types.a.mem: is missing"),
        (
            "machine_types: {a: {cpu: 1, mem: 1, spot: true}}",
            "machine_types.a.spot: must be a number, such as 3, not true",
        ),
        ("machine_types: {a: {cpu: 0, mem: 1}}", "machine_types.a.cpu: 0 is not a quantity greater than zero"),
        ("machine_types: {a: {cpu: 1, mem: -5}}", "machine_types.a.mem: -5 is not a quantity greater than zero"),
        (
            "machine_types: {a: {cpu: 1, mem: 16GB}}",
            "machine_types.a.mem: '16GB' is not a Kubernetes quantity such as 4, 0.5, 500m, 16Gi or 512Mi",
        ),
        (
            "machine_types: {a: {cpu: yes, mem: 1}}",
            "machine_types.a.cpu: must be a quantity such as 4, 0.5, 500m or 16Gi, not True",
        ),
        (
            "machine_types: {a: {cpu: 1, mem: 1, num_gpu: 1.5}}",
            "machine_types.a.num_gpu: must be a whole number, got 1.5",
        ),
        ("machine_types: {a: {cpu: 1, mem: 1, num_gpu: -1}}", "machine_types.a.num_gpu: must be 0 or more, got -1"),
        (
            "machine_types: {a: {cpu: 1, mem: 1, tolerations: {key: a}}}",
            "machine_types.a.tolerations: must be a list, got a mapping",
        ),
        ("runner: {use_memory_datasets: maybe}", "runner.use_memory_datasets: must be true or false, got 'maybe'"),
        ("template: {environment: {A: b}}", "template.environment: must be a list, got a mapping"),
        (
            "template: {environment: [{name: A, value: [1]}]}",
            "template.environment[0].value: must be a text, got a list",
        ),
        (
            "template: {environment: [{name: A, value: b, secret_ref: {name: s, key: k}}]}",
            "template.environment[0]: 'A' has both value and secret_ref; keep one",
        ),
        (
            "template: {environment: [{name: A, secret_ref: {name: s}}]}",
            "template.environment[0].secret_ref.key: is missing",
        ),
        (
            "template: {environment: [{name: A, secret_ref: {name: My Secret, key: k}}]}",
            "template.environment[0].secret_ref.name: must be lowercase letters, digits, '-' and '.', with a letter or "
            "digit at both ends, got 'My Secret'",
        ),
        (
            "template: {environment: [{name: A, config_map_ref: {name: s, key: a key}}]}",
            "template.environment[0].config_map_ref.key: must be letters, digits, '_', '-' and '.', got 'a key'",
        ),
        (
            "template: {env_from: [{secret: s, prefix: 'A='}]}",
            "template.env_from[0].prefix: must be letters, digits, '_', '-' and '.', without a digit in front, "
            "got 'A='",
        ),
        (
            "template: {environment: [{name: 1A}]}",
            "template.environment[0].name: must be letters, digits, '_', '-' and '.', without a digit in front, "
            "got '1A'",
        ),
        (
            "template: {templates: [{name: a, container: {command: []}}]}",
            "template.templates[0].container.command: must not be empty, got a list",
        ),
        (
            "template: {templates: [{name: a, container: {command: sh}}]}",
            "template.templates[0].container.command: must be a list, got 'sh'",
        ),
        ("template: {init_templates: init}", "template.init_templates: must be a list, got 'init'"),
        ("tasks: {nodes: a}", "tasks: must be a list, got a mapping"),
        (
            "template: {files: [{path: /etc/a, secret_ref: {name: s, key: k, path: b}}]}",
            "template.files[0]: file '/etc/a' has a `path` in its secret_ref, too; remove that one",
        ),
        (
            "template: {files: [{path: /etc/a}]}",
            "template.files[0]: file '/etc/a' has no source; give one of secret_ref, config_map_ref, secret, "
            "config_map",
        ),
        (
            "template: {files: [{path: conf/a, secret: b}]}",
            "template.files[0].path: 'conf/a' is not an absolute path such as /mnt/data",
        ),
        (
            "runner: {group_by: chains}",
            "runner.group_by: 'chains' is not one of node, namespace, memory, chain, pipeline, tag:<prefix>; "
            "did you mean 'chain'?",
        ),
        (
            "policies: {on_exit: {template: a, pipeline: b}}",
            "policies.on_exit: on_exit has both template and pipeline; keep one",
        ),
        (
            "machine_types: {a: {cpu: 1, mem: 1, resources: {nvidia.com/gpu: 0.5}}}",
            "machine_types.a.resources.nvidia.com/gpu: must be a whole number of devices, such as 1, not 0.5",
        ),
        ("tasks: [{machine_type: a}]", "tasks[0]: a rule needs at least one of nodes, tags, namespaces, pipelines"),
        ("tasks: [{nodes: a, retries: -1}]", "tasks[0].retries.limit: must be 0 or more, got -1"),
        ("tasks: [{nodes: a, group: ''}]", "tasks[0].group: must not be empty, got ''"),
        (
            "tasks: [{nodes: a, timeout: soon}]",
            "tasks[0].timeout: 'soon' is not a duration such as 90, 30s, 10m, 2h or 1d",
        ),
        (
            f"namespace: {'a' * 64}",
            f"namespace: must have at most 63 characters, got {'a' * 64!r}",
        ),
    ],
)
def test_a_wrong_value_is_named_in_words(text: str, expected: str) -> None:
    assert complaints(text) == [expected]


@pytest.mark.parametrize("name", ["My Namespace!", "My_Workflow", "-a", "a.b", "é", "a\nb", "a\n", "{{x}}", "a: b"])
def test_a_namespace_that_kubernetes_refuses_is_refused(name: str) -> None:
    words = "must be lowercase letters, digits and hyphens, with a letter or digit at both ends"

    with pytest.raises(ConfigError) as caught:
        parse({"namespace": name})

    assert caught.value.message == f"argo.yml: namespace: {words}, got {name!r}"


def test_all_mistakes_are_told_at_once_each_with_its_file() -> None:
    base = yaml.safe_load("namespase: a\nmachine_types: {small: {cpu: 0, mem: 1}, big: {cpu: 1}}")
    cloud = yaml.safe_load("machine_types: {big: {memory: 2}}\nrunner: {keep: {}}")
    merged: dict[str, Any] = {
        **base,
        **cloud,
        "machine_types": {"small": {"cpu": 0, "mem": 1}, "big": {"cpu": 1, "memory": 2}},
    }

    with pytest.raises(ConfigError) as caught:
        parse(merged, {FILE: base, "conf/cloud/argo.yml": cloud})

    assert sorted(line.partition("; ")[0] for line in caught.value.message.splitlines()) == [
        "conf/base/argo.yml: machine_types.small.cpu: 0 is not a quantity greater than zero",
        "conf/base/argo.yml: namespase: unknown key",
        "conf/cloud/argo.yml: machine_types.big.mem: is missing",
        "conf/cloud/argo.yml: machine_types.big.memory: unknown key",
        "conf/cloud/argo.yml: runner.keep: must be a list, got a mapping",
    ]
    assert caught.value.hint == "correct these keys; `kedro argo init` writes an example with comments."


def test_braces_in_a_wrong_value_are_shown_as_they_are() -> None:
    with pytest.raises(ConfigError) as caught:
        parse({"machine_types": {"a": {"cpu": "{CPU}", "mem": "{{ x }}"}}})

    assert "machine_types.a.cpu: '{CPU}' is not" in caught.value.message
    assert "machine_types.a.mem: '{{ x }}' is not" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "template: {environment: [{name: A, value: 1.10}]}",
        "tasks: [{nodes: a, environment: [{name: A, value: 1.10}]}]",
        "profiles: {p: {tasks: [{nodes: a, environment: [{name: A, value: 1.10}]}]}}",
    ],
)
def test_a_variable_s_value_is_the_text_that_is_written(text: str) -> None:
    content = {FILE: yaml.load(text, yaml.BaseLoader)}
    config = parse(yaml.safe_load(text), content, profile="p" if text.startswith("profiles") else "")

    (variable,) = (*config.template.environment, *(item for rule in config.tasks for item in rule.environment))
    assert variable.value == "1.10"


def test_a_label_of_cluster_nodes_is_the_text_that_is_written() -> None:
    config = read("machine_types: {a: {cpu: 0.50, mem: 2, node_selector: {version: 1.10, spot: true}}}")

    assert config.machine_types["a"].node_selector == {"version": "1.10", "spot": "true"}
    assert config.machine_types["a"].cpu == "0.5"
