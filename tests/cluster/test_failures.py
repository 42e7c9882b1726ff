"""Each cause of a failure on the real cluster, and the words that are told for it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest
from support import Namespace, Told, busybox, new_namespace, run, run_all, workflow

from argo_kedro.cluster.deeds import stop
from argo_kedro.events import Finished, TaskChanged
from argo_kedro.model import Json
from argo_kedro.workflows.state import FAILED

pytestmark = pytest.mark.cluster


GPU = {"nvidia.com/gpu": "1"}


class Case(NamedTuple):
    """A template that cannot do what it should, and what is told about it."""

    template: Json
    words: str


def case(words: str, script: str = "true", *, command: str = "", limits: Json | None = None, **fields: Any) -> Case:
    """A case of a pod that runs a script or a command, with these limits and other fields of its template."""
    container = fields.pop("container", {})
    if command:
        container = {**container, "command": command.split(), "args": []}
    if limits:
        container = {**container, "resources": {"limits": limits}}
    return Case(busybox("t", script, container=container, **fields), words)


def waiting(name: str) -> Json:
    """A template whose pod finds no place."""
    return {**case("", limits=GPU).template, "name": name}


def variable(**source: Json) -> Json:
    """A container with an environment variable from elsewhere."""
    return {"env": [{"name": "TOKEN", "valueFrom": source}]}


def volume(**source: Json) -> dict[str, Any]:
    """What a template needs for a volume from elsewhere."""
    mounts = {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}
    return {"container": mounts, "volumes": [{"name": "v", **source}]}


ENDS = {
    "out-of-memory": case("it ran out of memory (exit code 137)", command="tail /dev/zero", limits={"memory": "32Mi"}),
    "out-of-memory-in-a-shell": case(
        "it ran out of memory (exit code 137)", "tail /dev/zero", limits={"memory": "32Mi"}
    ),
    "kedro-error": case(
        "node split: ValueError: too few rows (exit code 1)",
        "echo 'node split: ValueError: too few rows' >/dev/termination-log; exit 1",
    ),
    "exit-code-alone": case("it failed (exit code 5)", "exit 5"),
    "command-not-found": case("the image has no command nosuch", command="nosuch --at all"),
    "not-executable": case("/etc/passwd is in the image, but cannot be executed", command="/etc/passwd"),
    "deadline": case("it ran longer than it may", "sleep 60", activeDeadlineSeconds=5),
    "own-init-container": case(
        "container code: it failed without saying why (exit code 1)",
        initContainers=[{"name": "code", "image": "local/busybox:1", "command": ["false"]}],
    ),
    "executor-without-its-right": case(
        "its code has run, but its service account nobody has no right to tell Argo how it ended "
        "(create workflowtaskresults in namespace NAMESPACE)",
        serviceAccountName="nobody",
    ),
    "no-service-account": case(
        "the service account nosuch is not there in namespace NAMESPACE", serviceAccountName="nosuch"
    ),
}
WAITS = {
    "image-that-may-not-be-pulled": case(
        "the image local/nosuch:1 is not on the cluster node, and its imagePullPolicy forbids to pull it",
        container={"image": "local/nosuch:1", "imagePullPolicy": "Never"},
    ),
    "registry-out-of-reach": case(
        "the cluster cannot reach the registry of the image registry.invalid/nosuch:1",
        container={"image": "registry.invalid/nosuch:1"},
    ),
    "image-name": case("Local/Nosuch:1 is not a valid name for an image", container={"image": "Local/Nosuch:1"}),
    "gpu": case(
        "no cluster node takes it: no free nvidia.com/gpu on 1 of 1, even if nothing else ran there", limits=GPU
    ),
    "cpu-and-memory": case(
        "no cluster node takes it: too little cpu on 1 of 1, too little memory on 1 of 1, even if nothing else ran "
        "there",
        limits={"cpu": "640", "memory": "9Ti"},
    ),
    "node-selector": case(
        "no cluster node takes it: labels that it asks for are missing on 1 of 1", nodeSelector={"disk": "fast"}
    ),
    "secret-in-a-variable": case(
        "the Secret nosuch is not there", container=variable(secretKeyRef={"name": "nosuch", "key": "token"})
    ),
    "key-in-a-variable": case(
        "the Secret storage in namespace NAMESPACE has no key token",
        container=variable(secretKeyRef={"name": "storage", "key": "token"}),
    ),
    "config-map-in-a-variable": case(
        "the ConfigMap nosuch is not there", container=variable(configMapKeyRef={"name": "nosuch", "key": "token"})
    ),
    "secret-as-a-file": case("the Secret nosuch is not there", **volume(secret={"secretName": "nosuch"})),
    "key-as-a-file": case(
        "what the volume v is made of, a Secret or a ConfigMap, has no key token",
        **volume(secret={"secretName": "storage", "items": [{"key": "token", "path": "t"}]}),
    ),
    "volume-claim": case(
        "no cluster node takes it: the volume claim (PersistentVolumeClaim) nosuch is not there",
        **volume(persistentVolumeClaim={"claimName": "nosuch"}),
    ),
    "root": case(
        "its image runs as root, and its pod may not (runAsNonRoot)",
        container={"securityContext": {"runAsNonRoot": True}},
    ),
}


def alone(template: Json) -> Json:
    """A workflow of this one task."""
    return workflow("alone", template)


def referring(**task: Json) -> Json:
    """A workflow whose only task is defined elsewhere."""
    document = workflow("refers")
    document["spec"]["templates"][0]["dag"]["tasks"] = [{"name": "t", **task}]
    return document


# What is wrong with all of a workflow, and what is told at its end. None of them has a task.
WHOLE = {
    "unknown-parameter": (
        alone(busybox("t", "echo {{inputs.parameters.nope}}")),
        "Argo cannot run this workflow: *failed to resolve {{inputs.parameters.nope}}",
    ),
    "unknown-template": (
        referring(templateRef={"name": "nosuch", "template": "t"}),
        "the template nosuch.t of a WorkflowTemplate is not there",
    ),
    "unknown-workflow-template": (
        {**workflow("refers"), "spec": {"workflowTemplateRef": {"name": "nosuch"}}},
        "the WorkflowTemplate nosuch is not there",
    ),
}


def phase(told: Told) -> str:
    """What has become of a task by the last event; none if that is about something else."""
    last = told.events[-1]
    return last.phase if isinstance(last, TaskChanged) else ""


def explained(told: Told) -> bool:
    """Whether more is told than that a pod is being set up."""
    return phase(told) == "Pending" and "(PodInitializing)" not in told.words("t")


@pytest.fixture(scope="module")
def here(bed: Any) -> Iterator[Namespace]:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "storage"}, "stringData": {"key": "x"}}
    with new_namespace(bed.kubeconfig) as found:
        found.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}})
        found.create(secret)
        yield found


@pytest.fixture(scope="module")
def ended(here: Namespace) -> dict[str, Told]:
    documents = {key: workflow(key, each.template) for key, each in ENDS.items()}
    return run_all(here.cluster, {**documents, **{key: document for key, (document, _) in WHOLE.items()}})


@pytest.fixture(scope="module")
def waited(here: Namespace) -> dict[str, Told]:
    documents = {key: workflow(key, each.template) for key, each in WAITS.items()}
    return run_all(here.cluster, documents, until=explained)


@pytest.mark.parametrize("key", ENDS)
def test_a_task_that_fails_is_told_with_its_cause(here: Namespace, ended: dict[str, Told], key: str) -> None:
    told = ended[key]

    assert told.words("t") == ENDS[key].words.replace("NAMESPACE", here.cluster.namespace)
    assert told.state is not None
    assert [task.path for task in told.state.failed] == ["t"]


@pytest.mark.parametrize("key", WAITS)
def test_a_pod_that_cannot_start_is_told_with_its_cause(here: Namespace, waited: dict[str, Told], key: str) -> None:
    words, _, way_out = waited[key].words("t").partition(". Hint: ")

    assert words == WAITS[key].words.replace("NAMESPACE", here.cluster.namespace)
    assert way_out


@pytest.mark.parametrize("key", WHOLE)
def test_a_workflow_that_cannot_run_is_told_with_its_cause(ended: dict[str, Told], key: str) -> None:
    last = ended[key].events[-1]

    assert isinstance(last, Finished)
    assert last.phase in FAILED
    assert fnmatchcase(last.message, WHOLE[key][1])


def test_the_deadline_of_a_workflow_ends_what_runs_and_what_waits(here: Namespace) -> None:
    # Argo sees that a deadline is over when something happens, as here, where the kubelet ends the task that runs.
    document = workflow("late", busybox("runs", "sleep 60"), waiting("waits"), activeDeadlineSeconds=8)

    told = run(here.cluster, document)

    assert told.words("waits") == "the workflow's time is over (activeDeadlineSeconds)"
    assert told.words("runs") in (told.words("waits"), "it ran longer than it may")  # whoever is first to see it


def test_a_workflow_that_somebody_stops_is_told_so(here: Namespace) -> None:
    def stopped(told: Told) -> bool:
        if phase(told) == "Running":
            stop(here.cluster, told.name)
        return False

    told = run(here.cluster, workflow("stopped", busybox("runs", "sleep 60"), waiting("waits")), until=stopped)

    assert told.words("runs") == told.words("waits") == "somebody stopped the workflow (Stop)"
    assert told.events[-1].message == "somebody stopped the workflow (Stop)"


def test_a_quota_that_is_used_up_is_named(bed: Any) -> None:
    with new_namespace(bed.kubeconfig) as own:
        own.create(quota(pods="0"))
        told = run(own.cluster, workflow("quota", busybox("t")), until=explained)

    assert told.words("t").startswith(
        "the namespace's quota team has no room: it asks for pods=1, and pods=0 of pods=0 are in use. Hint: "
    )


def test_a_quota_that_wants_more_to_be_said_is_named(bed: Any) -> None:
    with new_namespace(bed.kubeconfig) as own:
        own.create(quota(**{"limits.memory": "1Gi"}))
        told = run(own.cluster, workflow("quota", case("", limits={"memory": "64Mi"}).template))

    assert told.words("t") == (
        "the namespace's quota team demands that each container names its limits.memory for: init,wait"
    )


def test_a_machine_that_is_too_large_for_the_namespace_is_named(bed: Any) -> None:
    limits = {"limits": [{"type": "Container", "max": {"memory": "64Mi"}}]}
    with new_namespace(bed.kubeconfig) as own:
        own.create({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "team"}, "spec": limits})
        told = run(own.cluster, workflow("large", case("", limits={"memory": "65Mi"}).template))

    assert told.words("t") == "the namespace's maximum of memory per Container is 64Mi, and it asks for 65Mi"


def test_a_namespace_that_takes_only_restricted_pods_says_what_they_lack(bed: Any) -> None:
    with new_namespace(bed.kubeconfig, {"pod-security.kubernetes.io/enforce": "restricted"}) as own:
        told = run(own.cluster, workflow("plain", busybox("t")))

    assert told.words("t").startswith("the namespace takes only pods of the Pod Security level restricted:latest: ")
    assert "runAsNonRoot != true" in told.words("t")


def quota(**hard: str) -> Json:
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "team"}, "spec": {"hard": hard}}
