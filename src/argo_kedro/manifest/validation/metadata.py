"""What makes Kubernetes refuse a workflow's metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from argo_kedro.manifest.kinds import KINDS, LONGEST
from argo_kedro.manifest.validation.fields import DOCUMENT, field_problems
from argo_kedro.manifest.validation.parts import REFERENCE, Manifest, Part, short
from argo_kedro.model import Problem

_VERSION = "argoproj.io/v1alpha1"
_LONGEST = 63  # of a workflow's name, since Argo puts it into a label, and of a namespace
_SUFFIX = 5  # characters that Kubernetes adds to generateName
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?\Z")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?\Z")


def metadata_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of everything but the spec."""
    document, metadata = manifest.document, manifest.document.part("metadata")
    yield from field_problems(document, DOCUMENT)
    for key, expected in (("apiVersion", (_VERSION,)), ("kind", tuple(KINDS.values()))):
        if document.value.get(key) not in expected:
            message = f"{short(document.value.get(key))} is not {' or '.join(expected)}"
            yield document.problem(message, f"write {key}: {expected[0]}", at=key)
    yield from _names(metadata, manifest.kind)
    yield from label_problems(metadata)


def is_workflow_name(name: str) -> bool:
    """Whether a workflow may have this name."""
    return len(name) <= _LONGEST and _NAME.match(name) is not None


def label_problems(metadata: Part) -> Iterator[Problem]:
    """Labels and annotations that Kubernetes refuses, of a workflow or of a template's pods."""
    yield from pair_problems(metadata, "labels", are_labels=True)
    yield from pair_problems(metadata, "annotations", are_labels=False)


def pair_problems(part: Part, key: str, *, are_labels: bool) -> Iterator[Problem]:
    """Pairs of names and texts that Kubernetes refuses, such as labels, or annotations, whose values may be long."""
    if key in part and not isinstance(part.value[key], Mapping):
        yield part.problem(f"{short(part.value[key])} is not a mapping", REFERENCE, at=key)
    for name, value in part.part(key).value.items():
        if not _LABEL_KEY.match(str(name)):
            hint = "use letters, digits, -, _ and ., up to 63 of them, with a domain and / in front if you like"
            yield part.problem(f"{short(name)} is no key", hint, at=key)
        if not isinstance(value, str):
            yield part.problem(f"{short(value)} is not a text", "put it into quotes", at=f"{key}.{name}")
        elif are_labels and "{{" not in value and not _LABEL_VALUE.match(value):
            hint = "use up to 63 letters, digits, -, _ and .; an annotation may hold anything"
            yield part.problem(f"{short(value)} cannot be a label's value", hint, at=f"{key}.{name}")


def _names(metadata: Part, kind: str) -> Iterator[Problem]:
    name, prefix, namespace = metadata.text("name"), metadata.text("generateName"), metadata.text("namespace")
    longest, what = LONGEST.get(kind, _LONGEST), kind if kind in (KINDS["template"], KINDS["cron"]) else "workflow"
    if not name and what == kind:
        yield metadata.problem(f"the {kind} has no name", "give it a name: it is found and replaced by it")
    elif not name and not prefix:
        yield metadata.problem("the workflow has no name", "give it a name or a generateName")
    if name and not (len(name) <= longest and _NAME.match(name)):
        yield metadata.problem(
            f"{short(name)} is no name for a {what}", f"use up to {longest} of a-z, 0-9 and -", at="name"
        )
    longest = _LONGEST - _SUFFIX
    if prefix and not _NAME.match(f"{prefix}x"):
        yield metadata.problem(
            f"{short(prefix)} cannot begin a workflow's name", "use a-z, 0-9 and -", at="generateName"
        )
    elif len(prefix) > longest:
        message, hint = f"{short(prefix)} is cut to {longest} characters by Kubernetes", "shorten it"
        yield metadata.problem(message, hint, at="generateName", severity="warning")
    if namespace and (len(namespace) > _LONGEST or not _NAME.match(namespace) or "." in namespace):
        yield metadata.problem(
            f"{short(namespace)} is no namespace", f"use up to {_LONGEST} of a-z, 0-9 and -", at="namespace"
        )
    for key in ("name", "generateName", "namespace"):
        if key in metadata and not isinstance(metadata.value[key], str):
            yield metadata.problem(f"{short(metadata.value[key])} is not a text", "put it into quotes", at=key)
