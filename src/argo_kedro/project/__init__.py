"""An opened Kedro project: its pipelines, catalog and argo.yml, read without a session, hooks or credentials."""

from argo_kedro.project.catalog import Catalog
from argo_kedro.project.opening import Project, open_project
from argo_kedro.project.selection import Selection, select

__all__ = ["Catalog", "Project", "Selection", "open_project", "select"]
