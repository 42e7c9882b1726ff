"""What argo.yml adds to pods: to all of them, to those of a template of the user's, and by rules to those of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argo_kedro.config import ArgoConfig
from argo_kedro.config.sources import Volume
from argo_kedro.config.templates import Template
from argo_kedro.model import Json
from argo_kedro.patches import patch_text
from argo_kedro.plan.pods.fields import env_from, with_files, with_volumes
from argo_kedro.plan.pods.larger import larger_patch
from argo_kedro.plan.pods.machines import tries
from argo_kedro.plan.pods.security import secured
from argo_kedro.plan.pods.shapes import Shape


def finished(
    body: Mapping[str, Any], config: ArgoConfig, image: str, *, own: Template | None = None, shape: Shape | None = None
) -> dict[str, Any]:
    """A pod with its environment from elsewhere, volumes, files, tries, and what is said of its spec.

    Args:
        body: A template of Argo's, with its main container and the volumes of its machine type.
        config: What is said of all pods.
        image: The project's image.
        own: The template of the user's that it is.
        shape: What rules say of the nodes that it runs.
    """
    section = config.template
    froms, files = [*section.env_from], [*section.files]
    volumes: list[Volume] = [*section.volumes]
    account, patches = "", [section.pod_spec_patch]
    if own is not None:
        froms += own.container.env_from if own.container else ()
        volumes, files = [*volumes, *own.volumes], [*files, *own.files]
        account, patches = own.service_account, [*patches, own.pod_spec_patch]
    if shape is not None:
        froms, files, account = [*froms, *shape.env_from], [*files, *shape.files], shape.service_account or account
    main = _with_policy(body["container"], config, image)
    main |= {"envFrom": found} if (found := env_from(froms)) else {}
    body = with_files(with_volumes({**body, "container": main}, volumes), files)
    tried, larger = (tries(shape, config), larger_patch(shape, config)) if shape is not None else ({}, {})
    ours = secured({**body, **({"serviceAccountName": account} if account else {}), **tried}, config)
    patch = patch_text([larger, *patches])
    return {**ours, **({"podSpecPatch": patch} if patch else {})}


def _with_policy(container: Json, config: ArgoConfig, image: str) -> dict[str, Any]:
    """When the project's image is pulled; any other is the user's to say."""
    policy = config.deployment.pull_policy if container["image"] == image else ""
    return {**container, **({"imagePullPolicy": policy} if policy else {})}
