"""Pod Security: whether the namespace admits the pods as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from argo_kedro.cluster.preflight.case import Case, problem
from argo_kedro.cluster.preflight.installation import Controller
from argo_kedro.cluster.preflight.pods import ARGOS_OWN, Pod
from argo_kedro.cluster.preflight.questions import Question
from argo_kedro.model import Json, Problem, text

_LABEL = "pod-security.kubernetes.io/enforce"
_SECCOMP = ("RuntimeDefault", "Localhost")
_VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret")
_ADDABLE = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}
_ADDABLE_RESTRICTED = ("NET_BIND_SERVICE",)


def namespace_of(case: Case) -> Question:
    """The namespace itself."""
    return Question("namespaces", case.namespace)


def level(case: Case) -> str:
    """privileged, baseline or restricted; empty where the namespace does not say it, or may not be read."""
    return text(case.answers.document(namespace_of(case)), "metadata", "labels", _LABEL)


def security_problems(case: Case, found: Controller) -> Iterator[Problem]:
    """Pods that the namespace does not admit."""
    enforced = level(case)
    rules: Mapping[str, Callable[[Pod, Controller], Iterator[str]]] = {
        "baseline": _against_baseline,
        "restricted": _against_restricted,
    }
    if enforced not in rules:
        return
    refused: dict[str, list[Pod]] = {}
    for pod in case.pods:
        for why in dict.fromkeys(rules[enforced](pod, found)):
            refused.setdefault(why, []).append(pod)
    whole = "; ".join(refused)
    if whole:
        pods = [pod for pods in refused.values() for pod in pods]
        hint = (
            "`security: restricted` in argo.yml, and a service_account; `kedro argo init --cluster` writes its rights."
        )
        if enforced == "baseline":
            hint = "take it out of argo.yml, or ask for a namespace that admits it."
        yield problem(
            f"namespace {case.namespace} admits no such pods (Pod Security {enforced}): {whole}.",
            case.users(pods),
            hint,
        )


def is_unjudged(case: Case, found: Controller) -> bool:
    """Whether nobody knows if Argo's own containers are admitted: their security is in a configuration unread."""
    return level(case) == "restricted" and any(len(_argos(pod, found)) < len(ARGOS_OWN) for pod in case.pods)


def _against_baseline(pod: Pod, _found: Controller, addable: Collection[str] = _ADDABLE) -> Iterator[str]:
    if pod.spec.get("hostNetwork"):
        yield "hostNetwork"
    for volume in pod.volumes:
        if volume.get("hostPath"):
            yield f"volume {volume.get('name')} is a hostPath"
    for container in pod.containers:
        context = container.get("securityContext") or {}
        if context.get("privileged"):
            yield f"container {container.get('name')} is privileged"
        more = set((context.get("capabilities") or {}).get("add") or ()).difference(addable)
        if more:
            yield f"container {container.get('name')} adds capabilities {', '.join(sorted(more))}"


def _against_restricted(pod: Pod, found: Controller) -> Iterator[str]:
    yield from _against_baseline(pod, found, _ADDABLE_RESTRICTED)
    for volume in pod.volumes:
        kinds = [key for key in volume if key != "name"]
        if kinds and not set(kinds) <= set(_VOLUMES):
            yield f"volume {volume.get('name')} is a {kinds[0]}"
    whole = pod.spec.get("securityContext") or {}
    for container in [*pod.containers, *_argos(pod, found)]:
        context = container.get("securityContext") or {}
        lacking = list(_lacking(whole, context))
        if lacking:
            yield f"container {container.get('name')} needs {', '.join(lacking)}"


def _lacking(whole: Json, context: Json) -> Iterator[str]:
    """What the security context of a container, or of its pod where it counts, does not say and must."""
    both = {**whole, **context}
    if both.get("runAsNonRoot") is not True:
        yield "runAsNonRoot: true"
    if both.get("runAsUser") == 0:
        yield "another runAsUser than 0"
    if text(both, "seccompProfile", "type") not in _SECCOMP:
        yield "seccompProfile"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation: false"
    if "ALL" not in ((context.get("capabilities") or {}).get("drop") or ()):
        yield "capabilities.drop: [ALL]"


def _argos(pod: Pod, found: Controller) -> list[Json]:
    """Argo's own containers as the manifest has them, else as the controller's configuration does; else none."""
    given = {each.get("name"): each for each in [*pod.beside, *pod.before]}
    configured = found.config.get("executor")
    context = (configured.get("securityContext") if isinstance(configured, dict) else None) or {}
    known = [name for name in ARGOS_OWN if found.is_read or "securityContext" in given.get(name, {})]
    return [{"name": name, "securityContext": context, **given.get(name, {})} for name in known]
