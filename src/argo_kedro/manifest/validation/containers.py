"""What makes Kubernetes refuse a pod: its containers, their environment, resources and mounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from argo_kedro.manifest.validation.fields import (
    CONTAINER,
    ENV,
    ENV_SOURCE,
    MOUNT,
    RESOURCES,
    SCRIPT,
    SIDECAR,
    field_problems,
)
from argo_kedro.manifest.validation.parts import Manifest, Part, names, short
from argo_kedro.model import Problem
from argo_kedro.quantities import amount

LONGEST = 100_000  # bytes of one value: over 128 KiB Argo moves an argument into a file, and a variable kills the pod
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_ENV_NAME = re.compile(r"[ -<>-~]+\Z")
_RESERVED = ("wait", "supervisor", "init", "main")
_PULL = ("Always", "IfNotPresent", "Never")


def container_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of all containers of all templates."""
    defaults = "templateDefaults" in manifest.spec
    shared = names(manifest.spec.items("volumes"))
    shared |= names(manifest.spec.part("templateDefaults").items("volumes"))
    shared |= {claim.part("metadata").text("name") for claim in manifest.spec.parts("volumeClaimTemplates")}
    for template in manifest.templates:
        volumes = shared | names(template.items("volumes"))
        for key, fields in (("container", CONTAINER), ("script", SCRIPT)):
            if key in template:
                yield from _container(template.part(key), fields, volumes, needs_image=not defaults)
        for key, fields in (("sidecars", SIDECAR), ("initContainers", SIDECAR)):
            for container in template.parts(key):
                yield from _container(container, fields, volumes, needs_image=True)
        yield from _beside(template)


def _container(
    part: Part, fields: Mapping[str, str], volumes: frozenset[str], *, needs_image: bool
) -> Iterator[Problem]:
    yield from field_problems(part, fields)
    if needs_image and not part.text("image").strip():
        yield part.problem("no image is named", "name the image to run", at="image")
    if part.text("imagePullPolicy") not in ("", *_PULL):
        yield part.problem(
            f"{part.text('imagePullPolicy')!r} is none of {', '.join(_PULL)}", "correct it", at="imagePullPolicy"
        )
    for place, argument in enumerate(part.items("args")):
        yield from value_limits(part, f"args[{place}]", argument)
    yield from _environment(part)
    yield from _resources(part.part("resources"))
    yield from _mounts(part, volumes)


def _beside(template: Part) -> Iterator[Problem]:
    """Sidecars and init containers: each needs a name of its own."""
    seen = set(_RESERVED)
    for key in ("sidecars", "initContainers"):
        for container in template.parts(key):
            name = container.text("name")
            if not _LABEL.match(name):
                yield container.problem(
                    f"{short(name)} is no name for a container", "use a-z, 0-9 and hyphens", at="name"
                )
            elif name in seen:
                yield container.problem(f"the name {name!r} is taken", "give it another name", at="name")
            seen.add(name)


def _environment(container: Part) -> Iterator[Problem]:
    seen: set[str] = set()
    for variable in container.parts("env"):
        yield from field_problems(variable, ENV)
        yield from field_problems(variable.part("valueFrom"), ENV_SOURCE)
        name = variable.text("name")
        if not _ENV_NAME.match(name):
            yield variable.problem(f"{short(name)} is no name for a variable", "use letters, digits and underscores")
        elif name in seen:
            yield variable.problem(f"the variable {name!r} is set twice, which the API server refuses", "keep one")
        seen.add(name)
        if "value" in variable and "valueFrom" in variable:
            yield variable.problem(f"the variable {name!r} has both value and valueFrom", "keep one")
        yield from value_limits(variable, "value", variable.value.get("value"))


def value_limits(part: Part, at: str, value: Any) -> Iterator[Problem]:
    """A problem for a value that does not reach the process whole."""
    if not isinstance(value, str):
        return
    size = len(value.encode("utf-8", "surrogatepass")) if len(value) > LONGEST // 4 else 0
    if size > LONGEST:
        yield part.problem(
            f"its value has {size:,} bytes; from 128 kB on it does not reach the process",
            "pass it through a dataset or a file in the image",
            at=at,
        )
    if "\0" in value:
        yield part.problem("it has a NUL, which no process can be given", "take it out, or encode the value", at=at)


def _resources(resources: Part) -> Iterator[Problem]:
    yield from field_problems(resources, RESOURCES)
    amounts: dict[str, dict[str, Decimal]] = {"requests": {}, "limits": {}}
    for side, found in amounts.items():
        for name, value in resources.part(side).value.items():
            quantity = _quantity(value)
            if quantity is None:
                message = f"{short(value)} is not a Kubernetes quantity"
                yield resources.problem(message, _quantity_hint(value), at=f"{side}.{name}")
            else:
                found[name] = quantity
    for name, wanted in amounts["requests"].items():
        if name in amounts["limits"] and wanted > amounts["limits"][name]:
            yield resources.problem(
                f"the request for {name} is over its limit", "raise the limit", at=f"requests.{name}"
            )


def _quantity(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    try:
        return amount(str(value))
    except ValueError:
        return None


def _quantity_hint(value: Any) -> str:
    if isinstance(value, str) and "{{" in value:
        return "Argo's variables are refused here: put them into the template's podSpecPatch"
    return "write it as a text such as '4', '500m' or '16Gi'"


def _mounts(container: Part, volumes: frozenset[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for mount in container.parts("volumeMounts"):
        yield from field_problems(mount, MOUNT)
        path, name = mount.text("mountPath"), mount.text("name")
        if not path:
            yield mount.problem("it has no mountPath", "say where the container sees the volume")
        elif path in seen:
            yield mount.problem(f"{path!r} is mounted twice", "keep one")
        seen.add(path)
        if name not in volumes and "{{" not in name:
            # Not an error: podSpecPatch or the controller's workflowDefaults may bring it.
            hint = f"defined: {', '.join(sorted(volumes)) or 'none'}"
            yield mount.problem(f"volume {name!r} is not defined in this manifest", hint, severity="warning")
