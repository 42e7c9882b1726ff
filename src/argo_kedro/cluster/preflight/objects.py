"""What else of the cluster pods and tasks name: service accounts, disks, classes, templates of the platform's."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from argo_kedro.cluster.preflight.case import Case, kubectl, problem
from argo_kedro.cluster.preflight.pods import Pod
from argo_kedro.cluster.preflight.questions import Question
from argo_kedro.model import Json, Problem, text
from argo_kedro.names import few, nearest

ACCOUNTS, CLAIMS = "serviceaccounts", "persistentvolumeclaims"
STORAGE = Question("storageclasses")
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_MANY = ("ReadWriteMany", "ReadOnlyMany")


def accounts(pods: list[Pod]) -> list[str]:
    """The service accounts that pods run as, and those that report for them."""
    return list(
        dict.fromkeys(name for pod in pods for name in (pod.account, pod.executor) if name and "{{" not in name)
    )


def claims(pods: list[Pod]) -> dict[str, list[Pod]]:
    """The volume claims that are to be there, each with its pods."""
    found: dict[str, list[Pod]] = {}
    for pod in pods:
        for volume in pod.volumes:
            name = text(volume, "persistentVolumeClaim", "claimName")
            if name and "{{" not in name:
                found.setdefault(name, []).append(pod)
    return found


def priorities(pods: list[Pod]) -> dict[str, list[Pod]]:
    """The priority classes that pods name."""
    found: dict[str, list[Pod]] = {}
    for pod in pods:
        name = text(pod.spec, "priorityClassName")
        if name and "{{" not in name:
            found.setdefault(name, []).append(pod)
    return found


def templates(document: Json, namespace: str) -> dict[Question, list[str]]:
    """The WorkflowTemplates that tasks take a template from, with the names of these templates."""
    found: dict[Question, list[str]] = {}
    for template in (document.get("spec") or {}).get("templates") or ():
        steps = [step for group in template.get("steps") or () for step in group]
        for task in [*((template.get("dag") or {}).get("tasks") or ()), *steps]:
            reference = task.get("templateRef") or {}
            name = text(reference, "name")
            if name and "{{" not in name:
                whole = reference.get("clusterScope")
                asked = Question(
                    "clusterworkflowtemplates" if whole else "workflowtemplates", name, "" if whole else namespace
                )
                found.setdefault(asked, []).append(text(reference, "template"))
    return found


def account_problems(case: Case) -> Iterator[Problem]:
    """Service accounts that are not there: Argo could make no pod of them."""
    for name in accounts(list(case.pods)):
        if case.here(ACCOUNTS, name) in case.answers.missing:
            users = case.users(pod for pod in case.pods if name in (pod.account, pod.executor))
            hint = (
                f"`kedro argo init --cluster` writes it with its rights, for an admin to apply; it alone: "
                f"{kubectl(case.namespace, 'create serviceaccount')} {shlex.quote(name)}"
            )
            yield problem(f"service account {name!r} is not in namespace {case.namespace}.", users, hint)


def template_problems(case: Case) -> Iterator[Problem]:
    """Templates of the platform's that are not there."""
    for asked, names in templates(case.document, case.namespace).items():
        word = "ClusterWorkflowTemplate" if asked.resource.startswith("cluster") else "WorkflowTemplate"
        if asked in case.answers.missing:
            look = kubectl(case.namespace, f"get {asked.resource}")
            hint = f"`{look}` shows those that are; correct template_ref in argo.yml."
            yield problem(f"{word} {asked.name!r} is not there.", f"template_ref {asked.name}", hint)
        elif asked in case.answers.documents:
            spec = case.answers.document(asked).get("spec") or {}
            known = [text(each, "name") for each in spec.get("templates") or ()]
            for name in dict.fromkeys(each for each in names if each not in known):
                close = nearest(name, known)
                hint = f"its templates: {few(known, 5) or 'none'}.{f' Did you mean {close!r}?' if close else ''}"
                yield problem(f"{word} {asked.name!r} has no template {name!r}.", f"template_ref {asked.name}", hint)


