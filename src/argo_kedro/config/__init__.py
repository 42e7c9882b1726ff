"""argo.yml: models and their reading."""

from argo_kedro.config.models import ArgoConfig, MachineType, Rule
from argo_kedro.config.parse import file_of, parse, random_suffix

__all__ = ["ArgoConfig", "MachineType", "Rule", "file_of", "parse", "random_suffix"]
