"""The project as Kedro sees it."""

from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from flights.get_data import FILES, copy_files

PROJECT = Path(__file__).parents[1]


def test_pipelines_are_registered():
    bootstrap_project(PROJECT)
    assert sorted(pipelines) == ["__default__", "data_processing", "modelling", "reporting"]
    assert len(pipelines["__default__"].nodes) == 25


@pytest.mark.parametrize(("env", "root"), [("local", "data/"), ("cloud", "s3://flights-demo/runs/run-1/")])
def test_a_run_writes_below_one_root_and_reads_raw_data_elsewhere(env, root, monkeypatch):
    monkeypatch.setenv("WORKFLOW_ID", "run-1")
    bootstrap_project(PROJECT)
    with KedroSession.create(PROJECT, env=env) as session:
        catalog = session.load_context().config_loader["catalog"]
    raw = {name for name in catalog if name.endswith("_raw")}
    assert {name for name, entry in catalog.items() if not entry["filepath"].startswith(root)} == (
        raw if env == "cloud" else set()
    )
    assert len(raw) == 5


def test_data_is_copied_once(tmp_path):
    assert copy_files(str(tmp_path / "raw")) == list(FILES)
    assert copy_files(str(tmp_path / "raw")) == []
    (tmp_path / "raw" / "planes.csv").write_text("half")
    assert copy_files(str(tmp_path / "raw")) == ["planes.csv"]
