"""The environment, the files and the volumes of pods, from argo.yml."""

from __future__ import annotations

from typing import Any

import pytest
from plans import chain, planned, said
from pydantic import ValidationError

from argo_kedro.config import parse
from argo_kedro.config.sources import MountedFile
from argo_kedro.errors import ConfigError
from argo_kedro.model import Json, Workflow
from argo_kedro.patches import patch_text, patched
from argo_kedro.plan.pods.fields import with_files


def bodies(workflow: Workflow) -> dict[str, Json]:
    """The pod templates by name."""
    return {template.name: template.body for template in workflow.templates}


def body(argo: str, name: str = "default") -> Json:
    """One pod template of a workflow of two nodes."""
    return bodies(planned(chain("a", "b"), argo))[name]


def env(template: Json) -> dict[str, Any]:
    """The variables of the main container, each once."""
    found = {item["name"]: item.get("value", item.get("valueFrom")) for item in template["container"]["env"]}
    assert len(found) == len(template["container"]["env"])
    return found


def test_a_variable_is_a_value_a_key_or_a_field_of_the_pod() -> None:
    found = env(
        body(
            """
            template:
              environment:
                - {name: PLAIN, value: x}
                - {name: EMPTY}
                - {name: SECRET, secret_ref: {name: s, key: k}}
                - {name: MAP, config_map_ref: {name: m, key: k}}
                - {name: HOST, field_ref: spec.nodeName}
            """
        )
    )

    assert {key: found[key] for key in ("PLAIN", "EMPTY", "SECRET", "MAP", "HOST")} == {
        "PLAIN": "x",
        "EMPTY": "",
        "SECRET": {"secretKeyRef": {"name": "s", "key": "k"}},
        "MAP": {"configMapKeyRef": {"name": "m", "key": "k"}},
        "HOST": {"fieldRef": {"fieldPath": "spec.nodeName"}},
    }


def test_a_rule_s_variables_stand_over_those_of_every_task_and_of_a_template() -> None:
    workflow = planned(
        chain("a", "b"),
        """
        template:
          environment: [{name: LEVEL, value: info}, {name: KEPT, value: "1"}]
          templates: [{name: own, container: {command: [run], env: [{name: MODE, value: slow}]}}]
        tasks:
          - {nodes: [a, b], environment: [{name: LEVEL, value: debug}]}
          - {nodes: b, template: own, environment: [{name: LEVEL, value: trace}, {name: MODE, value: fast}]}
        """,
    )

    found = bodies(workflow)
    first, second = env(found["default"]), env(found["own-default"])

    assert not workflow.problems
    assert (first["LEVEL"], first["KEPT"]) == ("debug", "1")
    assert (second["LEVEL"], second["MODE"], second["KEPT"]) == ("trace", "fast", "1")
    assert list(first)[:3] == ["WORKFLOW_ID", "NUM_CPU", "MEM_LIMIT_GB"]


def test_whole_secrets_and_config_maps_are_variables_of_all_pods() -> None:
    workflow = planned(
        chain("a", "b"),
        """
        template:
          env_from: [{secret: s}, {config_map: m, prefix: M_}]
          init_templates: [first]
          templates:
            - {name: first, container: {command: [run], env_from: [{secret: s}, {secret: mine}]}}
        tasks: [{nodes: b, env_from: [{secret: of-b}]}]
        """,
    )

    found = {name: template["container"]["envFrom"] for name, template in bodies(workflow).items()}

    secret, config_map = {"secretRef": {"name": "s"}}, {"prefix": "M_", "configMapRef": {"name": "m"}}
    assert found == {
        "default": [secret, config_map],
        "default-2": [secret, config_map, {"secretRef": {"name": "of-b"}}],
        "first": [config_map, secret, {"secretRef": {"name": "mine"}}],  # where it was said last: its keys count
    }


def test_a_file_stands_alone_in_its_folder() -> None:
    template = body(
        """
        template:
          files:
            - {path: /app/conf/cloud/credentials.yml, secret_ref: {name: creds, key: credentials.yml}}
            - {path: /app/ca.pem, secret_ref: {name: creds, key: ca}}
            - {path: /app/settings, config_map: settings.v2}
        """
    )

    volumes = {volume["name"]: volume for volume in template["volumes"]}
    mounts = template["container"]["volumeMounts"]

    items = [{"key": "credentials.yml", "path": "credentials.yml"}, {"key": "ca", "path": "ca"}]
    assert volumes["files-secret-creds"]["secret"] == {"secretName": "creds", "items": items}
    assert [mount for mount in mounts if mount["name"] == "files-secret-creds"] == [
        {
            "name": "files-secret-creds",
            "mountPath": "/app/conf/cloud/credentials.yml",
            "subPath": "credentials.yml",
            "readOnly": True,
        },
        {"name": "files-secret-creds", "mountPath": "/app/ca.pem", "subPath": "ca", "readOnly": True},
    ]
    (folder,) = (mount for mount in mounts if mount["mountPath"] == "/app/settings")
    assert "subPath" not in folder
    assert "." not in folder["name"]
    assert volumes[folder["name"]]["configMap"] == {"name": "settings.v2"}


