"""What pods may do: those that a namespace with Pod Security `restricted` admits, and the disks that they write to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from argo_kedro.config import ArgoConfig
from argo_kedro.model import Json, Problem
from argo_kedro.plan.rules import FILE

USER = 10001  # that Dockerfile.template makes
TMP = "argo-kedro-tmp"  # volume
_RESTRICTED = "restricted"
_VOLUMES = {"fsGroup": USER, "fsGroupChangePolicy": "OnRootMismatch"}
_POD = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    **_VOLUMES,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_CONTAINER = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
_TMP_PATH = "/tmp"  # of the pod


def spec_security(config: ArgoConfig) -> Json:
    """Fields of the Workflow's spec, for all its pods and for Argo's own containers in them."""
    if config.security != _RESTRICTED:
        return {}
    # Argo 3.7 and 4.0 give these two no context of their own, and take it from nowhere else in a manifest.
    argo = {
        "initContainers": [{"name": "init", "securityContext": _CONTAINER}],
        "containers": [{"name": "wait", "securityContext": _CONTAINER}],
    }
    account = config.service_account
    # Argo refuses pods without a token where nothing says whose token its own container takes.
    token = {"automountServiceAccountToken": False, "executor": {"serviceAccountName": account}} if account else {}
    return {"securityContext": _POD, **token, "podSpecPatch": json.dumps(argo)}


def secured(body: Mapping[str, Any], config: ArgoConfig) -> dict[str, Any]:
    """The body of a template with the security contexts of its containers, and with what they need in their place."""
    if config.security != _RESTRICTED:
        return _with_its_scratch(body, config)
    if "container" not in body:  # a DAG, or one of the platform's
        return dict(body)
    beside = [kind for kind in ("sidecars", "initContainers") if kind in body]
    return {
        **body,
        "container": _confined(body["container"], "main"),
        **{kind: [_confined(each, each["name"]) for each in body[kind]] for kind in beside},
        "volumes": [*body.get("volumes", []), {"name": TMP, "emptyDir": {}}],
    }


def security_problems(config: ArgoConfig) -> Iterator[Problem]:
    """A restricted pod whose results nobody may report."""
    if config.security == _RESTRICTED and not config.service_account:
        yield Problem(
            message="restricted pods get no token, so that Argo must be told whose token reports how they ended.",
            where=f"{FILE} security",
            hint="name one, such as `service_account: pipelines`; `kedro argo init --cluster` then writes it to "
            "argo-rbac.yaml, with its token.",
            severity="cluster",
        )


def _confined(container: Json, name: str) -> dict[str, Any]:
    """A container with a read-only root, and a /tmp of its own."""
    mounts, env = container.get("volumeMounts", []), container.get("env", [])
    if all(mount["mountPath"].rstrip("/") != _TMP_PATH for mount in mounts):
        mounts = [*mounts, {"name": TMP, "mountPath": _TMP_PATH, "subPath": name}]
    if all(variable["name"] != "HOME" for variable in env):  # where many a library keeps files
        env = [*env, {"name": "HOME", "value": _TMP_PATH}]
    context = {**_CONTAINER, **container.get("securityContext", {})}
    return {**container, "env": env, "volumeMounts": mounts, "securityContext": context}


def _with_its_scratch(body: Mapping[str, Any], config: ArgoConfig) -> dict[str, Any]:
    """A new disk belongs to root, and the image of `init` runs as somebody else."""
    if not any("ephemeral" in volume for volume in body.get("volumes", [])):
        return dict(body)
    given = config.workflow.get("securityContext")  # a template's context stands in place of that of the spec
    return {**body, "securityContext": {**_VOLUMES, **(given if isinstance(given, Mapping) else {})}}
