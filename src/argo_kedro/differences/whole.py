"""What a manifest says of the whole workflow: its schedule, its parameters, its policies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.differences.values import Fields, Value, fields, given, value
from argo_kedro.manifest.validation.parts import Manifest, Part
from argo_kedro.model import COMMIT, PARAMS, USER, Json

_READ_ELSEWHERE = ("templates", "templateDefaults", "entrypoint", "onExit", "arguments", "workflowMetadata")
_OF_A_RUN = ("shutdown", "workflowTemplateRef")  # whether it was stopped, and where its spec is from
# Who made it and when, and what Argo, kubectl and argo-kedro keep with it.
_NOISE = ("workflows.argoproj.io/", "cronworkflows.argoproj.io/", "kubectl.kubernetes.io/")
_KEPT_NOTES = ("workflows.argoproj.io/title", "workflows.argoproj.io/description")


def whole_fields(manifest: Manifest) -> Fields:
    """What is said of all tasks, or of none of them."""
    metadata = manifest.document.part("metadata")
    found = {"kind": given(manifest.kind), **_name(manifest.kind, metadata)}
    if metadata.text("namespace"):
        found["namespace"] = given(metadata.text("namespace"))
    passed_on = [part.part("workflowMetadata") for part in (manifest.document.part("spec"), manifest.spec)]
    for what, ours in (("labels", _is_label), ("annotations", _is_annotation)):
        noted: dict[str, Any] = {}
        for part in (*passed_on, metadata):
            noted |= part.part(what).value
        found |= {
            f"{what[:-1]} {name}": value(text, called=str(name)) for name, text in noted.items() if ours(str(name))
        }
    found |= _schedule(manifest)
    found |= dict(_parameters(manifest.spec.part("arguments")))
    rest = {key: item for key, item in manifest.spec.value.items() if key not in (*_READ_ELSEWHERE, *_OF_A_RUN)}
    return found | dict(fields(rest))


def _name(kind: str, metadata: Part) -> Fields:
    """The name of what waits in a cluster; of a Workflow what its name begins with, since each run has another."""
    if kind != "Workflow":
        return {"name": given(metadata.text("name"))}
    begins = metadata.text("generateName")
    return {"name": given(begins.removesuffix("-"))} if begins else {}


def _is_label(name: str) -> bool:
    return name not in (USER, COMMIT) and not name.startswith(_NOISE)


def _is_annotation(name: str) -> bool:
    return name in _KEPT_NOTES or not name.startswith(("argo-kedro/", *_NOISE))


def _schedule(manifest: Manifest) -> Fields:
    """When a CronWorkflow runs: what stands beside the workflow in it."""
    if manifest.kind != "CronWorkflow":
        return {}
    spec = dict(manifest.document.part("spec").value)
    times = spec.pop("schedules", None) or [spec.pop("schedule", "")]
    spec = {key: item for key, item in spec.items() if key not in ("workflowSpec", "workflowMetadata", "schedule")}
    return dict(fields({"schedules": times, **spec}))


def _parameters(arguments: Part) -> Iterator[tuple[str, Value]]:
    """Each of Kedro's parameters by its name, and each other argument of the workflow."""
    for each in arguments.parts("parameters"):
        name, text = each.text("name"), each.value.get("value")
        kedros = _decoded(text) if name == PARAMS else None
        if kedros is None:
            yield f"argument {name}", value(text, called=name)
        else:
            yield from _flat(kedros)
    yield from fields(arguments.value.get("artifacts"), "artifacts")


def _decoded(text: Any) -> Json | None:
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _flat(parameters: Json) -> Iterator[tuple[str, Value]]:
    todo: list[tuple[str, Any]] = list(parameters.items())
    while todo:
        name, item = todo.pop(0)
        if isinstance(item, Mapping) and item:
            todo = [*((f"{name}.{key}", inner) for key, inner in item.items()), *todo]
        else:
            yield f"parameter {name}", value(item, called=name)
