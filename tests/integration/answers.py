"""What a `kedro` command said, read back."""

from __future__ import annotations

import subprocess
from typing import Any

import yaml

Done = subprocess.CompletedProcess[str]


def manifest(done: Done) -> dict[str, Any]:
    """The manifest that it wrote to stdout."""
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = yaml.safe_load(done.stdout)
    return content
