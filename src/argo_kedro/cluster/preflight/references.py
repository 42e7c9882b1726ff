"""Secrets, ConfigMaps and their keys that pods and the workflow name: found in the manifest, looked for there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping

from argo_kedro.cluster.preflight.case import Case, Reference, kubectl, problem
from argo_kedro.cluster.preflight.pods import Pod
from argo_kedro.cluster.preflight.questions import Question
from argo_kedro.model import Json, Problem, text
from argo_kedro.names import few, nearest

SECRETS, CONFIG_MAPS = "secrets", "configmaps"
_WORDS = {SECRETS: "Secret", CONFIG_MAPS: "ConfigMap"}
_REGISTRY = ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg")
_TYPE = "workflows.argoproj.io/configmap-type"  # label


def references(document: Json, pods: Iterable[Pod]) -> list[Reference]:
    """Those that must be there: not what is optional, nor names that only Argo could work out."""
    found = [reference for pod in pods for reference in (*_of_containers(pod), *_of_volumes(pod), *_logins(pod))]
    found += _of_workflow(document)
    return [each for each in dict.fromkeys(found) if each.name and "{{" not in each.name + each.key]


def tokens(pods: Iterable[Pod], accounts: Mapping[str, Json]) -> list[Reference]:
    """The Secrets by which Argo's own container reports, where the manifest says whose token it takes."""
    annotation = "workflows.argoproj.io/service-account-token.name"
    return [
        Reference(
            SECRETS,
            text(accounts.get(pod.executor, {}), "metadata", "annotations", annotation)
            or f"{pod.executor}.service-account-token",
            "token",
            pod.shown,
            use="token",
        )
        for pod in pods
        if pod.executor
    ]


def question(reference: Reference, namespace: str) -> Question:
    """The object that a reference names."""
    return Question(reference.resource, reference.name, reference.namespace or namespace)


def reference_problems(case: Case) -> Iterator[Problem]:
    """What is named and not there, or has not the key: its pods would wait for ever."""
    users: dict[Reference, list[str]] = {}
    for each in case.references:
        users.setdefault(each._replace(user=""), []).append(each.user)
    for reference, who in users.items():
        asked = question(reference, case.namespace)
        if not case.answers.knows(asked):
            continue
        yield from _judged(case, reference, case.answers.document(asked), case.who(who))


def _judged(case: Case, reference: Reference, found: Json, who: str) -> Iterator[Problem]:
    word, place = _WORDS[reference.resource], reference.namespace or case.namespace
    what, name = f"{word} {reference.name!r}", shlex.quote(reference.name)
    keys = {**(found.get("data") or {}), **(found.get("binaryData") or {})}
    if not found:
        yield problem(f"{what} is not there.", who, _making(reference, place))
    elif reference.use == "pull" and found.get("type") not in _REGISTRY:
        hint = f"{kubectl(place, 'create secret docker-registry')} {name} makes one, once this one is gone."
        yield problem(f"{what} is no login for a registry, but of type {found.get('type')!r}.", who, hint)
    elif reference.key and reference.key not in keys:
        close = nearest(reference.key, keys)
        meant = f" Did you mean {close!r}?" if close else ""
        known = few(sorted(keys), 5) or "none"
        add = f"{kubectl(place, 'edit')} {word.lower()} {name}"
        hint = f"its keys: {known}. Add it (`{add}`), or correct argo.yml."
        yield problem(f"{what} has no key {reference.key!r}.{meant}", who, hint)
    elif reference.use == "parameter" and text(found, "metadata", "labels", _TYPE) != "Parameter":
        hint = f"{kubectl(place, 'label')} configmap {name} {_TYPE}=Parameter"
        yield problem(f"{what} is not marked as one that Argo takes parameters from.", who, hint)


def _making(reference: Reference, namespace: str) -> str:
    if reference.use == "token":
        return "`kedro argo init --cluster` writes it into argo-rbac.yaml, for an admin to apply."
    name = shlex.quote(reference.name)
    if reference.use == "pull":
        return f"{kubectl(namespace, 'create secret docker-registry')} {name} --docker-server=... makes it."
    kind = "secret generic" if reference.resource == SECRETS else "configmap"
    value = f"--from-literal={shlex.quote(reference.key)}=..." if reference.key else "--from-env-file=..."
    return f"{kubectl(namespace, 'create')} {kind} {name} {value} makes it."


def _of_containers(pod: Pod) -> Iterator[Reference]:
    for container in pod.containers:
        for source in container.get("envFrom") or ():
            yield from _named(pod, source, {"secretRef": SECRETS, "configMapRef": CONFIG_MAPS}, "name")
        for variable in container.get("env") or ():
            source = variable.get("valueFrom") or {}
            yield from _named(pod, source, {"secretKeyRef": SECRETS, "configMapKeyRef": CONFIG_MAPS}, "name")


def _of_volumes(pod: Pod) -> Iterator[Reference]:
    for volume in pod.volumes:
        yield from _named(pod, volume, {"secret": SECRETS}, "secretName")
        yield from _named(pod, volume, {"configMap": CONFIG_MAPS}, "name")
        for source in (volume.get("projected") or {}).get("sources") or ():
            yield from _named(pod, source, {"secret": SECRETS, "configMap": CONFIG_MAPS}, "name")


def _named(pod: Pod, source: Json, kinds: Mapping[str, str], by: str) -> Iterator[Reference]:
    """What a source of variables or files names: with each of the keys that it takes, or none for all of them."""
    for field, resource in kinds.items():
        named = source.get(field) or {}
        if not named or named.get("optional"):
            continue
        keys = [named.get("key") or "", *(text(item, "key") for item in named.get("items") or ())]
        for key in [key for key in keys if key] or [""]:
            yield Reference(resource, text(named, by), key, pod.shown)


def _logins(pod: Pod) -> Iterator[Reference]:
    for each in pod.spec.get("imagePullSecrets") or ():
        yield Reference(SECRETS, text(each, "name"), "", pod.shown, use="pull")


def _of_workflow(document: Json) -> Iterator[Reference]:
    spec = document.get("spec") or {}
    for parameter in (spec.get("arguments") or {}).get("parameters") or ():
        named = (parameter.get("valueFrom") or {}).get("configMapKeyRef") or {}
        if named and not named.get("optional"):
            user = f"parameter {parameter.get('name')}"
            yield Reference(CONFIG_MAPS, text(named, "name"), text(named, "key"), user, use="parameter")
    for owner in (spec, *(spec.get("templates") or ())):
        locks = owner.get("synchronization") or {}
        user = f"semaphore of template {owner['name']}" if owner.get("name") else "semaphore of the workflow"
        for each in [*(locks.get("semaphores") or ()), *([locks["semaphore"]] if locks.get("semaphore") else [])]:
            named = each.get("configMapKeyRef") or {}
            if named:
                yield Reference(CONFIG_MAPS, text(named, "name"), text(named, "key"), user, text(each, "namespace"))
    repository = spec.get("artifactRepositoryRef") or {}
    if repository:
        name = text(repository, "configMap") or "artifact-repositories"
        yield Reference(CONFIG_MAPS, name, text(repository, "key"), "artifacts of the workflow")
