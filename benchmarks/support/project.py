"""A small Kedro project: one light pipeline, and others that take long to import."""

from __future__ import annotations

from pathlib import Path

from support.environments import KEDRO

NODE = "say"  # of the pipeline `light`

_FILES = {
    "pyproject.toml": f"""\
[tool.kedro]
package_name = "small"
project_name = "small"
kedro_init_version = "{KEDRO.rpartition("=")[2]}"
source_dir = "src"
""",
    "src/small/__init__.py": "",
    "src/small/settings.py": "",
    "src/small/pipelines/__init__.py": "",
    "src/small/pipeline_registry.py": """\
from kedro.framework.project import find_pipelines


def register_pipelines():
    pipelines = find_pipelines(raise_errors=True)
    pipelines["__default__"] = sum(pipelines.values())
    return pipelines
""",
    "conf/base/catalog.yml": "",
    "conf/base/parameters.yml": "",
    "conf/local/credentials.yml": "",
}

_LIGHT = """\
from kedro.pipeline import Pipeline, node


def create_pipeline(**kwargs):
    return Pipeline([node(lambda: 1, None, "said", name="{node}")])
"""

# As large libraries do, it computes while it is imported.
_BURN = """\
from time import process_time

_until = process_time() + {seconds}
while process_time() < _until:
    pass

"""


def make(folder: Path, heavy: int = 0, seconds: float = 0.0) -> Path:
    """A project with the pipeline `light`, and `heavy` pipelines whose import takes so many seconds of CPU."""
    pipelines = {"light": _LIGHT.format(node=NODE)}
    for number in range(heavy):
        pipelines[f"heavy{number}"] = _BURN.format(seconds=seconds) + _LIGHT.format(node=f"node_{number}").replace(
            "said", f"said_{number}"
        )
    files = {f"src/small/pipelines/{name}/__init__.py": text for name, text in pipelines.items()}
    for name, text in {**_FILES, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
