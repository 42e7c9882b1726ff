"""The examples of JSON in the docs are what the commands write."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/generators/examples"
CONFIG = "version: 1\nhandlers: {h: {class: logging.StreamHandler, stream: ext://sys.stderr}}\nroot: {handlers: [h]}\n"


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example in which nothing has run: times of nodes are not known."""
    folder = tmp_path_factory.mktemp("documents") / "flights"
    shutil.copytree(ROOT / "examples/flights", folder, ignore=shutil.ignore_patterns("argo", "data", "__pycache__"))
    (folder / "logging.yml").write_text(CONFIG)
    return folder


@pytest.mark.parametrize(
    ("words", "file"), [("", "explain.json"), (" --group-by chain", "explain-group-by.json")], ids=["plan", "compared"]
)
def test_an_example_is_what_is_written(shared: Any, flights: Path, words: str, file: str) -> None:
    command = f"kedro argo explain --pipelines data_processing{words} --json"
    assert f"`{command}` writes:" in (ROOT / "docs/reference/explain-json.md").read_text(encoding="utf-8")

    done = shared.python(flights, "-m", *command.split(), KEDRO_LOGGING_CONFIG=str(flights / "logging.yml"))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((EXAMPLES / file).read_text(encoding="utf-8"))
