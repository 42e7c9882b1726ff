"""Configuration that asks for variables of pods is read on a machine that has none of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from argo_kedro.errors import ConfigError
from argo_kedro.project import open_project
from argo_kedro.project.pod_variables import as_in_a_pod, standing_in

ARGO = """
template:
  environment: [{name: BUCKET, value: s3://b}, {name: TOKEN, secret_ref: {name: s, key: k}}]
  templates: [{name: open, outputs: {parameters: [{name: season, path: /x}, {name: id, path: /y, env: RUN_KEY}]}}]
tasks: [{nodes: a, environment: [{name: REGION, value: eu}]}]
"""


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("WORKFLOW_ID", "BUCKET", "TOKEN", "SEASON", "RUN_KEY", "REGION", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cloud").mkdir()
    (tmp_path / "cloud/argo.yml").write_text(ARGO, encoding="utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/argo.yaml").write_text("{", encoding="utf-8")
    return str(tmp_path)


def asked(*names: str) -> list[str]:
    """What a config loader reads, with omegaconf's words for what is missing."""
    for name in names:
        if name not in os.environ:
            raise KeyError(f"Environment variable '{name}' not found")
    return [os.environ[name] for name in names]


def test_values_of_argo_yml_stand_in_and_words_for_all_else(conf: str) -> None:
    names = ("WORKFLOW_ID", "BUCKET", "TOKEN", "SEASON", "RUN_KEY", "REGION")
    assert as_in_a_pod(lambda: asked(*names), conf) == [
        "<WORKFLOW_ID of the pod>",
        "s3://b",
        "<TOKEN of the pod>",
        "<SEASON of the pod>",
        "<RUN_KEY of the pod>",
        "eu",
    ]
    assert not set(names) & os.environ.keys()


def test_what_this_machine_has_counts(conf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "mine")
    assert as_in_a_pod(lambda: asked("TOKEN"), conf) == ["mine"]
    assert os.environ["TOKEN"] == "mine"


def test_what_pods_lack_too_is_missing_as_before(conf: str) -> None:
    with pytest.raises(KeyError, match="'OTHER' not found"):
        as_in_a_pod(lambda: asked("WORKFLOW_ID", "OTHER"), conf)
    assert "WORKFLOW_ID" not in os.environ


def test_words_that_stand_in_are_found_wherever_they_are(conf: str) -> None:
    found = as_in_a_pod(lambda: asked("WORKFLOW_ID"), conf)
    assert standing_in({"storage": [{"root": f"s3://b/{each}"} for each in found]}) == "WORKFLOW_ID"
    assert standing_in({"a": [1, None, "x"]}) == ""


def test_a_manifest_gets_no_words_that_stand_in(project: Any, in_process: None, conf: str) -> None:
    files = {
        "src/pkg/settings.py": "from omegaconf.resolvers import oc\n\nCONFIG_LOADER_ARGS = "
        '{"base_env": "base", "default_run_env": "local", "custom_resolvers": {"oc.env": oc.env}}\n',
        "conf/base/globals.yml": "root: s3://b/${oc.env:WORKFLOW_ID}\n",
        "conf/base/catalog.yml": "a: {type: pkg.datasets.TextDataset, filepath: '${globals:root}/a'}\n",
    }
    registry = "def register_pipelines():\n    return {}\n"
    good = project(registry, files=files, name="good")
    assert open_project(good).catalog.dataset("a").path == "s3://b/<WORKFLOW_ID of the pod>/a"
    bad = project(registry, argo="storage: {root: '${globals:root}'}\n", files=files, name="bad")
    with pytest.raises(ConfigError, match=r"argo\.yml asks for WORKFLOW_ID"):
        open_project(bad)
