"""The project's image in a manifest: which one it is, and another in its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from argo_kedro.errors import CompileError
from argo_kedro.model import Json

_ENTRY = "argo_kedro.task"  # what a pod of ours runs, see plan/pods/maker.py
_DEFAULTS = "templateDefaults"
_MAIN = ("container", "script")  # where a template says what its main container is


def project_image(spec: Json) -> str:
    """The image of the tasks: that of the templates which start `argo_kedro.task`, else the one that all share.

    Raises:
        CompileError: if there is no such image, or more than one.
    """
    users: dict[str, list[str]] = {}
    ours: dict[str, list[str]] = {}
    for name, container in _mains(spec):
        image = container.get("image") or _default_image(spec)
        if image:
            users.setdefault(image, []).append(name)
            if _runs_a_task(container):
                ours.setdefault(image, []).append(name)
    found = ours or users
    if not found:
        hint = "write the image into the manifest's templates yourself."
        raise CompileError("The manifest has no container whose image could be replaced.", hint=hint)
    if len(found) > 1:
        listed = "; ".join(f"{image} (template {', '.join(names)})" for image, names in sorted(found.items()))
        hint = (
            "write the new image into the manifest's templates yourself: only you know which of them are the project's."
        )
        raise CompileError(f"Which image is the project's cannot be told: {listed}.", hint=hint)
    return next(iter(found))


def with_image(spec: Json, image: str) -> dict[str, Any]:
    """The spec with this image in every main container that has the project's.

    Raises:
        CompileError: if it cannot be told which image is the project's.
    """
    old = project_image(spec)
    changed = {**spec, "templates": [_replaced(template, old, image) for template in spec.get("templates") or ()]}
    if spec.get(_DEFAULTS):
        changed[_DEFAULTS] = _replaced(spec[_DEFAULTS], old, image)
    return changed


def _mains(spec: Json) -> Iterator[tuple[str, Json]]:
    """The main container of each template that has one, with the template's name."""
    for template in spec.get("templates") or ():
        for field in _MAIN:
            if template.get(field):
                yield template.get("name") or "", template[field]


def _default_image(spec: Json) -> str:
    return str(((spec.get(_DEFAULTS) or {}).get("container") or {}).get("image") or "")


def _runs_a_task(container: Json) -> bool:
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    return any(_ENTRY in str(word).split() for word in words)


def _replaced(template: Json, old: str, image: str) -> dict[str, Any]:
    mains = {field: template[field] for field in _MAIN if (template.get(field) or {}).get("image") == old}
    return {**template, **{field: {**container, "image": image} for field, container in mains.items()}}
