"""The pods of a manifest as Argo makes them: one spec for each template, in Kubernetes' words, with its patches."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from argo_kedro.model import Json, text
from argo_kedro.patches import patched
from argo_kedro.workflows.dags import Dag, Template, Templates

MAIN = "main"
ARGOS_OWN = ("init", "wait")  # containers that Argo puts into each pod
_MAIN_FIELDS = ("container", "script")
# What `plan.pods.larger` writes: one value for each machine type that a task goes through.
_IN_TURN = re.compile(r"\{\{=\[(?P<values>'[^\]]*')\]\[min\(")
_CHOICE = re.compile(r"\{\{=\[(?P<values>'[^\]]*')\]\[min\(.*?\)\]\}\}")
_FIELDS = {  # of a pod: the spec's word, where the template does not say it
    "serviceAccountName": "serviceAccountName",
    "automountServiceAccountToken": "automountServiceAccountToken",
    "nodeSelector": "nodeSelector",
    "tolerations": "tolerations",
    "affinity": "affinity",
    "priorityClassName": "podPriorityClassName",
    "securityContext": "securityContext",
}
_WHOLE = ("imagePullSecrets", "hostNetwork")  # only the spec says them


@dataclass(frozen=True, kw_only=True)
class Pod:
    """The pod of a template."""

    template: str
    shown: str  # what people know it by
    spec: Json  # Kubernetes' own
    executor: str = ""  # the service account by whose token Argo reports; empty for the pod's own

    @property
    def account(self) -> str:
        """The service account that it runs as."""
        return text(self.spec, "serviceAccountName") or "default"

    @property
    def containers(self) -> list[Json]:
        """All of them but Argo's own, which are there only if the manifest says something of them."""
        return [each for each in [*self.beside, *self.before] if each.get("name") not in ARGOS_OWN]

    @property
    def beside(self) -> list[Json]:
        """Those that run side by side."""
        return list(self.spec.get("containers") or ())

    @property
    def before(self) -> list[Json]:
        """Those that run before, or from before on."""
        return list(self.spec.get("initContainers") or ())

    @property
    def volumes(self) -> list[Json]:
        """What is mounted, or could be."""
        return list(self.spec.get("volumes") or ())


def pods(document: Json, shown: Mapping[str, str]) -> list[Pod]:
    """The pods that this manifest's own templates make; several of a template that goes on on larger machines."""
    spec = document.get("spec") or {}
    templates = [_with_defaults(spec, each) for each in spec.get("templates") or ()]
    return [
        pod
        for template in templates
        if any(template.get(field) for field in _MAIN_FIELDS)
        for pod in _in_turn(spec, template, shown.get(template["name"]) or f"template {template['name']}")
    ]


def moments(document: Json) -> list[Counter[str]]:
    """How many pods of each template may run at once: a count for each level of the DAG, were all equally long."""
    templates = Templates(document)
    levels: defaultdict[int, Counter[str]] = defaultdict(Counter)
    first = templates.of(templates.entrypoint, "")
    if first is not None:
        _place(templates, first, levels, start=0, times=1, above=())
    return [levels[level] for level in sorted(levels)]


def _place(
    templates: Templates,
    template: Template,
    levels: defaultdict[int, Counter[str]],
    *,
    start: int,
    times: int,
    above: tuple[int, ...],
) -> int:
    """Count the pods of a template from this level on; the level after it."""
    if id(template.body) in above:  # it calls itself until a `when` says so
        return start
    tasks = Dag(template.body).tasks
    if not tasks:
        levels[start][str(template.body.get("name"))] += times
        return start + 1
    needs = Dag(template.body).needs
    end: dict[str, int] = {}
    above = (*above, id(template.body))
    for name, task in tasks.items():
        begin = max((end[need] for need in needs[name] if need in end), default=start)
        inner = templates.of(task, template.scope)
        each = len(task["withItems"]) if isinstance(task.get("withItems"), list) else 1
        end[name] = begin + 1
        if inner is not None:
            end[name] = _place(templates, inner, levels, start=begin, times=times * each, above=above)
    return max(end.values())


def _with_defaults(spec: Json, template: Json) -> dict[str, Any]:
    """The template with what `templateDefaults` says of each; of its containers only the kind that it has."""
    defaults = spec.get("templateDefaults") or {}
    kept = {key: value for key, value in defaults.items() if key in template or key not in _MAIN_FIELDS}
    return patched(kept, template)


def _in_turn(spec: Json, template: Json, shown: str) -> Iterator[Pod]:
    patches = [text for text in (spec.get("podSpecPatch"), template.get("podSpecPatch")) if isinstance(text, str)]
    executor = text(template, "executor", "serviceAccountName") or text(spec, "executor", "serviceAccountName")
    for turn in range(max(map(_turns, patches), default=1)):
        pod = _pod(spec, template)
        for patch in patches:
            pod = patched(pod, _read(patch, turn))
        after = ", once memory ran out" if turn else ""
        yield Pod(template=template["name"], shown=f"{shown}{after}", spec=pod, executor=executor)


def _pod(spec: Json, template: Json) -> dict[str, Any]:
    main = template.get("container") or template.get("script") or {}
    found: dict[str, Any] = {
        "containers": [{**main, "name": MAIN}, *(template.get("sidecars") or ())],
        "initContainers": list(template.get("initContainers") or ()),
        "volumes": [*(spec.get("volumes") or ()), *(template.get("volumes") or ())],
    }
    claims = [text(each, "metadata", "name") for each in spec.get("volumeClaimTemplates") or ()]
    found["volumes"] += [{"name": name, "ephemeral": {}} for name in claims]
    for field, in_spec in _FIELDS.items():
        value = template[field] if template.get(field) is not None else spec.get(in_spec)
        if value is not None:
            found[field] = value
    return found | {field: spec[field] for field in _WHOLE if spec.get(field)}


def _turns(patch: str) -> int:
    """On how many machine types a task may come to run."""
    return max((len(_values(found["values"])) for found in _IN_TURN.finditer(patch)), default=1)


def _read(patch: str, turn: int) -> dict[str, Any]:
    """A podSpecPatch as data, with what stands for this turn; without what only Argo could work out."""

    def chosen(found: re.Match[str]) -> str:
        values = _values(found["values"])
        return values[min(turn, len(values) - 1)]

    whole = _CHOICE.sub(chosen, patch)
    try:
        found = json.loads(whole) if whole.lstrip().startswith("{") else yaml.safe_load(whole)
    except (ValueError, yaml.YAMLError):  # `check` says that Argo could not read it either
        return {}
    return _known(found) if isinstance(found, dict) else {}


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items() if not (isinstance(item, str) and "{{" in item)}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _values(listed: str) -> list[str]:
    return re.findall(r"'([^']*)'", listed)
