"""Everything that is wrong with a workflow, as a list, before anything runs."""

from argo_kedro.check.rules import check

__all__ = ["check"]
