"""The files that travel with the package: `templates/` and `Dockerfile.template`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# How the templates are written, for `jinja2.Environment`: {{ }} is Argo's own.
SYNTAX: Mapping[str, Any] = {
    "variable_start_string": "[[",
    "variable_end_string": "]]",
    "block_start_string": "[%",
    "block_end_string": "%]",
    "comment_start_string": "[#",
    "comment_end_string": "#]",
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
}


def resource(*parts: str) -> Traversable:
    """A bundled file or folder: of the wheel, or of the repository in an editable install."""
    bundled = files("argo_kedro") / "_bundled"
    root: Traversable = bundled if bundled.is_dir() else Path(__file__).parents[2]
    for part in parts:
        root = root / part
    return root
