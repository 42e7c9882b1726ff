"""The manifest: rendered from a workflow, and its structure validated."""

from argo_kedro.manifest.nesting import Dag, dags
from argo_kedro.manifest.rendering import render
from argo_kedro.manifest.validation import read, validate

__all__ = ["Dag", "dags", "read", "render", "validate"]
