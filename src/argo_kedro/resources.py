"""The files that travel with the package: `templates/` and `Dockerfile.template`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A bundled file or folder: of the wheel, or of the repository in an editable install."""
    bundled = files("argo_kedro") / "_bundled"
    root: Traversable = bundled if bundled.is_dir() else Path(__file__).parents[2]
    for part in parts:
        root = root / part
    return root
