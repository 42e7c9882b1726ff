"""The user's own templates, and those of the platform's that they name, in Argo's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo_kedro.config import ArgoConfig, MachineType
from argo_kedro.config.templates import Container, Sidecar, Template
from argo_kedro.model import Json
from argo_kedro.plan.pods.fields import env_from, mount, variable
from argo_kedro.plan.pods.machines import gib
from argo_kedro.plan.pods.shapes import BUILT_IN

NODES = "kedro_nodes"  # the parameter that every task gives
GIVEN = (
    "pipeline",
    "environment",
    "mem",
    "cpu",
    "num_gpu",
    "emph_storage",
)  # those that have a value of the template's


def own_templates(config: ArgoConfig) -> dict[str, Template]:
    """The user's templates by name."""
    return {template.name: template for template in config.template.templates}


def template_names(config: ArgoConfig) -> tuple[str, ...]:
    """All templates that a node can name: ours, and the user's."""
    return (BUILT_IN, *own_templates(config))


def reference(own: Template) -> Json:
    """Argo's templateRef, of a template that is the platform's; else nothing."""
    ref = own.template_ref
    if ref is None:
        return {}
    return {"name": ref.name, "template": ref.template, **({"clusterScope": True} if ref.cluster_scope else {})}


def given(machine: MachineType, *, pipeline: str, env: str) -> dict[str, str]:
    """The parameters that argo-kedro 0.1 gave the user's templates, beside the nodes."""
    scratch = gib(machine.emph_storage or "0")
    values = (pipeline, env, gib(machine.mem), machine.cpu, str(machine.num_gpu), scratch)
    return dict(zip(GIVEN, values, strict=True))


def main_container(container: Container, image: str) -> dict[str, Any]:
    """The main container, without its environment."""
    fields = {"args": list(container.args), "workingDir": container.working_dir}
    return {
        "image": container.image or image,
        "command": list(container.command),
        **{key: value for key, value in fields.items() if value},
    }


def outputs(own: Template) -> Json:
    """What a template gives to the tasks that follow."""
    parameters = [
        {"name": item.name, "valueFrom": {"path": item.path, **_default(item.default)}}
        for item in own.outputs.parameters
    ]
    return {"outputs": {"parameters": parameters}} if parameters else {}


def sidecars(own: Template) -> Json:
    """The containers beside the main one: a native sidecar is an init container that goes on running."""
    fields = {
        "sidecars": [_sidecar(item) for item in own.sidecars if not item.native],
        "initContainers": [_native(item) for item in own.sidecars if item.native],
    }
    return {key: value for key, value in fields.items() if value}


def _default(value: str | None) -> Mapping[str, str]:
    return {} if value is None else {"default": value}


def _native(sidecar: Sidecar) -> Json:
    # It counts as started once this probe succeeds, and only then does Kubernetes start what comes after it.
    probe = {"startupProbe": sidecar.ready} if sidecar.ready else {}
    return {**_sidecar(sidecar), "restartPolicy": "Always", **probe}


def _sidecar(sidecar: Sidecar) -> Json:
    limits = {side: _known(getattr(sidecar.resources, side)) for side in ("requests", "limits")}
    fields = {
        "command": list(sidecar.command),
        "args": list(sidecar.args),
        "env": [variable(item) for item in sidecar.env],
        "envFrom": env_from(sidecar.env_from),
        "resources": {side: values for side, values in limits.items() if values},
        "volumeMounts": [
            mount(item.name, item.mount_path, item.sub_path, read_only=item.read_only) for item in sidecar.volume_mounts
        ],
    }
    return {"name": sidecar.name, "image": sidecar.image, **{key: value for key, value in fields.items() if value}}


def _known(quantities: Mapping[str, str | None]) -> Json:
    return {name: value for name, value in quantities.items() if value is not None}
