"""Argo there: its CRDs, its controller and that one's configuration, as far as they may be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import yaml

from argo_kedro.cluster.preflight.case import Case, problem
from argo_kedro.cluster.preflight.questions import Answers, Question
from argo_kedro.model import Json, Problem, text

VERSION = Question("/version")
GROUP, RESOURCES = Question("/apis/argoproj.io"), Question("/apis/argoproj.io/v1alpha1")
CRD = Question("customresourcedefinitions", "workflows.argoproj.io")
_NAME = "workflow-controller"
_HOME = "argo"  # the namespace of a stock installation
# Argo's own manifests name it so, its Helm chart labels it.
_SELECTORS = (("fieldSelector", f"metadata.name={_NAME}"), ("labelSelector", f"app.kubernetes.io/component={_NAME}"))
CONTROLLERS = tuple(Question("deployments", query=(each,)) for each in _SELECTORS)
_NEEDED = ("workflows", "workflowtaskresults")
_INSTANCE = "workflows.argoproj.io/controller-instanceid"  # label
_NUMBERS = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")
_ARGOEXEC = re.compile(r"argoexec:(v?\d+\.\d+[\w.+-]*)")
_LATE = timedelta(minutes=2)
_INSTALL = (
    "https://argo-workflows.readthedocs.io/en/latest/installation/ says how; or this is another cluster: see --context."
)


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Argo's controller, as far as it could be read."""

    version: str = ""
    source: str = ""  # where the version was seen
    deployment: Json = field(default_factory=dict)
    config: Json = field(default_factory=dict)
    is_read: bool = False  # the configuration

    @property
    def numbers(self) -> tuple[int, ...]:
        """Its version to be compared; empty where nobody knows."""
        return numbers(self.version)

    @property
    def namespace(self) -> str:
        """Where it runs."""
        return text(self.deployment, "metadata", "namespace")


def numbers(version: str) -> tuple[int, ...]:
    """A version to be compared; empty where it is none, such as `latest`."""
    found = _NUMBERS.match(version)
    return tuple(int(each or 0) for each in found.groups()) if found else ()


def nearby(namespace: str) -> list[Question]:
    """Where the controller may be, for those who may not look through the whole cluster."""
    places = dict.fromkeys((_HOME, namespace))
    return [Question("deployments", "", place, (each,)) for place in places for each in _SELECTORS]


def pods_of_runs(namespace: str) -> Question:
    """A pod of some run: the image of Argo's own container in it tells the version."""
    return Question("pods", "", namespace, (("labelSelector", "workflows.argoproj.io/workflow"), ("limit", "1")))


def untouched(namespace: str) -> Question:
    """Workflows that no controller has looked at yet."""
    return Question("workflows", "", namespace, (("labelSelector", "!workflows.argoproj.io/phase"), ("limit", "50")))


def deployment(answers: Answers, namespace: str) -> Json:
    """The controller's Deployment; of several the one that watches this namespace, alone or with all others."""
    found = [each for question in (*CONTROLLERS, *nearby(namespace)) for each in answers.items(question)]
    places = [_watched(each) for each in found]
    for wanted in (namespace, ""):
        if wanted in places:
            return found[places.index(wanted)]
    return found[0] if found else {}


def configuration(found: Json) -> Question:
    """The ConfigMap of a controller, or of the stock one where none is known."""
    name = _option(found, "--configmap") or f"{_NAME}-configmap"
    return Question("configmaps", name, text(found, "metadata", "namespace") or _HOME)


def controller(answers: Answers, namespace: str) -> Controller:
    """What the answers tell of the controller."""
    found = deployment(answers, namespace)
    image = next((text(each, "image") for each in _containers(found)), "")
    version, source = image.partition("@")[0].rpartition(":")[2], "the controller's image"
    if not numbers(version):
        version = text(found, "metadata", "labels", "app.kubernetes.io/version")
        source = "a label of the controller"
    if not numbers(version):
        pods = str([pod.get("spec") for pod in answers.items(pods_of_runs(namespace))])
        executor = _ARGOEXEC.search(pods)
        version, source = (executor[1], "a pod of a run") if executor else ("", "")
    there = configuration(found)
    return Controller(
        version=version.removeprefix("v"),
        source=source,
        deployment=found,
        config=_config(answers.document(there)),
        is_read=there in answers.documents,
    )


def crds(answers: Answers) -> str:
    """`full` where the CRDs check each field, `minimal` where they take anything; empty where nobody knows."""
    versions = (answers.document(CRD).get("spec") or {}).get("versions") or ()
    for each in versions:
        spec: Any = each
        for key in ("schema", "openAPIV3Schema", "properties", "spec"):
            spec = (spec.get(key) if isinstance(spec, Mapping) else None) or {}
        return "full" if "templates" in (spec.get("properties") or {}) else "minimal"
    return ""


