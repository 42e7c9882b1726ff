"""What makes Kubernetes refuse a pod, beside its containers: volumes, placement, tokens, and patches of all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from argo_kedro.manifest.validation.containers import LABEL
from argo_kedro.manifest.validation.fields import TEMPLATE, field_problems
from argo_kedro.manifest.validation.metadata import pair_problems
from argo_kedro.manifest.validation.nested import patch_problems, within_problems
from argo_kedro.manifest.validation.parts import Manifest, Part, short
from argo_kedro.manifest.validation.pod_fields import OF_POD, POD_SPEC
from argo_kedro.manifest.validation.reading import parsed, unreadable
from argo_kedro.manifest.validation.tags import TAG
from argo_kedro.model import Problem
from argo_kedro.names import is_object_name

_POD_TYPES = ("container", "script", "containerSet", "resource", "data")
_TAG = re.compile("argo-kedro-tag-[0-9]+")  # stands for a tag while a patch is read
_MEDIUM = re.compile(r"(Memory|HugePages(-.+)?)?\Z")
_ARGOS = ("var-run-argo", "tmp-dir-argo")
_WITH_VALUES = ("In", "NotIn", "Gt", "Lt")
_CLASSES = ("serviceAccountName", "priorityClassName", "podPriorityClassName")


def pod_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of what pods are made of, at the spec and at each template."""
    defaults = manifest.spec.part("templateDefaults")
    yield from field_problems(defaults, TEMPLATE)
    for part in (manifest.spec, defaults, *manifest.templates):
        yield from within_problems(part, OF_POD)
        yield from pair_problems(part, "nodeSelector", are_labels=True)
        for toleration in part.parts("tolerations"):
            yield from _toleration(toleration)
        yield from selector_problems(part.part("affinity"))
        yield from _volumes(part)
        yield from _names(part)
        yield from _patch(part)
    yield from _tokens(manifest)


def _toleration(toleration: Part) -> Iterator[Problem]:
    key, operator = toleration.text("key"), toleration.text("operator") or "Equal"
    if not key and operator != "Exists":
        yield toleration.problem("it has no key", "name the taint's key, or write operator: Exists for all taints")
    if toleration.text("value") and operator == "Exists":
        yield toleration.problem("operator Exists asks for no value", "take the value out, or write operator: Equal")
    if "tolerationSeconds" in toleration and toleration.text("effect") != "NoExecute":
        yield toleration.problem("tolerationSeconds goes with effect NoExecute only", "take it out, or say that effect")


def selector_problems(part: Part) -> Iterator[Problem]:
    """Conditions on labels, anywhere in a part, whose operator asks for values that are not there, or for none."""
    for key in part.value:
        for inner in (part.part(key), *part.parts(key)):
            if inner.text("operator") and "key" in inner:
                yield from _condition(inner, inner.text("operator"))
            yield from selector_problems(inner)


def _condition(condition: Part, operator: str) -> Iterator[Problem]:
    values = condition.items("values")
    if operator in _WITH_VALUES and not values:
        yield condition.problem(f"operator {operator} asks for values", "add values: [...]")
    elif operator not in _WITH_VALUES and values:
        yield condition.problem(f"operator {operator} asks for no values", "take them out, or write In")


def _volumes(part: Part) -> Iterator[Problem]:
    seen: set[str] = set()
    for volume in part.parts("volumes"):
        name = volume.text("name")
        if name and "{{" not in name and not LABEL.match(name):
            yield volume.problem(f"{short(name)} is no name for a volume", "use up to 63 of a-z, 0-9 and -", at="name")
        elif name in _ARGOS:
            yield volume.problem(f"{name!r} is one of Argo's own volumes", "give it another name", at="name")
        elif name and name in seen:
            yield volume.problem(f"there are two volumes {name!r}", "give each a name of its own", at="name")
        seen.add(name)
        medium = volume.part("emptyDir").text("medium")
        if "{{" not in medium and not _MEDIUM.match(medium):
            yield volume.problem(f"{medium!r} is no medium", "write Memory, or take it out", at="emptyDir.medium")
        for key in ("secret.items", "configMap.items", "downwardAPI.items"):
            source, _, items = key.partition(".")
            for item in volume.part(source).parts(items):
                yield from _path(item)


def _path(item: Part) -> Iterator[Problem]:
    path = item.text("path")
    if path.startswith("/") or ".." in path.split("/"):
        yield item.problem(f"{path!r} leads out of the volume", "write a path within it", at="path")


def _names(part: Part) -> Iterator[Problem]:
    named = [(key, part.text(key)) for key in _CLASSES]
    for at, name in (*named, ("executor.serviceAccountName", part.part("executor").text("serviceAccountName"))):
        if name and "{{" not in name and not is_object_name(name):
            yield part.problem(f"{short(name)} is no name of an object", "use a-z, 0-9, - and .", at=at)


def _patch(part: Part) -> Iterator[Problem]:
    """A patch that Argo cannot merge: a task then ends with an error before it has begun."""
    text, numbers = part.text("podSpecPatch"), count()
    bare = TAG.sub(lambda _: f"argo-kedro-tag-{next(numbers)}", text).strip()
    if not bare or _TAG.fullmatch(bare):  # what a tag stands for is not known here
        return
    place = part.problem("", "", at="podSpecPatch").where
    read = parsed(bare, place)
    if isinstance(read, Problem):
        hint = "write a mapping in the words of a pod's spec, such as containers: [{name: main, ...}]"
        yield Problem(message=f"{short(text)}: {read.message}", where=place, hint=hint)
        return
    try:
        known = _known(read)
    except RecursionError as error:  # an anchor within itself
        yield unreadable(place, error)
    else:
        yield from patch_problems(Part(place, known), POD_SPEC)


def _known(value: Any) -> Any:
    """A patch, with null for each value that has a tag: it may become anything."""
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return None if isinstance(value, str) and _TAG.search(value) else value


def _tokens(manifest: Manifest) -> Iterator[Problem]:
    """Without a token in the pod, Argo's own containers need one of an account that is named."""
    spec, key = manifest.spec, "automountServiceAccountToken"
    defaults, seen = spec.part("templateDefaults"), set()
    for template in manifest.templates:
        if not any(kind in template for kind in _POD_TYPES):
            continue
        sides = (template, defaults, spec)
        side = next((side for side in sides if key in side), spec)
        if side.value.get(key) is not False or side.where in seen:
            continue
        if not any(side.part("executor").text("serviceAccountName") for side in sides):
            seen.add(side.where)
            hint = "name an account with a Secret <account>.service-account-token, or take it out: no pod would start"
            yield side.problem("executor.serviceAccountName is missing beside it", hint, at=key)