def priority_problems(case: Case) -> Iterator[Problem]:
    """Priority classes that are not there: Kubernetes refuses their pods."""
    for name, pods in priorities(list(case.pods)).items():
        if Question("priorityclasses", name) in case.answers.missing:
            hint = "`kubectl get priorityclasses` shows those that are; correct priority_class of the machine type."
            yield problem(f"PriorityClass {name!r} is not there.", case.users(pods), hint)


def claim_problems(case: Case) -> Iterator[Problem]:
    """Volume claims that are not there, are lost, or let only one pod or node in at a time."""
    for name, pods in claims(list(case.pods)).items():
        asked, users = case.here(CLAIMS, name), case.users(pods)
        found = case.answers.document(asked)
        phase, what = text(found, "status", "phase"), f"volume claim {name!r}"
        look = f"`{kubectl(case.namespace, 'describe persistentvolumeclaim')} {shlex.quote(name)}` says more."
        if asked in case.answers.missing:
            yield problem(
                f"{what} is not there: its pods would wait for ever.", users, "create it, or correct argo.yml."
            )
        elif phase == "Lost":
            yield problem(f"{what} has lost its volume.", users, look)
        elif phase == "Pending":
            hint = f"fine where its storage class waits for the first pod (WaitForFirstConsumer). {look}"
            yield problem(f"{what} has no volume yet.", users, hint, "warning")
        modes = (found.get("spec") or {}).get("accessModes") or ()
        if modes and not set(modes) & set(_MANY) and _side_by_side(case, pods):
            hint = "a claim with ReadWriteMany serves all nodes; or let these tasks run one after another."
            message = f"{what} is {', '.join(modes)}: pods that run at once must share a node, or wait."
            yield problem(message, users, hint, "warning")


def storage_problems(case: Case) -> Iterator[Problem]:
    """New disks of a class that is not there."""
    if not case.answers.knows(STORAGE):
        return
    classes = {text(each, "metadata", "name"): each for each in case.answers.items(STORAGE)}
    default = any(_is_default(each) for each in classes.values())
    for name, users in _new_disks(case).items():
        if name and name not in classes:
            hint = f"the cluster has {few(sorted(classes), 5) or 'none'}; correct the class of the volume."
            yield problem(f"StorageClass {name!r} is not there: its pods would wait for ever.", users, hint)
        elif not name and not default:
            known = few(sorted(classes), 5) or "none"
            hint = (
                "`emph_storage: 0` in the machine type does without that disk; or an admin marks one class as the "
                f"default. The cluster has {known}."
            )
            yield problem(
                "it asks for a disk, and the cluster has no default StorageClass: it would wait for ever.", users, hint
            )


def _new_disks(case: Case) -> dict[str, str]:
    """The classes of disks that are made for pods or for the run, empty for the default; with who asks."""
    found: dict[str, list[Pod]] = {}
    for pod in case.pods:
        for volume in pod.volumes:
            claim = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
            if claim and (claim.get("spec") or {}).get("storageClassName") != "":  # empty: a volume that is there
                found.setdefault(text(claim, "spec", "storageClassName"), []).append(pod)
    users = {name: case.users(pods) for name, pods in found.items()}
    for claim in case.spec.get("volumeClaimTemplates") or ():
        users.setdefault(
            text(claim, "spec", "storageClassName"), f"volume claim template {text(claim, 'metadata', 'name')}"
        )
    return users


def _side_by_side(case: Case, pods: list[Pod]) -> bool:
    names = {pod.template for pod in pods}
    return any(sum(count for name, count in moment.items() if name in names) > 1 for moment in case.moments)


def _is_default(storage: Json) -> bool:
    annotations = (storage.get("metadata") or {}).get("annotations") or {}
    return any(str(annotations.get(key)).lower() == "true" for key in _DEFAULT)
