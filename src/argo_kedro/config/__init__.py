"""argo.yml: models and their reading."""

from argo_kedro.config.machines import MachineType
from argo_kedro.config.models import ArgoConfig
from argo_kedro.config.parse import file_of, parse, random_suffix
from argo_kedro.config.rules import Rule

__all__ = ["ArgoConfig", "MachineType", "Rule", "file_of", "parse", "random_suffix"]
