"""What the pods of a manifest need of a cluster: objects that they name, room, and leave to be there."""

from __future__ import annotations

from typing import Any

import pytest
from ready_cluster import HERE, look, of, one, put, ready, template, thing, told, workflow

from argo_kedro.model import Json

STORAGE = "/apis/storage.k8s.io/v1/storageclasses"


def container(**fields: Any) -> dict[str, Any]:
    return one(container=fields)


# Secrets and ConfigMaps -----------------------------------------------------------------------------------------------

KEY = {"name": "s", "key": "k"}
FILES = {"secretName": "s", "items": [{"key": "k", "path": "p"}]}


@pytest.mark.parametrize(
    "document",
    [
        container(env=[{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]),
        one(volumes=[{"name": "v", "secret": FILES}]),
        one(volumes=[{"name": "v", "projected": {"sources": [{"secret": {"name": "s", "items": FILES["items"]}}]}}]),
        one(sidecars=[{"name": "x", "env": [{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]}]),
        one(initContainers=[{"name": "x", "env": [{"name": "A", "valueFrom": {"secretKeyRef": KEY}}]}]),
        one(podSpecPatch='{"containers": [{"name": "main", "env": [{"name": "A", "valueFrom": {"secretKeyRef": '
            '{"name": "s", "key": "k"}}}]}]}'),
        workflow(template(), volumes=[{"name": "v", "secret": FILES}]),
    ],
    ids=["env", "volume", "projected", "sidecar", "init", "patch", "volume of all"],
)  # fmt: skip
def test_a_key_of_a_secret_is_looked_for_wherever_it_is_named(document: Json) -> None:
    there = put(ready(), f"{HERE}/secrets/s", thing("s", data={"k": ""}))
    without = put(ready(), f"{HERE}/secrets/s", thing("s", data={"other": ""}))
    assert told(there, document) == []
    assert told(without, document) == ["cluster machine type m: Secret 's' has no key 'k'."]
    assert told(ready(), document) == ["cluster machine type m: Secret 's' is not there."]


@pytest.mark.parametrize(
    "document",
    [
        container(env=[{"name": "A", "valueFrom": {"secretKeyRef": {**KEY, "optional": True}}}]),
        container(envFrom=[{"configMapRef": {"name": "c", "optional": True}}]),
        one(volumes=[{"name": "v", "secret": {"secretName": "s", "optional": True}}]),
        container(envFrom=[{"secretRef": {"name": "{{workflow.parameters.secret}}"}}]),
    ],
    ids=["key", "all keys", "volume", "known to Argo only"],
)
def test_what_need_not_be_there_is_not_asked_for(document: Json) -> None:
    cluster = ready()
    assert told(cluster, document) == []
    assert not [call for call in cluster.calls if "secrets" in call or "configmaps/c" in call]


def test_what_all_of_many_pods_want_is_said_of_every_task() -> None:
    wanted = {"envFrom": [{"secretRef": {"name": "s"}}]}
    document = workflow(*(template(name, container=wanted) for name in ("a", "b", "c")))
    assert told(ready(), document) == ["cluster every task: Secret 's' is not there."]


def test_a_login_for_the_registry_is_one() -> None:
    document = workflow(template(), imagePullSecrets=[{"name": "registry"}])
    wrong = put(ready(), f"{HERE}/secrets/registry", thing("registry", type="Opaque"))
    right = put(ready(), f"{HERE}/secrets/registry", thing("registry", type="kubernetes.io/dockerconfigjson"))
    assert told(right, document) == []
    assert told(wrong, document) == [
        "cluster machine type m: Secret 'registry' is no login for a registry, but of type 'Opaque'."
    ]


def test_restricted_pods_want_the_token_of_their_service_account() -> None:
    document = workflow(template(), automountServiceAccountToken=False, executor={"serviceAccountName": "pipelines"})
    found = look(ready(), document).problems
    assert [each.message for each in found] == ["Secret 'pipelines.service-account-token' is not there."]
    assert "kedro argo init --cluster" in found[0].hint
    named = {"annotations": {"workflows.argoproj.io/service-account-token.name": "mine"}}
    cluster = put(ready(), f"{HERE}/serviceaccounts/pipelines", thing("pipelines", metadata=named))
    assert told(put(cluster, f"{HERE}/secrets/mine", thing("mine", data={"token": ""})), document) == []


def test_locks_and_parameters_from_config_maps_are_looked_for() -> None:
    lock = {"semaphores": [{"configMapKeyRef": {"name": "locks", "key": "db"}}]}
    taken = {"name": "size", "valueFrom": {"configMapKeyRef": {"name": "sizes", "key": "small"}}}
    document = workflow(template(synchronization=lock), arguments={"parameters": [taken]})
    cluster = put(ready(), f"{HERE}/configmaps/sizes", thing("sizes", data={"small": "1"}))
    assert told(cluster, document) == [
        "cluster parameter size: ConfigMap 'sizes' is not marked as one that Argo takes parameters from.",
        "cluster semaphore of template a: ConfigMap 'locks' is not there.",
    ]


# Other objects --------------------------------------------------------------------------------------------------------


def claimed(name: str = "a") -> dict[str, Any]:
    return template(name, volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}])


