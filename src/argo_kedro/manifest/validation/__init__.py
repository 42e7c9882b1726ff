"""What the API server, Argo and its controller refuse or choke on, found before anything is submitted."""

from argo_kedro.manifest.validation.reading import read
from argo_kedro.manifest.validation.validating import validate

__all__ = ["read", "validate"]
