"""The project's image of a workflow that is on a cluster, wherever it keeps its templates."""

from __future__ import annotations

from typing import Any

from argo_kedro.errors import ClusterError, CompileError
from argo_kedro.manifest import images
from argo_kedro.model import Json
from argo_kedro.workflows.code import with_code
from argo_kedro.workflows.nodes import name_of


def with_image(workflow: Json, image: str, now: str) -> dict[str, Any]:
    """Another image for what runs from now on; the workflow keeps which tasks ran with which.

    The controller reads the WorkflowTemplates no more: the copies count that it stored.

    Raises:
        ClusterError: if it cannot be told which image is the project's.
    """
    spec, status = dict(workflow["spec"]), dict(workflow["status"])
    stored = dict(status.get("storedWorkflowTemplateSpec") or {})
    referred = status.get("storedTemplates") or {}
    own, of_stored = spec.get("templates") or (), stored.get("templates") or ()
    holder = stored if stored.get("templateDefaults") else spec
    defaults = {"templateDefaults": holder["templateDefaults"]} if holder.get("templateDefaults") else {}
    all_of_them = {"templates": [*own, *of_stored, *referred.values()], **defaults}
    try:
        before, changed = images.project_image(all_of_them), images.with_image(all_of_them, image)
    except CompileError as error:
        hint = f"change its templates by kubectl edit workflow {name_of(workflow)}, then retry it without --image."
        raise ClusterError(f"{name_of(workflow)}: {error.message}", hint=hint) from error
    templates = iter(changed["templates"])
    for each, held in ((spec, own), (stored, of_stored)):
        if held:
            each["templates"] = [next(templates) for _ in held]
    if defaults:
        holder["templateDefaults"] = changed["templateDefaults"]
    if stored:
        status["storedWorkflowTemplateSpec"] = stored
    if referred:
        status["storedTemplates"] = {key: next(templates) for key in referred}
    return with_code({**workflow, "spec": spec, "status": status}, image, now, before=before)
