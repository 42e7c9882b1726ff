"""argo.yml: models and their reading."""

from argo_kedro.config.models import ArgoConfig, MachineType, Rule
from argo_kedro.config.parse import parse, random_suffix

__all__ = ["ArgoConfig", "MachineType", "Rule", "parse", "random_suffix"]
