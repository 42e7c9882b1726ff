"""argo.yml as Kedro's own loader reads it: envs, interpolations, folders, and files that are broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from argo_kedro.config import ArgoConfig
from argo_kedro.config.machines import MachineType
from argo_kedro.config.models import Deployment
from argo_kedro.errors import ConfigError
from argo_kedro.project import open_project

FILE = "conf/base/argo.yml"
REGISTRY = """
from kedro.pipeline import Pipeline, node


def register_pipelines():
    return {"__default__": Pipeline([node(len, "a", "b", name="n")])}
"""
pytestmark = pytest.mark.usefixtures("in_process")


def opened(project: Any, argo: str | None = None, files: dict[str, str] | None = None, **arguments: Any) -> ArgoConfig:
    """The configuration of a real project, read by Kedro's own loader."""
    return open_project(project(REGISTRY, argo=argo, files=files), **arguments).config


def test_a_project_without_argo_yml_works(project: Any) -> None:
    assert opened(project) == ArgoConfig()


@pytest.mark.parametrize("text", ["", "\n", "# namespace: a\n", "---\n", "{}\n"])
def test_a_file_that_says_nothing_works(project: Any, text: str) -> None:
    assert opened(project, text) == ArgoConfig()


def test_a_random_tag_is_the_same_throughout_a_process(project: Any) -> None:
    config = opened(project, "deployment: {tag: '${ka.random:}'}\nnamespace: ns-${ka.random:}\n")

    assert len(config.deployment.tag) == 6
    assert set(config.deployment.tag) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert config.namespace == f"ns-{config.deployment.tag}"


BASE = """
namespace: workflows
deployment: {image: registry.example.com/x, tag: v1}
machine_types: {default: {cpu: 4, mem: 16}, small: {cpu: 1, mem: 1}}
"""
CLOUD = """
deployment: {tag: "1.10"}
machine_types: {big: {mem: 64}}
"""


def test_another_env_overrides_only_what_it_says(project: Any) -> None:
    config = opened(project, BASE, {"conf/cloud/argo.yml": CLOUD.replace("big", "default")}, env="cloud")

    assert config.deployment == Deployment(image="registry.example.com/x", tag="1.10")
    assert config.machine_types["default"] == MachineType(cpu="4", mem="64Gi")
    assert sorted(config.machine_types) == ["default", "small"]
    assert config.namespace == "workflows"


def test_a_mistake_in_another_env_is_told_with_that_file(project: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, BASE, {"conf/cloud/argo.yml": CLOUD}, env="cloud")

    assert caught.value.message == "conf/cloud/argo.yml: machine_types.big.cpu: is missing"


