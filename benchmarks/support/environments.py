"""Virtual environments with other packages than this one's, made once in the user's cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from support.measure import say

REPOSITORY = Path(__file__).parents[2]
KEDRO = f"kedro=={version('kedro')}"
OLD = "0.1.41"

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "argo-kedro-benchmarks"


def without_plugin() -> Path:
    """The Python of an environment with Kedro alone."""
    return _environment("kedro", KEDRO)


def with_dependencies() -> Path:
    """The Python of an environment with Kedro and the one package that this plugin adds to what Kedro needs."""
    return _environment("kedro-and-pydantic", KEDRO, "pydantic")


def with_old_plugin() -> Path:
    """The Python of an environment with argo-kedro 0.1.41 from PyPI."""
    return _environment(f"argo-kedro-{OLD}", KEDRO, f"argo-kedro=={OLD}")


def with_this_plugin() -> Path:
    """The Python of an environment with the package of this repository, built and installed anew each time."""
    python = _environment("argo-kedro-here", KEDRO, str(REPOSITORY))
    _pip(python, "install", "--force-reinstall", "--no-deps", str(REPOSITORY))
    return python


def _environment(name: str, *requirements: str) -> Path:
    folder = _CACHE / f"{name}-{KEDRO.rpartition('=')[2]}-py{sys.version_info[0]}.{sys.version_info[1]}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        say(f"Making {folder}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        _pip(python, "install", *requirements)
        done.touch()
    return python


def _pip(python: Path, *args: str) -> None:
    subprocess.run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", *args], check=True)
