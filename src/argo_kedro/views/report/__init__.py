"""The report: a run or a plan as one HTML file that needs nothing else."""

from argo_kedro.views.report.page import page

__all__ = ["page"]
