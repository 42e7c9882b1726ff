"""The folder that `kedro argo viz --save-file` writes, without Kedro-Viz."""

from __future__ import annotations

from pathlib import Path

import pytest
from plans import chain, project

from argo_kedro.cli import kedro_viz
from argo_kedro.errors import CompileError


def test_a_package_that_holds_only_an_api_is_not_overwritten(tmp_path: Path) -> None:
    code = tmp_path / "package" / "api" / "views.py"
    code.parent.mkdir(parents=True)
    code.touch()

    with pytest.raises(CompileError, match="holds something else than a picture of Kedro-Viz"):
        kedro_viz.save(project(chain("a")), tmp_path / "package")
    assert code.exists()