@pytest.mark.parametrize(
    ("phase", "mode", "said"),
    [
        ("Bound", "ReadWriteMany", []),
        ("Lost", "ReadWriteMany", ["cluster machine type m, template b: volume claim 'data' has lost its volume."]),
        ("Pending", "ReadWriteMany", ["warning machine type m, template b: volume claim 'data' has no volume yet."]),
        (
            "Bound",
            "ReadWriteOnce",
            ["warning machine type m, template b: volume claim 'data' is ReadWriteOnce: pods that run at once must "
             "share a node, or wait."],
        ),
    ],
)  # fmt: skip
def test_a_volume_claim_is_bound_and_lets_in_who_comes_at_once(phase: str, mode: str, said: list[str]) -> None:
    claim = thing("data", spec={"accessModes": [mode]}, status={"phase": phase})
    cluster = put(ready(), f"{HERE}/persistentvolumeclaims/data", claim)
    assert told(cluster, workflow(claimed("a"), claimed("b"))) == said


def test_pods_that_come_one_after_another_share_a_claim() -> None:
    claim = thing("data", spec={"accessModes": ["ReadWriteOnce"]}, status={"phase": "Bound"})
    cluster = put(ready(), f"{HERE}/persistentvolumeclaims/data", claim)
    assert told(cluster, workflow(claimed("a"), claimed("b"), needs={"b": ["a"]})) == []
    assert "is not there" in told(ready(), workflow(claimed()))[0]


def disk(**spec: Any) -> dict[str, Any]:
    return one(volumes=[{"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}])


def test_a_new_disk_wants_a_class() -> None:
    default = thing("standard", metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})
    (found,) = look(ready(), disk()).problems
    assert found.message == "it asks for a disk, and the cluster has no default StorageClass: it would wait for ever."
    assert "emph_storage: 0" in found.hint
    assert told(put(ready(), STORAGE, of(default)), disk()) == []
    assert (
        "StorageClass 'fast' is not there" in told(put(ready(), STORAGE, of(default)), disk(storageClassName="fast"))[0]
    )
    of_run = workflow(template(), volumeClaimTemplates=[thing("work", spec={"storageClassName": "fast"})])
    assert "volume claim template work" in told(put(ready(), STORAGE, of(default)), of_run)[0]


def test_classes_of_priority_and_templates_of_the_platform_are_there() -> None:
    urgent = workflow(template(priorityClassName="urgent"))
    assert told(ready(), urgent) == ["cluster machine type m: PriorityClass 'urgent' is not there."]
    task = {"name": "t", "templateRef": {"name": "platform", "template": "notfy"}}
    document = workflow()
    document["spec"]["templates"][0]["dag"]["tasks"] = [task]
    path = "/apis/argoproj.io/v1alpha1/namespaces/ns/workflowtemplates/platform"
    assert told(ready(), document) == ["cluster template_ref platform: WorkflowTemplate 'platform' is not there."]
    there = put(ready(), path, thing("platform", spec={"templates": [{"name": "notify"}]}))
    (found,) = look(there, document).problems
    assert (found.message, found.hint) == (
        "WorkflowTemplate 'platform' has no template 'notfy'.",
        "its templates: notify. Did you mean 'notify'?",
    )
    task["templateRef"] = {"name": "platform", "template": "notify", "clusterScope": True}
    assert told(ready(), document) == [
        "cluster template_ref platform: ClusterWorkflowTemplate 'platform' is not there."
    ]
