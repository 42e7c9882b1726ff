"""What makes Kubernetes refuse a pod: its containers, their environment, resources and mounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from argo_kedro.manifest.validation.fields import quantity
from argo_kedro.manifest.validation.nested import Nested, nested_problems
from argo_kedro.manifest.validation.parts import Manifest, Part, names, short
from argo_kedro.manifest.validation.pod_fields import BESIDE, CONTAINERS
from argo_kedro.model import Problem

LONGEST = 100_000  # bytes of one value: over 128 KiB Argo moves an argument into a file, and a variable kills the pod
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_RESOURCE = re.compile(  # Kubernetes' own ones, or a device, which has its maker's domain
    r"(cpu|memory|ephemeral-storage|hugepages-[-.A-Za-z0-9]+"
    r"|(?!requests\.)[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)\Z"
)
_ENV_NAME = re.compile(r"[ -<>-~]+\Z")
_IMAGE = re.compile(r"([A-Za-z0-9._:/@+-]+)?\Z")  # what no reference has holds the pod back for ever
_RESERVED = ("wait", "supervisor", "init", "main")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_FIELD_PATH = re.compile(
    r"(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)"
    r"|status\.(hostIPs?|podIPs?))\Z"
)
_FIELD_HINT = (
    "there are metadata.name, metadata.namespace, metadata.uid, metadata.labels['x'], metadata.annotations['x'], "
    "spec.nodeName, spec.serviceAccountName, status.hostIP and status.podIP"
)


def container_problems(manifest: Manifest) -> Iterator[Problem]:
    """Problems of all containers of all templates."""
    defaults = "templateDefaults" in manifest.spec
    shared = names(manifest.spec.items("volumes"))
    shared |= names(manifest.spec.part("templateDefaults").items("volumes"))
    shared |= {claim.part("metadata").text("name") for claim in manifest.spec.parts("volumeClaimTemplates")}
    for template in manifest.templates:
        volumes = shared | names(template.items("volumes"))
        for key, known in CONTAINERS.items():
            if key in template:
                yield from _container(template.part(key), known, volumes, needs_image=not defaults)
                yield from _restart(template.part(key), "")
        for key in ("sidecars", "initContainers"):
            for container in template.parts(key):
                yield from _container(container, BESIDE, volumes, needs_image=True)
                yield from _restart(container, key)
        yield from _beside(template)


def _container(part: Part, known: Nested, volumes: frozenset[str], *, needs_image: bool) -> Iterator[Problem]:
    yield from nested_problems(part, known)
    if needs_image and not part.text("image").strip():
        yield part.problem("no image is named", "name the image to run", at="image")
    elif "{{" not in (image := part.text("image")) and not _IMAGE.match(image):
        yield part.problem(f"{short(image)} is no name of an image", "such as registry/name:tag", at="image")
    for place, argument in enumerate(part.items("args")):
        yield from value_limits(part, f"args[{place}]", argument)
    yield from _environment(part)
    yield from _resources(part.part("resources"))
    yield from _mounts(part, volumes)


def _restart(container: Part, key: str) -> Iterator[Problem]:
    """A native sidecar is an init container with restartPolicy Always, and only such a one may have probes."""
    policy = container.text("restartPolicy")
    if policy and (key != "initContainers" or policy != "Always"):
        hint = "a sidecar that ends with the pod stands under initContainers and has restartPolicy Always"
        message = f"restartPolicy {policy} says nothing here: Kubernetes drops it, and older ones refuse it"
        yield container.problem(message, hint, at="restartPolicy", severity="warning")
    elif key == "initContainers" and not policy:
        for probe in (probe for probe in _PROBES if probe in container):
            hint = "say restartPolicy: Always if it is a sidecar, which goes on; else take the probe out"
            yield container.problem("an init container that is to end has no probes", hint, at=probe)


def _beside(template: Part) -> Iterator[Problem]:
    """Sidecars and init containers: each needs a name of its own."""
    seen = set(_RESERVED)
    for key in ("sidecars", "initContainers"):
        for container in template.parts(key):
            name = container.text("name")
            if not LABEL.match(name):
                yield container.problem(
                    f"{short(name)} is no name for a container", "use a-z, 0-9 and hyphens", at="name"
                )
            elif name in seen:
                yield container.problem(f"the name {name!r} is taken", "give it another name", at="name")
            seen.add(name)


def _environment(container: Part) -> Iterator[Problem]:
    seen: set[str] = set()
    for variable in container.parts("env"):
        name = variable.text("name")
        if not _ENV_NAME.match(name):
            yield variable.problem(f"{short(name)} is no name for a variable", "use letters, digits and underscores")
        elif name in seen:
            yield variable.problem(f"the variable {name!r} is set twice, which the API server refuses", "keep one")
        seen.add(name)
        if "value" in variable and "valueFrom" in variable:
            yield variable.problem(f"the variable {name!r} has both value and valueFrom", "keep one")
        path = variable.part("valueFrom").part("fieldRef").text("fieldPath")
        if path and not _FIELD_PATH.match(path):
            yield variable.problem(f"{path!r} is no field that a variable can be", _FIELD_HINT, at="valueFrom.fieldRef")
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
    amounts: dict[str, dict[str, Decimal]] = {"requests": {}, "limits": {}}
    for side, found in amounts.items():
        for name, value in resources.part(side).value.items():
            if not _RESOURCE.match(str(name)):
                hint = "cpu, memory, ephemeral-storage, or a device by its full name, such as nvidia.com/gpu"
                yield resources.problem(f"{short(name)} is no resource that a pod may ask for", hint, at=side)
            wanted = quantity(value)
            if wanted is None:
                message = f"{short(value)} is not a Kubernetes quantity"
                yield resources.problem(message, _quantity_hint(value), at=f"{side}.{name}")
            else:
                found[name] = wanted
    for name, wanted in amounts["requests"].items():
        if name in amounts["limits"] and wanted > amounts["limits"][name]:
            yield resources.problem(
                f"the request for {name} is over its limit", "raise the limit", at=f"requests.{name}"
            )


def _quantity_hint(value: Any) -> str:
    if isinstance(value, str) and "{{" in value:
        return "Argo's variables are refused here: put them into the template's podSpecPatch"
    return "write it as a text such as '4', '500m' or '16Gi'"


def _mounts(container: Part, volumes: frozenset[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for mount in container.parts("volumeMounts"):
        path, name = mount.text("mountPath"), mount.text("name")
        if path in seen and path:
            yield mount.problem(f"{path!r} is mounted twice, from {seen[path]!r} and {name!r}", "keep one")
        elif ":" in path:
            hint = "mount it elsewhere"  # some container runtimes take it
            message = f"{path!r} has a colon, which Kubernetes does not promise to take"
            yield mount.problem(message, hint, at="mountPath", severity="warning")
        seen[path] = name
        inner = mount.text("subPath")
        if inner.startswith("/") or ".." in inner.split("/"):
            yield mount.problem(f"{inner!r} leads out of the volume", "write a path within it", at="subPath")
        if name and name not in volumes and "{{" not in name:
            # Not an error: the controller's workflowDefaults may bring it.
            hint = f"defined: {', '.join(sorted(volumes)) or 'none'}"
            yield mount.problem(f"volume {name!r} is not defined in this manifest", hint, severity="warning")
