"""The manifest: rendered from a workflow, and its structure validated."""

from argo_kedro.manifest.kinds import KINDS, kind_problems, object_name
from argo_kedro.manifest.nesting import Dag, dags
from argo_kedro.manifest.rendering import render
from argo_kedro.manifest.validation import read, validate

__all__ = ["KINDS", "Dag", "dags", "kind_problems", "object_name", "read", "render", "validate"]