def test_the_env_may_come_from_the_environment(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEDRO_ENV", "cloud")

    assert opened(project, files={"conf/cloud/argo.yml": "namespace: up\n"}).namespace == "up"


def test_interpolations_of_kedro_and_the_environment_work(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_KEDRO_TEST_IMAGE", "registry.example.com/x")
    text = """
namespace: ${globals:ns}
deployment:
  image: ${oc.env:ARGO_KEDRO_TEST_IMAGE}
  tag: ${runtime_params:tag,fallback}
  dockerfile: ${oc.env:ARGO_KEDRO_TEST_NOTHING, Other}
machine_types: {default: {cpu: 1, mem: "${globals:mem}"}}
"""
    files = {"conf/base/globals.yml": "ns: from-globals\nmem: 3\n"}

    config = opened(project, text, files)

    assert config.namespace == "from-globals"
    assert config.machine_types["default"].mem == "3Gi"
    assert (config.deployment.image, config.deployment.tag) == ("registry.example.com/x", "fallback")
    assert config.deployment.dockerfile == "Other"


def test_a_runtime_parameter_reaches_argo_yml(project: Any) -> None:
    config = opened(project, "deployment: {tag: '${runtime_params:tag,none}'}\n", params={"tag": "v2"})

    assert config.deployment.tag == "v2"


def test_resolvers_that_the_project_registers_stay_its_own(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """0.1's README registers `oc.env` in settings.py."""
    monkeypatch.setenv("ARGO_KEDRO_TEST", "x")
    settings = """
CONFIG_LOADER_ARGS = {
    "base_env": "base", "default_run_env": "local",
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "custom_resolvers": {"oc.env": lambda name, default=None: f"own-{name.lower()}".replace("_", "-")},
}
"""
    config = opened(project, "namespace: ${oc.env:ARGO_KEDRO_TEST}\n", {"src/pkg/settings.py": settings})

    assert config.namespace == "own-argo-kedro-test"


def test_argocd_yml_beside_it_is_not_read(project: Any) -> None:
    files = {"conf/base/argocd.yml": "namespace: other\n", "conf/local/argocd-apps.yml": "- a list\n"}

    assert opened(project, "namespace: mine\n", files).namespace == "mine"


def test_several_files_in_a_folder_make_one_configuration(project: Any) -> None:
    files = {"conf/base/argo/machines.yml": "machine_types: {default: {cpu: 2, mem: 2}}\n"}

    config = opened(project, "namespace: mine\n", files)

    assert (config.namespace, config.machine_types["default"].cpu) == ("mine", "2")


@pytest.mark.parametrize("arguments", ['{"base_env": "core"}', '{"base_env": "core", "default_run_env": "core"}', "{}"])
def test_the_base_env_has_the_name_that_the_project_gives_it(project: Any, arguments: str) -> None:
    """Without one, Kedro reads the whole folder."""
    path: Path = project(REGISTRY, argo=None, files={"src/pkg/settings.py": f"CONFIG_LOADER_ARGS = {arguments}\n"})
    (path / "conf/base").rename(path / "conf/core")
    (path / "conf/core/argo.yml").write_text("namespace: from-core\n")

    assert open_project(path).config.namespace == "from-core"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespace: a\nrunner: {}\nnamespace: b\n", f"{FILE}, line 3: found duplicate key namespace."),
        ("runner:\n  keep: a\n  keep: b\n", f"{FILE}, line 3: found duplicate key keep."),
        ("- namespace: x\n", f"{FILE}: it is a list, and must be a mapping of keys to values."),
        ("namespace\n", f"{FILE}: namespace: must be a text, got null"),
        ("1: x\n", f"{FILE}: key 1 must be a text; put it in quotes."),
        ("namespace: ${globals:x}\n", f"{FILE}: namespace: Globals key 'x' not found and no default value provided."),
        (
            "deployment: {image: '${oc.env:ARGO_KEDRO_NO}'}\n",
            f"{FILE}: deployment.image: KeyError raised while resolving interpolation: "
            "\"Environment variable 'ARGO_KEDRO_NO' not found\"",
        ),
        ("namespace: ${nope:x}\n", f"{FILE}: namespace: Unsupported interpolation type nope"),
        ("namespace: ${a.b}\n", f"{FILE}: namespace: Interpolation key 'a.b' not found"),
        ("namespace: ${a\n", f"{FILE}: namespace: no viable alternative at input '${{a'"),
        (
            "template:\n  environment: [{name: A, value: '${runtime_params:x}'}]\n",
            f"{FILE}: template.environment[0].value: Runtime parameter 'x' not found and no default value provided.",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_line_or_key(project: Any, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, text)

    assert caught.value.message == expected
    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_a_missing_runtime_parameter_names_the_option_that_gives_it(project: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, "namespace: ${runtime_params:ns}\n")

    assert caught.value.hint == "give the value with --params, or correct the file."


@pytest.mark.parametrize("name", ["globals", "catalog"])
def test_an_environment_variable_that_kedro_does_not_allow_there_is_told_with_the_line_that_allows_it(
    project: Any, name: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, files={f"conf/base/{name}.yml": "a: {type: x, filepath: '${oc.env:HOME}'}\n"})

    assert "'custom_resolvers': {'oc.env': oc.env}" in (caught.value.hint or "")


def test_two_files_that_define_the_same_are_both_named(project: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, "namespace: a\n", {"conf/base/argo.yaml": "namespace: b\n"})

    assert "Duplicate keys found in" in caught.value.message
    assert "conf/base/argo.yml" in caught.value.message
    assert "conf/base/argo.yaml" in caught.value.message


def test_an_env_without_a_folder_is_refused_with_those_that_have_one(project: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(project, env="clod")

    assert caught.value.message == "Env 'clod' has no folder conf/clod. Envs here: base, local."
    assert caught.value.hint == "mkdir conf/clod"


def test_a_text_in_bytes_that_are_not_utf_8_is_told(project: Any) -> None:
    path: Path = project(REGISTRY)
    (path / FILE).write_bytes(b"namespace: \xe9\n")

    with pytest.raises(ConfigError) as caught:
        open_project(path)

    assert caught.value.message.startswith(f"{FILE}: 'utf-8' codec can't decode byte 0xe9")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("namespace: x\n\trunner: y\n", f"{FILE}, line 2: found "),
        ("namespace: *x\n", f"{FILE}, line 1: found undefined alias"),
        ('namespace: "a\x01"\n', f"{FILE}: unacceptable character #x0001: "),
    ],
)
def test_a_file_that_is_no_yaml_is_named_with_its_line_in_the_words_of_either_yaml_reader(
    project: Any, text: str, place: str
) -> None:
    """OmegaConf reads with libyaml or without it, by version; their words differ."""
    with pytest.raises(ConfigError) as caught:
        opened(project, text)

    assert caught.value.message.startswith(place)
