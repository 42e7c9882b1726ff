"""From a project and a selection of its nodes to one `Workflow`: groups, edges, names, resources."""

from argo_kedro.plan.planning import plan

__all__ = ["plan"]