def test_a_folder_of_all_keys_and_a_file_of_one_share_their_volume() -> None:
    files = [
        MountedFile.model_validate({"path": "/all", "secret": "s"}),
        MountedFile.model_validate({"path": "/one", "secret_ref": {"name": "s", "key": "k"}}),
    ]

    for given in (files, files[::-1]):
        found = with_files({"container": {}}, given)
        assert found["volumes"] == [{"name": "files-secret-s", "secret": {"secretName": "s"}}]
        by_path = {mount["mountPath"]: mount.get("subPath") for mount in found["container"]["volumeMounts"]}
        assert by_path == {"/all": None, "/one": "k"}


def test_sources_that_look_alike_are_volumes_apart() -> None:
    names = ["a.b", "a-b", "a", "x" * 63, "x" * 64, "1"]
    files = [{"path": f"/s{place}", "secret": name} for place, name in enumerate(names)]
    files += [{"path": f"/m{place}", "config_map": name} for place, name in enumerate(names)]

    found = with_files({"container": {}}, [MountedFile.model_validate(item) for item in files])

    volumes = [volume["name"] for volume in found["volumes"]]
    assert len(set(volumes)) == len(files)
    assert max(map(len, volumes)) <= 63


def test_a_rule_s_file_stands_in_place_of_every_task_s() -> None:
    argo = """
    template: {files: [{path: /f, secret_ref: {name: s, key: all}}]}
    tasks: [{nodes: b, files: [{path: /f, config_map_ref: {name: m, key: mine}}], service_account: special}]
    """
    workflow = planned(chain("a", "b"), argo)
    first, second = bodies(workflow)["default"], bodies(workflow)["default-2"]

    assert not workflow.problems
    assert [volume["name"] for volume in first["volumes"]] == ["files-secret-s"]
    assert [volume["name"] for volume in second["volumes"]] == ["files-config-map-m"]
    assert [mount["subPath"] for mount in second["container"]["volumeMounts"]] == ["mine"]
    assert "serviceAccountName" not in first
    assert second["serviceAccountName"] == "special"


