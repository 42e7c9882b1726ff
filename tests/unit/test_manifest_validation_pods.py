"""What makes Kubernetes refuse a pod is found in a manifest: each of these was tried on a real cluster."""

from __future__ import annotations

from typing import Any

import pytest
from test_manifest_validation import CONTAINER, IN_POD, POD, TASKS, good, put, shown

from argo_kedro.manifest import validate

MOUNTS, VOLUMES, ENV = f"{CONTAINER}/volumeMounts/1", f"{POD}/volumes/1", f"{CONTAINER}/env/1/valueFrom"
TOLERATIONS, PATCH, PATCH_AT = f"{POD}/tolerations", f"{POD}/podSpecPatch", "templates.pod.podSpecPatch"
NATIVE = {
    "name": "proxy",
    "image": "envoy",
    "restartPolicy": "Always",
    "startupProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
}
NODES = "requiredDuringSchedulingIgnoredDuringExecution"
CLAIM = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}


def native(**fields: Any) -> list[dict[str, Any]]:
    return [{**NATIVE, **fields}]


def on_nodes(**condition: Any) -> dict[str, Any]:
    return {"nodeAffinity": {NODES: {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", **condition}]}]}}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{CONTAINER}/image", f"Host.example.com:5000/team/a_b-c.d:v1.0_2-3@sha256:{'0' * 64}"),
        (f"{CONTAINER}/image", "{{workflow.name}}"),
        (f"{POD}/initContainers", native()),
        (f"{POD}/initContainers", native(startupProbe={"exec": {"command": ["true"]}}, restartPolicy="Always")),
        (f"{POD}/sidecars/0/envFrom", [{"prefix": "A_", "configMapRef": {"name": "a", "optional": True}}]),
        (f"{POD}/sidecars/0/resources", {"limits": {"memory": "32Mi"}}),
        (ENV, {"fieldRef": {"fieldPath": "spec.nodeName"}}),
        (ENV, {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels['a.b/c']"}}),
        (ENV, {"configMapKeyRef": {"name": "a", "key": "b", "optional": True}}),
        (ENV, {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}),
        (f"{CONTAINER}/envFrom", [{"secretRef": {"name": "a"}}, {"configMapRef": {"name": "b"}}]),
        (VOLUMES, {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}),
        (VOLUMES, {"name": "none"}),
        (VOLUMES, {"name": "s", "secret": {"secretName": "a", "items": [{"key": "a", "path": "b/c"}]}}),
        (VOLUMES, {"name": "c", "configMap": {"name": "a", "defaultMode": 256, "optional": True}}),
        (VOLUMES, {"name": "p", "persistentVolumeClaim": {"claimName": "a", "readOnly": True}}),
        (VOLUMES, {"name": "e", "ephemeral": {"volumeClaimTemplate": CLAIM}}),
        (VOLUMES, {"name": "h", "hostPath": {"path": "/mnt", "type": "Directory"}}),
        (VOLUMES, {"name": "n", "nfs": {"server": "nas", "path": "/x"}}),
        (VOLUMES, {"name": "d", "csi": {"driver": "d", "volumeAttributes": {"a": "b"}}}),
        (VOLUMES, {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}),
        (VOLUMES, {"name": "o", "gcePersistentDisk": {"pdName": "x"}}),
        (MOUNTS, {"name": "scratch", "mountPath": "/x", "subPath": "a/b", "readOnly": True}),
        (TOLERATIONS, [{"operator": "Exists"}, {"key": "a", "value": "b", "effect": "NoSchedule"}]),
        (TOLERATIONS, [{"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}]),
        (TOLERATIONS, [{"key": "{{inputs.parameters.run}}", "effect": "{{inputs.parameters.run}}"}]),
        (f"{POD}/nodeSelector", {"cloud.google.com/gke-spot": "true", "a": "{{inputs.parameters.run}}"}),
        (f"{POD}/affinity", on_nodes(operator="In", values=["a"])),
        (f"{POD}/affinity", on_nodes(operator="Exists")),
        (f"{POD}/affinity", {"podAntiAffinity": {NODES: [{"topologyKey": "zone"}]}}),
        (f"{POD}/securityContext", {"fsGroup": 1, "seccompProfile": {"type": "RuntimeDefault"}}),
        (f"{POD}/securityContext", {"supplementalGroups": [1], "runAsNonRoot": True}),
        (f"{CONTAINER}/securityContext", {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}),
        (PATCH, '{"containers":[{"name":"main","resources":{"limits":{"memory":"{{=asInt(retries) + 1}}Gi"}}}]}'),
        (PATCH, '{"nodeSelector":{"{{=a}}":"{{=b}}","{{=c}}":"{{=d}}"},"terminationGracePeriodSeconds":{{retries}}}'),
        (PATCH, "containers:\n- name: main\n  env: [{name: A, value: b}]\n"),
        (PATCH, "{{=toJson({'terminationGracePeriodSeconds': 5})}}"),
        (PATCH, '{"$patch": "replace", "tolerations": [{"$patch": "delete"}, {"key": "a"}], "nodeSelector": null}'),
        (PATCH, ""),
        (f"{POD}/automountServiceAccountToken", True),
        (f"{POD}/priorityClassName", "high.priority"),
        ("spec/volumes", [{"name": "scratch", "emptyDir": {}}]),
        ("spec/templateDefaults", {"tolerations": [{"operator": "Exists"}]}),
    ],
)
def test_what_kubernetes_takes_is_left_alone(path: str, value: Any) -> None:
    manifest = good()
    put(manifest, path, value)
    assert shown(validate(manifest)) == "no problems"


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        (f"{POD}/initContainers", native(restartPolicy=None), "templates.pod.initContainers[0].startupProbe", "probes"),
        (f"{POD}/initContainers", native(restartPolicy="OnFailure"), "templates.pod.initContainers[0]", "says nothing"),
        (f"{POD}/sidecars/0/restartPolicy", "Always", "templates.pod.sidecars[0].restartPolicy", "says nothing"),
        (f"{CONTAINER}/image", "team/flights:my tag", f"{IN_POD}.image", "no name of an image"),
        (f"{POD}/sidecars/0/image", "envoy\u2028", "templates.pod.sidecars[0].image", "no name of an image"),
        (f"{CONTAINER}/restartPolicy", "Never", f"{IN_POD}.restartPolicy", "says nothing"),
        (f"{POD}/initContainers", native(startupProbe={}), "templates.pod.initContainers[0].startupProbe", "nothing"),
        (
            f"{POD}/initContainers",
            native(startupProbe={"exec": {"command": ["true"]}, "grpc": {"port": 1}}),
            "templates.pod.initContainers[0].startupProbe",
            "exec and grpc",
        ),
        (f"{POD}/initContainers", native(name="side"), "templates.pod.initContainers[0].name", "is taken"),
        (ENV, {"secretKeyRef": {"key": "b"}}, f"{IN_POD}.env[1].valueFrom.secretKeyRef", "no name"),
        (ENV, {"configMapKeyRef": {"name": "b"}}, f"{IN_POD}.env[1].valueFrom.configMapKeyRef", "no key"),
        (
            ENV,
            {"secretKeyRef": {"name": "a", "key": "b"}, "configMapKeyRef": {"name": "a", "key": "b"}},
            f"{IN_POD}.env[1].valueFrom",
            "configMapKeyRef and secretKeyRef",
        ),
        (ENV, {}, f"{IN_POD}.env[1].valueFrom", "it says nothing"),
        (ENV, {"fieldRef": {"fieldPath": "spec.nodename"}}, f"{IN_POD}.env[1].valueFrom.fieldRef", "no field"),
        (f"{CONTAINER}/envFrom", [{"prefix": "a"}], f"{IN_POD}.envFrom[0]", "it says nothing"),
        (f"{CONTAINER}/envFrom", [{"secretRef": {}}], f"{IN_POD}.envFrom[0].secretRef", "no name"),
        (f"{CONTAINER}/envFrom", [{"secret": "a"}], f"{IN_POD}.envFrom[0]", "'secret' is not a field"),
        (VOLUMES, {"name": "a", "emptyDir": {}, "hostPath": {"path": "/"}}, "templates.pod.volumes[1]", "emptyDir and"),
        (VOLUMES, {"emptyDir": {}}, "templates.pod.volumes[1]", "no name"),
        (VOLUMES, {"name": "A_1"}, "templates.pod.volumes[1].name", "no name for a volume"),
        (VOLUMES, {"name": "scratch"}, "templates.pod.volumes[1].name", "two volumes"),
        (VOLUMES, {"name": "var-run-argo"}, "templates.pod.volumes[1].name", "Argo's own"),
        (
            VOLUMES,
            {"name": "a", "emptyDir": {"sizeLimit": "64 MB"}},
            "templates.pod.volumes[1].emptyDir.sizeLimit",
            "64",
        ),
        (
            VOLUMES,
            {"name": "a", "emptyDir": {"medium": "memory"}},
            "templates.pod.volumes[1].emptyDir.medium",
            "medium",
        ),
        (VOLUMES, {"name": "a", "secret": {"name": "a"}}, "templates.pod.volumes[1].secret", "no secretName"),
        (
            VOLUMES,
            {"name": "a", "secret": {"secretName": "a", "items": [{"key": "a", "path": "/a"}]}},
            "templates.pod.volumes[1].secret.items[0].path",
            "leads out",
        ),
        (
            VOLUMES,
            {"name": "a", "hostPath": {"path": "/", "type": "Dir"}},
            "templates.pod.volumes[1].hostPath.type",
            "none",
        ),
        (VOLUMES, {"name": "a", "disk": {}}, "templates.pod.volumes[1]", "'disk' is not a field"),
        (
            VOLUMES,
            {"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"]}}}},
            "templates.pod.volumes[1].ephemeral.volumeClaimTemplate.spec",
            "no resources",
        ),
        (MOUNTS, {"name": "scratch", "mountPath": "/a:b"}, f"{IN_POD}.volumeMounts[1].mountPath", "colon"),
        (
            MOUNTS,
            {"name": "scratch", "mountPath": "/a", "subPath": "../b"},
            f"{IN_POD}.volumeMounts[1].subPath",
            "leads",
        ),
        (
            MOUNTS,
            {"name": "scratch", "mountPath": "/data"},
            f"{IN_POD}.volumeMounts[1]",
            "from 'scratch' and 'scratch'",
        ),
        (TOLERATIONS, [{"value": "b"}], "templates.pod.tolerations[0]", "no key"),
        (TOLERATIONS, [{"key": "a", "operator": "Exists", "value": "b"}], "templates.pod.tolerations[0]", "no value"),
        (TOLERATIONS, [{"key": "a", "tolerationSeconds": 5}], "templates.pod.tolerations[0]", "NoExecute"),
        (TOLERATIONS, [{"key": "a", "operator": "exists"}], "templates.pod.tolerations[0].operator", "none of"),
        (TOLERATIONS, [{"key": "a", "effect": "NoRun"}], "templates.pod.tolerations[0].effect", "none of"),
        (
            TOLERATIONS,
            [{"key": "a", "operater": "Exists"}],
            "templates.pod.tolerations[0]",
            "'operater' is not a field",
        ),
        (f"{POD}/nodeSelector", {"a b": "c"}, "templates.pod.nodeSelector", "no key"),
        (f"{POD}/nodeSelector", {"a": "b c"}, "templates.pod.nodeSelector.a", "label's value"),
        (f"{POD}/nodeSelector", {"a": True}, "templates.pod.nodeSelector.a", "not a text"),
        (f"{POD}/affinity", on_nodes(operator="in", values=["a"]), "templates.pod.affinity", "none of"),
        (f"{POD}/affinity", on_nodes(operator="In"), "templates.pod.affinity", "asks for values"),
        (f"{POD}/affinity", on_nodes(operator="Exists", values=["a"]), "templates.pod.affinity", "asks for no values"),
        (f"{POD}/affinity", {"nodeAffinity": {"required": {}}}, "templates.pod.affinity.nodeAffinity", "not a field"),
        (
            f"{POD}/affinity",
            {"nodeAffinity": {NODES: {"nodeSelectorTerms": []}}},
            f"templates.pod.affinity.nodeAffinity.{NODES}",
            "no nodeSelectorTerms",
        ),
        (f"{POD}/affinity", {"podAffinity": {NODES: [{}]}}, "templates.pod.affinity.podAffinity", "no topologyKey"),
        (f"{POD}/securityContext", {"capabilities": {}}, "templates.pod.securityContext", "not a field"),
        (f"{POD}/securityContext", {"seccompProfile": {"type": "Default"}}, "templates.pod.securityContext", "none of"),
        (f"{POD}/securityContext", {"supplementalGroups": ["1"]}, "templates.pod.securityContext", "whole numbers"),
        (f"{CONTAINER}/securityContext", {"runAsUser": "1"}, f"{IN_POD}.securityContext.runAsUser", "whole number"),
        (f"{CONTAINER}/securityContext", {"fsGroup": 1}, f"{IN_POD}.securityContext", "'fsGroup' is not a field"),
        (PATCH, '{"containers":[', PATCH_AT, "cannot be read"),
        (PATCH, "[1]", PATCH_AT, "no mapping but list"),
        (PATCH, "&a {containers: [*a]}", PATCH_AT, "cannot be read"),
        (PATCH, '{"containers":{"name":"main"}}', f"{PATCH_AT}.containers", "not a list of mappings"),
        (PATCH, '{"containers":[{"image":"x"}]}', f"{PATCH_AT}.containers[0]", "no name"),
        (PATCH, '{"terminationGracePeriodSeconds":"5"}', f"{PATCH_AT}.terminationGracePeriodSeconds", "whole number"),
        (
            PATCH,
            '{"containers":[{"name":"main","resources":{"limits":{"memory":"64 MB"}}}]}',
            f"{PATCH_AT}.containers[0].resources.limits",
            "quantities",
        ),
        (PATCH, {"hostNetwork": True}, PATCH_AT, "not a text"),
        ("spec/podSpecPatch", "x", "spec.podSpecPatch", "no mapping but str"),
        ("spec/tolerations", [{}], "spec.tolerations[0]", "no key"),
        (
            "spec/automountServiceAccountToken",
            False,
            "spec.automountServiceAccountToken",
            "executor.serviceAccountName",
        ),
        (f"{POD}/automountServiceAccountToken", False, "templates.pod.automountServiceAccountToken", "is missing"),
        (f"{POD}/serviceAccountName", "No_Such", "templates.pod.serviceAccountName", "no name of an object"),
        ("spec/templateDefaults", {"retries": 3}, "spec.templateDefaults", "'retries' is not a field"),
        (
            f"{TASKS}/3",
            {"name": "a", "templateRef": {"name": "x"}},
            "templates.main.dag.tasks.a.templateRef",
            "no template",
        ),
        (
            f"{TASKS}/3",
            {"name": "a", "template": "pod", "templateRef": {"name": "x", "template": "y"}},
            "templates.main.dag.tasks.a",
            "template and templateRef",
        ),
    ],
)
def test_what_kubernetes_refuses_is_found(path: str, value: Any, where: str, says: str) -> None:
    manifest = good()
    put(manifest, path, value)
    found = validate(manifest)
    assert [each for each in found if each.where.startswith(f"manifest {where}") and says in each.message], shown(found)
    assert all(problem.hint for problem in found)
    assert len(found) <= 2, shown(found)


def test_a_word_that_a_patch_may_not_know_is_a_warning() -> None:
    manifest = good()
    put(manifest, PATCH, '{"priorityClasName": "low", "containers": [{"name": "main", "newField": 1}]}')
    assert [(each.severity, each.message) for each in validate(manifest)] == [
        ("warning", "'priorityClasName' is not a field here"),
        ("warning", "'newField' is not a field here"),
    ]


def test_an_account_for_argos_own_containers_may_be_named_anywhere() -> None:
    for path in ("spec/executor", f"{POD}/executor", "spec/templateDefaults"):
        manifest = good()
        put(manifest, f"{POD}/automountServiceAccountToken", False)
        account = {"serviceAccountName": "argo"}
        put(manifest, path, {"executor": account} if path.endswith("Defaults") else account)
        assert shown(validate(manifest)) == "no problems"


def test_a_field_that_stands_in_the_wrong_place_is_told_the_right_one() -> None:
    manifest = good()
    put(manifest, f"{POD}/securityContext", {"capabilities": {"drop": ["ALL"]}})
    put(manifest, f"{CONTAINER}/podGC", {})
    assert [each.hint for each in validate(manifest)] == [
        "it belongs into the spec",
        "it belongs into the container's securityContext",
    ]
