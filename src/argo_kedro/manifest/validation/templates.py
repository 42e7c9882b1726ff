"""What makes Argo refuse a spec or a template, beside its tasks, containers and parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from argo_kedro.manifest.kinds import KINDS
from argo_kedro.manifest.nesting import LIMIT
from argo_kedro.manifest.validation.durations import backoff_duration, duration
from argo_kedro.manifest.validation.fields import BACKOFF, RETRY, SPEC, TEMPLATE, TEMPLATE_TYPES, field_problems
from argo_kedro.manifest.validation.metadata import label_problems
from argo_kedro.manifest.validation.parts import Manifest, Part, short
from argo_kedro.manifest.validation.tasks import NAME, unknown
from argo_kedro.model import Problem

_WITHOUT_POD = ("dag", "steps", "suspend", "http", "plugin")
_POLICIES = ("Always", "OnFailure", "OnError", "OnTransientError")
_WHOLE = re.compile(r"[0-9]+\Z")


def spec_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of the spec's own fields."""
    spec = manifest.spec
    yield from field_problems(spec, SPEC)
    count = len(spec.items("templates"))
    if count > LIMIT:
        yield spec.problem(
            f"{count} templates: Argo 4 refuses more than {LIMIT}", "let tasks share templates", at="templates"
        )
    yield from _retry(spec)
    yield from _counts(spec, "parallelism", "activeDeadlineSeconds")
    if "workflowTemplateRef" in spec:
        if count:
            yield spec.problem("it has templates and a workflowTemplateRef", "keep one of them")
        return
    # A WorkflowTemplate may be no more than templates for others to call.
    for key in ("templates",) if manifest.kind == KINDS["template"] else ("templates", "entrypoint"):
        if not spec.value.get(key):
            yield spec.problem(f"it has no {key}", "add it: Argo has nothing to run", at=key)
    called = {key: spec.text(key) for key in ("entrypoint", "onExit")}
    for at, name in called.items():
        if name and name not in manifest.by_name:
            yield unknown(spec, "template", name, manifest.by_name, at)


def template_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of the templates' own fields."""
    seen: set[str] = set()
    for template in manifest.templates:
        yield from field_problems(template, TEMPLATE)
        name = template.text("name")
        types = [kind for kind in TEMPLATE_TYPES if kind in template]
        if len(types) != 1:
            found = " and ".join(types) or "nothing to run"
            yield template.problem(f"it has {found}", f"give it one of {', '.join(TEMPLATE_TYPES)}")
        yield from _name(template, name, has_pod=not set(types).intersection(_WITHOUT_POD))
        if name and name in seen:
            yield template.problem(f"there are two templates {name!r}", "give each a name of its own")
        seen.add(name)
        yield from label_problems(template.part("metadata"))
        yield from _times(template, is_leaf=not set(types).intersection(("dag", "steps")))
        yield from _retry(template)


def _name(template: Part, name: str, *, has_pod: bool) -> Iterator[Problem]:
    if not NAME.match(name):
        hint = "use up to 128 letters, digits and hyphens"
        yield template.problem(f"{short(template.value.get('name'))} is no name for a template", hint, at="name")
    elif has_pod and name != name.lower():
        hint = f"write {name.lower()!r}: it becomes part of the pod's name"
        yield template.problem(f"the name {name!r} has capitals, and Kubernetes refuses its pods", hint, at="name")


def _times(template: Part, *, is_leaf: bool) -> Iterator[Problem]:
    for key in ("timeout", "activeDeadlineSeconds", "pendingTimeout") if not is_leaf else ():
        if key in template:
            yield template.problem(
                f"{key} does not go with a dag or steps", "put it into the templates they call", at=key
            )
    if is_leaf and "parallelism" in template:
        yield template.problem(
            "parallelism goes with dag and steps only", "put it there, or into the spec", at="parallelism"
        )
    yield from _counts(template, "parallelism")
    for key in ("timeout", "pendingTimeout"):
        yield from _duration(template, key, duration)
    deadline = template.value.get("activeDeadlineSeconds")
    if deadline is not None and "{{" not in str(deadline) and not (_WHOLE.match(str(deadline)) and int(deadline)):
        hint = "write a whole number of seconds, above 0"
        yield template.problem(f"{short(deadline)} is no number of seconds", hint, at="activeDeadlineSeconds")


def _counts(part: Part, *keys: str) -> Iterator[Problem]:
    for key in keys:
        value = part.value.get(key)
        if isinstance(value, int) and value < 0:
            yield part.problem(f"{value} is below 0: nothing would ever begin", "write a number above 0", at=key)


def _duration(part: Part, key: str, read: Callable[[str], float]) -> Iterator[Problem]:
    text = part.text(key)
    try:
        if text and "{{" not in text:
            read(text)
    except ValueError:
        yield part.problem(f"{text!r} is no duration", "give a unit: 90s, 10m or 2h", at=key)


def _retry(part: Part) -> Iterator[Problem]:
    retry = part.part("retryStrategy")
    yield from field_problems(retry, RETRY)
    yield from field_problems(retry.part("backoff"), BACKOFF)
    if retry.text("retryPolicy") not in ("", *_POLICIES):
        message = f"{retry.text('retryPolicy')!r} is none of {', '.join(_POLICIES)}"
        yield retry.problem(message, "correct it", at="retryPolicy")
    for inner, key in ((retry, "limit"), (retry.part("backoff"), "factor")):
        value = inner.value.get(key)
        if isinstance(value, str) and "{{" not in value and not _WHOLE.match(value):
            yield inner.problem(f"{value!r} is no whole number", "write digits", at=key)
    for key in ("duration", "maxDuration", "cap"):
        yield from _duration(retry.part("backoff"), key, backoff_duration)
