"""A cluster where a workflow can run, to be spoilt by tests; and the workflow."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from fake_cluster import FakeCluster

from argo_kedro.cluster.preflight import Readiness, preflight
from argo_kedro.cluster.protocol import Forbidden
from argo_kedro.model import Json

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
HERE = "/api/v1/namespaces/ns"
DEPLOYMENTS = "/apis/apps/v1/deployments"
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/workflows.argoproj.io"
ARGO = "/apis/argoproj.io/v1alpha1"
CONFIG = "/api/v1/namespaces/argo/configmaps/workflow-controller-configmap"
BIG = {"cpu": "7900m", "memory": "30Gi", "ephemeral-storage": "90Gi", "pods": "110"}
ONE_CPU = {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}


def of(*items: Json) -> dict[str, Any]:
    """A list of objects."""
    return {"items": list(items)}


def thing(name: str, **fields: Any) -> dict[str, Any]:
    """An object of Kubernetes'."""
    return {"metadata": {"name": name, **fields.pop("metadata", {})}, **fields}


def node(name: str = "n1", *, taints: Iterable[Json] = (), labels: Mapping[str, str] | None = None, **more: str) -> Any:
    """A node of the cluster, with `more` of its resources than usual."""
    status = {"allocatable": {**BIG, **more}, "conditions": [{"type": "Ready", "status": "True"}]}
    return thing(name, metadata={"labels": dict(labels or {})}, spec={"taints": list(taints)}, status=status)


def controller(version: str = "v4.0.2", *args: str, ready: int = 1, namespace: str = "argo") -> dict[str, Any]:
    """The Deployment of Argo's controller."""
    container = {"name": "c", "image": f"quay.io/argoproj/workflow-controller:{version}", "args": list(args)}
    spec = {"template": {"spec": {"containers": [container]}}}
    return thing("workflow-controller", metadata={"namespace": namespace}, spec=spec, status={"readyReplicas": ready})


def workflow(*templates: Json, needs: Mapping[str, list[str]] | None = None, **spec: Any) -> dict[str, Any]:
    """A workflow with one task for each template, side by side unless one needs another."""
    before = needs or {}
    tasks = [
        {"name": each["name"], "template": each["name"], "dependencies": before.get(each["name"], [])}
        for each in templates
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": "demo-"},
        "spec": {
            "entrypoint": "main",
            "serviceAccountName": "pipelines",
            "templates": [{"name": "main", "dag": {"tasks": tasks}}, *templates],
            **spec,
        },
    }


def template(name: str = "a", **fields: Any) -> dict[str, Any]:
    """A template of one pod; `container` says more of its main container."""
    container = {"image": "x:1", "command": ["x"], "resources": ONE_CPU, **fields.pop("container", {})}
    return {"name": name, "container": container, **fields}


def one(**fields: Any) -> dict[str, Any]:
    """A workflow with one pod."""
    return workflow(template(**fields))


def sized(cpu: str = "1", memory: str = "2Gi", name: str = "a", **more: str) -> dict[str, Any]:
    """A template whose pod asks for so much, and has no more."""
    amounts = {"cpu": cpu, "memory": memory, **more}
    return template(name, container={"resources": {"requests": amounts, "limits": amounts}})


def ready(**changes: Any) -> FakeCluster:
    """A cluster where all is well, but for `changes` of its paths by these short names."""
    cluster = FakeCluster()
    kinds = [{"name": name} for name in ("workflows", "workflowtaskresults")]
    cluster.paths = {
        "/version": {"gitVersion": "v1.34.4"},
        "/apis/argoproj.io": {"versions": [{"version": "v1alpha1"}]},
        ARGO: {"resources": kinds},
        CRD: {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"properties": {"spec": {"properties": {}}}}}}]}},
        DEPLOYMENTS: of(controller()),
        CONFIG: {"data": {}},
        f"{HERE}/pods": of(),
        f"{ARGO}/namespaces/ns/workflows": of(),
        "/api/v1/namespaces/ns": thing("ns"),
        "/api/v1/nodes": of(node()),
        f"{HERE}/resourcequotas": of(),
        f"{HERE}/limitranges": of(),
        "/apis/storage.k8s.io/v1/storageclasses": of(),
        f"{HERE}/serviceaccounts/pipelines": thing("pipelines"),
    }
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    cluster.reviews = {
        "SelfSubjectReview": {"userInfo": {"username": "jane"}},
        "SelfSubjectRulesReview": {"resourceRules": [everything]},
        "LocalSubjectAccessReview": {"allowed": True},
    }
    cluster.paths |= changes
    return cluster


def put(cluster: FakeCluster, path: str, document: Any) -> FakeCluster:
    """The same cluster with this at a path."""
    cluster.paths[path] = document
    return cluster


def no(path: str) -> Forbidden:
    """The answer to those who may not ask."""
    return Forbidden(f"cannot read {path}")


def look(cluster: FakeCluster, document: Json | None = None) -> Readiness:
    """What the cluster says to a workflow: to one with a single pod if none is given."""
    return preflight(cluster, copy.deepcopy(document or workflow(template())), {"a": "machine type m"}, now=NOW)


def told(cluster: FakeCluster, document: Json | None = None) -> list[str]:
    """The problems, each in a line with its severity."""
    return [f"{each.severity} {each.where}: {each.message}" for each in look(cluster, document).problems]


def allowed(*rights: str) -> Callable[[Json], Json]:
    """The answers of an access review where only these rights are there: `create workflows`."""

    def answer(spec: Json) -> Json:
        attributes = spec["resourceAttributes"]
        subresource = f"/{attributes['subresource']}" if "subresource" in attributes else ""
        return {"allowed": f"{attributes['verb']} {attributes['resource']}{subresource}" in rights}

    return answer
