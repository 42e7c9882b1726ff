"""Real Kedro projects, made by hand in a temporary folder: run as real processes, or opened in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import kedro
import pytest

PYPROJECT = f"""\
[tool.kedro]
package_name = "pkg"
project_name = "pkg"
kedro_init_version = "{kedro.__version__}"
source_dir = "src"
"""
_DATASETS = """\
from pathlib import Path

from kedro.io import AbstractDataset


class TextDataset(AbstractDataset):
    def __init__(self, filepath, metadata=None):
        self._path = Path(filepath)

    def load(self):
        return self._path.read_text()

    def save(self, data):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(str(data))

    def _exists(self):
        return self._path.exists()

    def _describe(self):
        return {"filepath": str(self._path)}
"""


@dataclass(frozen=True)
class ProjectFactory:
    """Makes a project: `project(registry, catalog="...", argo=None)` is its path.

    Its package `pkg` has one dataset, `pkg.datasets.TextDataset` with a `filepath`: Kedro has none for files by itself.
    """

    root: Path

    def __call__(
        self,
        registry: str,
        catalog: str = "",
        argo: str | None = None,
        *,
        name: str = "project",
        files: Mapping[str, str] | None = None,
    ) -> Path:
        """Write a project whose `pipeline_registry.py`, `catalog.yml` and `argo.yml` hold these texts.

        `files` holds more of them, by path, or others in place of these.
        """
        texts = {
            "pyproject.toml": PYPROJECT,
            "src/pkg/__init__.py": "",
            "src/pkg/settings.py": "",
            "src/pkg/datasets.py": _DATASETS,
            "src/pkg/pipeline_registry.py": registry,
            "conf/base/catalog.yml": catalog,
            "conf/base/parameters.yml": "{}\n",
            "conf/local/.gitkeep": "",
            **({} if argo is None else {"conf/base/argo.yml": argo}),
            **(files or {}),
        }
        for path, text in texts.items():
            file = self.root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return self.root / name

    @staticmethod
    def python(path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run Python in a project: `project.python(path, "-m", "kedro", "run", KEDRO_ENV="cloud")`."""
        # rich would break the lines that a test looks for; no process of a test sends telemetry.
        environ = {**os.environ, "COLUMNS": "500", "DO_NOT_TRACK": "1", **env}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectFactory:
    """A maker of projects; the processes of a test send no telemetry."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    return ProjectFactory(tmp_path)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> ProjectFactory:
    """A maker of projects that tests only read; give each a `name`."""
    return ProjectFactory(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets a test open projects in this process; forgets them after it, since all of them have one package name."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))  # Kedro adds the project's src to it
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "pkg"]:
        del sys.modules[name]
