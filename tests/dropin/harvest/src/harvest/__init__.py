"""Harvests: a project written for argo-kedro 0.1.41."""
