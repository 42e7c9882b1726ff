"""Run Kedro pipelines on Argo Workflows."""

__version__ = "0.2.0"
