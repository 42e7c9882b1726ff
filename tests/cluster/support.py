"""Small workflows for the test bed, and what is told about them while they run."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config, utils

from argo_kedro.cluster.client import KubernetesCluster
from argo_kedro.cluster.following import Clock, follow
from argo_kedro.cluster.protocol import Cluster
from argo_kedro.cluster.submission import named, submit
from argo_kedro.events import Event, TaskChanged
from argo_kedro.model import Json
from argo_kedro.workflows.state import RunState

IMAGE = "local/busybox:1"  # has every applet of busybox as a command


def busybox(name: str, script: str = "true", *, container: Json | None = None, **fields: Any) -> dict[str, Any]:
    """A template whose pod runs a shell script; `container` and `fields` say what is special about it."""
    made = {"image": IMAGE, "command": ["sh", "-c"], "args": [script], **(container or {})}
    return {"name": name, "container": made, **fields}


def workflow(
    name: str, *templates: Json, needs: Mapping[str, Sequence[str]] | None = None, **spec: Any
) -> dict[str, Any]:
    """A workflow with one task for each template, by the same name; `needs` says which tasks it waits for."""
    before = needs or {}
    tasks = [
        {"name": each["name"], "template": each["name"], "dependencies": list(before.get(each["name"], ()))}
        for each in templates
    ]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"generateName": f"{name}-"},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "dag": {"tasks": tasks}}, *templates], **spec},
    }


@dataclass(kw_only=True)
class Told:
    """What was told about a workflow, and how it ended; it has no end if no one waited for that."""

    name: str
    events: list[Event] = field(default_factory=list)
    state: RunState | None = None

    def words(self, task: str) -> str:
        """The last that was said about a task."""
        said = [event.message for event in self.events if isinstance(event, TaskChanged) and event.task == task]
        return said[-1] if said else ""


Until = Callable[[Told], bool]  # asked after each event, which is then the last of them


class _Enough(Exception):
    """What was waited for has been told."""


def run(cluster: Cluster, document: Json, *, until: Until | None = None, seconds: float = 180) -> Told:
    """Submit a workflow, and follow it to its end, or until that is so; what goes on then is deleted."""
    sent = named(document, namespace=cluster.namespace)
    told = Told(name=sent["metadata"]["name"])
    end = time.monotonic() + seconds

    def listen(event: Event) -> None:
        told.events.append(event)
        if until and until(told):
            raise _Enough

    def now() -> float:
        assert time.monotonic() < end, f"{told.name}: after {seconds:.0f} s there was nothing but {told.events}"
        return time.monotonic()

    submit(cluster, sent)
    try:
        told.state = follow(cluster, told.name, listen, clock=Clock(now=now))
    except _Enough:
        pass
    finally:
        if told.state is None:
            cluster.delete("workflows", told.name)
    return told


def run_all(cluster: Cluster, documents: Mapping[str, Json], *, until: Until | None = None) -> dict[str, Told]:
    """Run these workflows side by side."""
    with ThreadPoolExecutor(len(documents)) as threads:
        running = {key: threads.submit(run, cluster, each, until=until) for key, each in documents.items()}
    return {key: each.result() for key, each in running.items()}


def eventually(ready: Callable[[], Any], *, seconds: float = 90) -> Any:
    """What `ready` returns, once that is something."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, f"it did not come about in {seconds:.0f} s"
        time.sleep(0.3)
    return found


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """A namespace of the bed, and an admin's way to it."""

    cluster: KubernetesCluster
    api: Any

    def create(self, document: Json) -> None:
        """Create an object that is none of Argo's."""
        utils.create_from_dict(self.api, dict(document), namespace=self.cluster.namespace)


@contextmanager
def new_namespace(kubeconfig: Path, labels: Mapping[str, str] | None = None, *, name: str = "") -> Iterator[Namespace]:
    """A new namespace, with the right that Argo's executor needs for its default service account."""
    fixed, name = name, name or f"t-{uuid.uuid4().hex[:8]}"
    with pytest.MonkeyPatch.context() as patch, config.new_client_from_config(str(kubeconfig)) as api:
        patch.setenv("KUBECONFIG", str(kubeconfig))
        found = Namespace(cluster=KubernetesCluster(namespace=name), api=api)
        core = client.CoreV1Api(api)
        if fixed:  # the one of the test before is still being deleted
            eventually(lambda: name not in {each.metadata.name for each in core.list_namespace().items}, seconds=180)
        core.create_namespace({"metadata": {"name": name, "labels": dict(labels or {})}})
        rights = [{"apiGroups": ["argoproj.io"], "resources": ["workflowtaskresults"], "verbs": ["create", "patch"]}]
        kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "executor"}}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "executor"}
        subjects = [{"kind": "ServiceAccount", "name": "default", "namespace": name}]
        found.create({**kind, "kind": "Role", "rules": rights})
        found.create({**kind, "kind": "RoleBinding", "roleRef": role, "subjects": subjects})
        # Kubernetes creates the default one.
        eventually(lambda: core.list_namespaced_service_account(name).items, seconds=60)
        try:
            yield found
        finally:
            core.delete_namespace(name)
