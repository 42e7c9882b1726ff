"""`kedro argo check --cluster` on a real API server, with a real Argo's CRDs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, utils
from kubernetes.client.exceptions import ApiException
from support import Namespace, busybox, eventually, workflow

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.preflight import Readiness, preflight
from argo_kedro.model import Json

PAGE = Path(__file__).parents[2] / "docs/how-to/check-a-cluster.md"
SMALL = {"resources": {"limits": {"cpu": "100m", "memory": "64Mi"}}}


def look(cluster: KubernetesCluster, document: Json) -> Readiness:
    return preflight(cluster, document, {}, now=datetime.now(timezone.utc))


def fails(found: Readiness) -> list[str]:
    """What would fail, in the order in which it is told."""
    return [f"{each.where}: {each.message}" for each in found.problems if each.severity == "cluster"]


def test_a_namespace_where_all_is_well_is_ready_and_stays_as_it_is(own: Namespace, bed: Any) -> None:
    began = time.monotonic()
    found = look(own.cluster, workflow("ok", busybox("a", container=SMALL)))
    assert time.monotonic() - began < 10
    assert found.problems == ()
    assert found.facts["kubernetes"] == bed.kubernetes
    assert (found.facts["argo"]["crds"], found.facts["argo"]["served"]) == ("full", ["v1alpha1"])
    assert (found.facts["user"], found.facts["nodes"]["count"]) == ("admin", 1)
    assert found.facts["requests"] <= 25
    assert own.cluster.listing("workflows").items == ()


def test_all_that_would_fail_is_told_at_once(own: Namespace) -> None:
    own.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "there"}, "stringData": {"key": "x"}})
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"limits.memory": "32Mi"}}}
    own.create({"apiVersion": "v1", "kind": "ResourceQuota", **quota})
    limits = [{"type": "Container", "default": {"cpu": "50m", "memory": "16Mi"}, "max": {"cpu": "80m"}}]
    own.create({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"}, "spec": {"limits": limits}})
    variables = [{"name": key, "valueFrom": {"secretKeyRef": {"name": "there", "key": key}}} for key in ("key", "kye")]
    bad = busybox(
        "bad",
        container={**SMALL, "env": variables, "envFrom": [{"configMapRef": {"name": "nowhere"}}]},
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "lost"}}, {"name": "d", "ephemeral": DISK}],
        priorityClassName="urgent",
        nodeSelector={"pool": "gpu"},
        serviceAccountName="nobody",
    )
    eventually(
        lambda: client.CoreV1Api(own.api).read_namespaced_resource_quota("small", own.cluster.namespace).status.hard
    )
    found = look(own.cluster, workflow("bad", bad, nosuchfield="x"))
    assert fails(found)[:-1] == [
        "template bad: no node takes its pod: none has the labels that it asks for (pool=gpu).",
        "template bad: PriorityClass 'urgent' is not there.",
        "template bad: it asks for a disk, and the cluster has no default StorageClass: it would wait for ever.",
        f"template bad: service account 'nobody' is not in namespace {own.cluster.namespace}.",
        "template bad: ConfigMap 'nowhere' is not there.",
        "template bad: Secret 'there' has no key 'kye'. Did you mean 'key'?",
        "template bad: volume claim 'lost' is not there: its pods would wait for ever.",
        "template bad: LimitRange l refuses its pods: container main may have 0.08 cpu at most, and has 0.1 cpu.",
        "template bad: one pod takes 64Mi limits.memory, quota small allows 32Mi limits.memory in all.",
    ]
    assert 'unknown field "spec.nosuchfield"' in fails(found)[-1]


DISK = {
    "volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
}


def test_restricted_pods_are_refused_by_the_word_of_the_namespace(strict: Namespace) -> None:
    (found,) = fails(look(strict.cluster, workflow("plain", busybox("a"))))
    assert "admits no such pods (Pod Security restricted)" in found


def test_a_quota_of_cores_refuses_the_pods_that_argo_makes_as_was_said(own: Namespace) -> None:
    place, core = own.cluster.namespace, client.CoreV1Api(own.api)
    quota = {"metadata": {"name": "cores"}, "spec": {"hard": {"limits.cpu": "4"}}}
    own.create({"apiVersion": "v1", "kind": "ResourceQuota", **quota})
    eventually(lambda: core.read_namespaced_resource_quota("cores", place).status.hard)
    (found,) = fails(look(own.cluster, workflow("quota", busybox("a", container=SMALL))))
    assert found.startswith("quota cores: it demands limits.cpu of Argo's own containers init and wait")

    argos = {"name": "wait", "image": "x"}
    containers = {"containers": [{"name": "main", "image": "x", **SMALL}, argos]}
    pod = {"metadata": {"name": "x"}, "spec": {"initContainers": [{**argos, "name": "init"}], **containers}}
    with pytest.raises(ApiException) as refused:
        core.create_namespaced_pod(place, pod, dry_run="All")
    assert "must specify limits.cpu for: init,wait" in refused.value.body


def test_who_has_no_rights_is_told_so_and_those_of_the_page_are_enough(own: Namespace, bed: Any) -> None:
    place = own.cluster.namespace
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(bed.kubeconfig))
        submitter = KubernetesCluster(context="submitter", namespace=place)
        document = workflow("ok", busybox("a", container={**SMALL, "envFrom": [{"secretRef": {"name": "warehouse"}}]}))
        before = look(submitter, document)
        assert [each.severity for each in before.problems][:1] == ["cluster"]
        assert "you may not create, get" in before.problems[0].message
        assert "--user=submitter" in before.problems[0].hint
        assert ("Secrets and their keys (warehouse)", f"get secrets in namespace {place}") in before.not_asked

        granted = page_rights(place)
        for each in granted:
            utils.create_from_dict(own.api, dict(each))
        try:
            eventually(lambda: len(look(submitter, document).not_asked) <= 1, seconds=20)
            after = look(submitter, document)
        finally:
            remove(own, granted)
        assert fails(after) == ["template a: Secret 'warehouse' is not there."]
        assert {each.what for each in after.not_asked} <= {
            "Argo's controller: no Deployment of it is to be seen"
        } | UNSEEN


UNSEEN = {"Argo's controller: its version, and whether it runs"}  # who may look into two namespaces only


def page_rights(namespace: str) -> list[Mapping[str, Any]]:
    """What the page says, for the user that the bed has, and under names that no other test takes."""
    lines = PAGE.read_text(encoding="utf-8").split("leave out what you do not want to be asked:")[1].splitlines()
    block = "\n".join(line[4:] for line in lines if line.startswith("    "))
    block = block.replace("{kind: ServiceAccount, name: ci, namespace: team-a}", "{kind: User, name: submitter}")
    block = block.replace("team-a", namespace).replace("argo-kedro-check", f"argo-kedro-check-{namespace}")
    return list(yaml.safe_load_all(block))


def remove(own: Namespace, granted: list[Mapping[str, Any]]) -> None:
    """Take away what is outside the test's own namespace."""
    api = client.RbacAuthorizationV1Api(own.api)
    for each in granted:
        name, place = each["metadata"]["name"], each["metadata"].get("namespace")
        if each["kind"] == "ClusterRole":
            api.delete_cluster_role(name)
        elif each["kind"] == "ClusterRoleBinding":
            api.delete_cluster_role_binding(name)
        elif place == "argo" and each["kind"] == "Role":
            api.delete_namespaced_role(name, place)
        elif place == "argo":
            api.delete_namespaced_role_binding(name, place)