def test_every_source_of_a_volume_is_in_kubernetes_words() -> None:
    template = body(
        """
        template:
          volumes:
            - {name: one, secret_ref: {name: s, key: k, path: p}, mount_path: /one}
            - {name: all, secret: s, mount_path: /all}
            - {name: map, config_map: m, mount_path: /map}
            - {name: claim, claim: data, mount_path: /claim, sub_path: raw, read_only: true}
            - {name: empty, empty_dir: {}, mount_path: /empty}
            - {name: ram, empty_dir: {medium: Memory, size: 1}, mount_path: /ram}
            - {name: any, source: {csi: {driver: d}}, mount_path: /any}
        """
    )

    volumes = {volume.pop("name"): volume for volume in map(dict, template["volumes"])}
    mounts = {mount["mountPath"]: mount for mount in template["container"]["volumeMounts"]}

    assert volumes == {
        "one": {"secret": {"secretName": "s", "items": [{"key": "k", "path": "p"}]}},
        "all": {"secret": {"secretName": "s"}},
        "map": {"configMap": {"name": "m"}},
        "claim": {"persistentVolumeClaim": {"claimName": "data"}},
        "empty": {"emptyDir": {}},
        "ram": {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        "any": {"csi": {"driver": "d"}},
    }
    assert mounts["/claim"] == {"name": "claim", "mountPath": "/claim", "subPath": "raw", "readOnly": True}
    assert mounts["/one"] == {"name": "one", "mountPath": "/one"}


def test_what_is_for_all_pods_is_in_the_pods_that_run_no_nodes_too() -> None:
    workflow = planned(
        chain("a", "b"),
        """
        runner: {mlflow: true}
        deployment: {image: image, pull_policy: Never}
        template:
          files: [{path: /f, secret: s}]
          volumes: [{name: data, claim: data, mount_path: /mnt}]
          init_templates: [first, foreign]
          templates:
            - {name: first, container: {command: [run]}}
            - {name: foreign, container: {image: other, command: [run]}}
        """,
    )

    pods = {name: template for name, template in bodies(workflow).items() if "container" in template}

    assert {"default", "first", "foreign", "argo-kedro-mlflow", "argo-kedro-finish"} <= set(pods)
    for name, pod in pods.items():
        assert {"data", "files-secret-s"} <= {volume["name"] for volume in pod["volumes"]}, name
        assert {"/f", "/mnt"} <= {mount["mountPath"] for mount in pod["container"]["volumeMounts"]}, name
        assert pod["container"].get("imagePullPolicy") == (None if name == "foreign" else "Never"), name


def test_no_value_of_a_secret_can_be_said() -> None:
    with pytest.raises(ConfigError, match=r"template\.files"):
        parse({"template": {"files": [{"path": "/f", "value": "secret"}]}})
    with pytest.raises(ValidationError):
        MountedFile.model_validate({"path": "/f"})


def test_patches_are_merged_by_what_kubernetes_knows_their_parts_by() -> None:
    first = {"containers": [{"name": "main", "env": [{"name": "A", "value": "1"}], "command": ["a", "b"]}], "x": 1}
    mounts = [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]
    second = {"containers": [{"name": "main", "volumeMounts": mounts, "command": ["c"]}, {"name": "side"}], "x": None}

    assert patched(first, second) == {
        "containers": [
            {"name": "main", "env": [{"name": "A", "value": "1"}], "command": ["c"], "volumeMounts": mounts},
            {"name": "side"},
        ],
        "x": None,
    }
    assert patch_text([{}, {}]) == ""
    assert patch_text([{"a": {"b": 1}}, {}, {"a": {"b": 2}}]) == '{"a": {"b": 2}}'


def test_a_template_s_patch_goes_over_that_of_all_pods() -> None:
    workflow = planned(
        chain("a", "b"),
        """
        template:
          pod_spec_patch: {hostNetwork: true, priorityClassName: batch}
          templates: [{name: own, container: {command: [run]}, pod_spec_patch: {priorityClassName: urgent}}]
        tasks: [{nodes: b, template: own}]
        """,
    )

    found = {name: template["podSpecPatch"] for name, template in bodies(workflow).items()}

    assert found == {
        "default": '{"hostNetwork": true, "priorityClassName": "batch"}',
        "own-default": '{"hostNetwork": true, "priorityClassName": "urgent"}',
    }


@pytest.mark.parametrize(
    ("argo", "expected"),
    [
        (
            "tasks: [{nodes: a, environment: [{name: NUM_CPU, value: x}, {name: B}, {name: B}]}]",
            [
                "argo.yml tasks[0].environment: environment variable 'B' is defined twice.",
                "argo.yml tasks[0].environment: environment variable 'NUM_CPU' is already set for every task.",
            ],
        ),
        (
            "secret_params: {api.key: {name: s, key: k}}\n"
            "tasks: [{nodes: a, environment: [{name: PARAM_API_KEY, value: x}]}]",
            ["argo.yml tasks[0].environment: environment variable 'PARAM_API_KEY' is already set for every task."],
        ),
        (
            "template: {volumes: [{name: v, claim: c, mount_path: /v}, {name: v, claim: c, mount_path: /w}]}",
            ["argo.yml template.volumes: volume 'v' is defined twice."],
        ),
        (
            "template: {volumes: [{name: scratch, claim: c, mount_path: /v}]}",
            ["argo.yml template.volumes: a volume is called 'scratch', as the scratch volume of each pod."],
        ),
        (
            "template: {volumes: [{name: files-secret-s, claim: c, mount_path: /v}]}",
            ["argo.yml template.volumes: a volume is called 'files-secret-s', as a volume of files of each pod."],
        ),
        (
            "template: {volumes: [{name: v, claim: c, mount_path: /v}], files: [{path: /v/, secret: s}]}",
            ["argo.yml template: path '/v' is defined twice."],
        ),
        (
            "template: {volumes: [{name: v, claim: c, mount_path: /v}]}\n"
            "tasks: [{nodes: a, files: [{path: /v, secret: s}]}]",
            ["argo.yml tasks[0].files: path '/v' is defined twice."],
        ),
        (
            "machine_types: {default: {cpu: 1, mem: 1}}\ntemplate: {volumes: [{name: v, claim: c, mount_path: /data}]}",
            ["argo.yml template: path '/data' is defined twice."],
        ),
    ],
)
def test_what_is_in_each_other_s_way_is_named(argo: str, expected: list[str]) -> None:
    assert said(planned(chain("a", "b"), argo).problems) == expected
