"""A workflow with `runner.mlflow` whose image lacks kedro-mlflow, as the environment of these tests does."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from argo_kedro.errors import ConfigError
from argo_kedro.task.mlflow_run import main


@pytest.mark.skipif(find_spec("kedro_mlflow") is not None, reason="kedro-mlflow is here")
def test_an_image_without_kedro_mlflow_is_told_so_before_the_project_is_opened(tmp_path: Path) -> None:
    output = tmp_path / "id"
    done = CliRunner().invoke(main, ["--save-version=V", f"--output={output}"])
    assert done.exit_code == ConfigError.exit_code
    assert "kedro-mlflow is not installed here" in done.output
    assert "requirements of the image" in done.output
    assert not output.exists()