def installation_problems(case: Case, found: Controller, now: datetime) -> Iterator[Problem]:
    """Argo is not there, not all of it, or nobody answers for it in this namespace."""
    answers = case.answers
    if GROUP in answers.missing or RESOURCES in answers.missing:
        yield problem(
            "Argo Workflows is not installed: the cluster knows no argoproj.io/v1alpha1.", "cluster", _INSTALL
        )
        return
    known = {each.get("name") for each in answers.document(RESOURCES).get("resources") or ()}
    lacking = [name for name in _NEEDED if name not in known]
    if known and lacking:
        yield problem(f"Argo's CRDs are not all there: {', '.join(lacking)}.", "cluster", _INSTALL)
    yield from _controller_problems(case, found)
    yield from _config_problems(case, found)
    old = [each for each in answers.items(untouched(case.namespace)) if _age(each, now) > _LATE]
    if old:
        names = ", ".join(text(each, "metadata", "name") for each in old[:3])
        hint = "ask who runs Argo whether its controller is up, and watches this namespace."
        message = f"{len(old)} of its workflows were not looked at by Argo for over two minutes: {names}."
        yield problem(message, f"namespace {case.namespace}", hint, "warning")


def _controller_problems(case: Case, found: Controller) -> Iterator[Problem]:
    if not found.deployment:
        return
    where = f"deployment {text(found.deployment, 'metadata', 'name')} in namespace {found.namespace}"
    look = f"`kubectl --namespace {found.namespace} describe deployment {text(found.deployment, 'metadata', 'name')}`."
    if not (found.deployment.get("status") or {}).get("readyReplicas"):
        yield problem("Argo's controller does not run: no pod of it is ready.", where, f"ask who runs Argo; {look}")
    watched = _watched(found.deployment)
    if watched and watched != case.namespace:
        message = f"Argo's controller watches namespace {watched} only, and the workflow would be in {case.namespace}."
        yield problem(message, where, f"--namespace {watched}, or ask who runs Argo.")


def _config_problems(case: Case, found: Controller) -> Iterator[Problem]:
    where, config = "configuration of Argo's controller", found.config
    instance = text(config, "instanceID")
    labels = (case.document.get("metadata") or {}).get("labels") or {}
    if instance and labels.get(_INSTANCE) != instance:
        hint = f"write it into argo.yml: `policies: {{labels: {{{_INSTANCE}: {instance}}}}}`."
        yield problem(f"it only runs workflows labelled {_INSTANCE}={instance}.", where, hint)
    restricted = text(config, "workflowRestrictions", "templateReferencing")
    if restricted:
        hint = "`kedro argo compile --kind template`, have that applied, then `kedro argo submit --from NAME`."
        yield problem(f"it only runs workflows of WorkflowTemplates (templateReferencing: {restricted}).", where, hint)


def _watched(found: Json) -> str:
    """The only namespace that a controller watches; empty if it watches all."""
    managed = _option(found, "--managed-namespace")
    alone = {"--namespaced", "--namespaced=true"} & set(_words(found))
    return managed or (text(found, "metadata", "namespace") if alone else "")


def _option(found: Json, name: str) -> str:
    """What follows an option on the controller's command line; empty where it is not there."""
    words = [part for word in _words(found) for part in (word.split("=", 1) if word.startswith(f"{name}=") else [word])]
    return next((after for word, after in pairwise(words) if word == name), "")


def _words(found: Json) -> list[str]:
    containers = _containers(found)
    return [str(word) for each in containers for key in ("command", "args") for word in each.get(key) or ()]


def _containers(found: Json) -> list[Json]:
    template = ((found.get("spec") or {}).get("template") or {}).get("spec") or {}
    return [each for each in template.get("containers") or () if _NAME in str(each)]


def _config(found: Json) -> dict[str, Any]:
    """The controller's settings: each a key of the ConfigMap, or all of them below the key `config`."""
    data = found.get("data") or {}
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    try:
        each = {key: yaml.safe_load(value) for key, value in texts.items()}
    except yaml.YAMLError:
        return {}
    whole = each.get("config")
    return {**each, **(whole if isinstance(whole, dict) else {})}


def _age(workflow: Json, now: datetime) -> timedelta:
    created = text(workflow, "metadata", "creationTimestamp")
    try:
        return now - datetime.fromisoformat(created[:19]).replace(tzinfo=timezone.utc)
    except ValueError:
        return timedelta(0)
