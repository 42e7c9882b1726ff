"""Which env the verbs of the cluster take: --env, KEDRO_ENV, argo.yml, conf/cloud, Kedro's own."""

from __future__ import annotations

import pytest

from argo_kedro.errors import ConfigError
from argo_kedro.project.environment import cluster_config

pytestmark = pytest.mark.usefixtures("in_process")

REGISTRY = "def register_pipelines():\n    raise RuntimeError('nobody asks for pipelines')\n"
ENVS = {f"conf/{env}/argo.yml": f"namespace: in-{env}\n" for env in ("local", "cloud", "prod", "named")}


@pytest.mark.parametrize(
    ("given", "variable", "key", "expected"),
    [
        ("prod", "named", "named", "prod"),
        (None, "prod", "named", "prod"),
        (None, None, "named", "named"),
        (None, None, None, "cloud"),
    ],
)
def test_the_first_that_says_an_env_decides(project, monkeypatch, given, variable, key, expected):
    if variable:
        monkeypatch.setenv("KEDRO_ENV", variable)
    path = project(REGISTRY, argo=f"env: {key}\n" if key else "ui: http://argo\n", files=ENVS)

    config, env = cluster_config(path, env=given)

    assert (env, config.namespace) == (expected, f"in-{expected}")


def test_without_a_cloud_env_it_is_kedros_own(project):
    path = project(REGISTRY, files={"conf/local/argo.yml": "namespace: in-local\n"})
    assert cluster_config(path)[1] == "local"


def test_another_configuration_has_another_cloud(project):
    files = {**ENVS, "other/base/argo.yml": "namespace: ${runtime_params:place}\n", "other/local/.gitkeep": ""}
    path = project(REGISTRY, files=files)
    config, env = cluster_config(path, conf_source=str(path / "other"), params={"place": "there"})
    assert (env, config.namespace) == ("local", "there")


def test_an_env_that_is_not_there_is_named(project):
    with pytest.raises(ConfigError, match="Env 'prodd' has no folder conf/prodd"):
        cluster_config(project(REGISTRY, files=ENVS), env="prodd")
