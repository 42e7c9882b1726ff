"""Projects that cannot be opened, or that 0.1 could not open: a wrong configuration, said in one line."""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from judging import CATALOG, REGISTRY, Judge, judged

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.mark.parametrize("text", ["namespace: other\n", "- a list\n", "[broken\n"])
def test_argocd_yml_is_somebody_elses(judge: Judge, text: str) -> None:
    verdict = judge(argo="namespace: mine", files={"conf/base/argocd.yml": text})

    assert verdict.manifest["metadata"]["namespace"] == "mine"


def test_another_env_overrides_a_part(judge: Judge) -> None:
    verdict = judge(files={"conf/cloud/argo.yml": "deployment: {tag: v2}\n"}, env="cloud")

    assert verdict.container()["image"] == "registry.example.com/x:v2"


def test_the_local_env_overrides_too(judge: Judge) -> None:
    assert judge(files={"conf/local/argo.yml": "namespace: mine\n"}).manifest["metadata"]["namespace"] == "mine"


def test_the_base_env_may_have_another_name(project: Any) -> None:
    path: Path = project(
        REGISTRY.format(default='Pipeline([n("train")])', others="{}"),
        CATALOG,
        "namespace: from-core\n",
        files={"src/pkg/settings.py": 'CONFIG_LOADER_ARGS = {"base_env": "core", "default_run_env": "core"}\n'},
    )
    (path / "conf/base").rename(path / "conf/core")

    verdict = judged(path)

    assert (verdict.code, verdict.manifest["metadata"]["namespace"]) == (0, "from-core")
    assert "--env=core" in verdict.container()["args"]


def test_an_environment_variable_may_name_the_image(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_KEDRO_IMG", "r.io/x")

    assert judge(argo="deployment: {image: '${oc.env:ARGO_KEDRO_IMG}'}").container()["image"] == "r.io/x:latest"


BROKEN_PROJECTS = {
    "no pyproject": ({"pyproject.toml": None}, "Could not find the project configuration file 'pyproject.toml'"),
    "no TOML": ({"pyproject.toml": "["}, "Failed to parse 'pyproject.toml' file."),
    "no kedro project": (
        {"pyproject.toml": "[tool.other]\n"},
        "There's no '[tool.kedro]' section in the 'pyproject.toml'.",
    ),
    "Kedro 0.19": (
        {"pyproject.toml": '[tool.kedro]\npackage_name="pkg"\nproject_name="p"\nkedro_init_version="0.19.1"\n'},
        "Your Kedro project version 0.19.1 does not match Kedro package version",
    ),
    "no such package": (
        {"pyproject.toml": '[tool.kedro]\npackage_name="nope"\nproject_name="p"\nkedro_init_version="1.0.0"\n'},
        "No module named 'nope'",
    ),
    "settings do not import": (
        {"src/pkg/settings.py": "\nimport no_such_package\n"},
        "ModuleNotFoundError: No module named 'no_such_package' (src/pkg/settings.py, line 2)",
    ),
    "settings are no Python": ({"src/pkg/settings.py": "def ("}, "SyntaxError: invalid syntax (settings.py, line 1)"),
    "wrong settings": (
        {"src/pkg/settings.py": "CONFIG_LOADER_CLASS = int\n"},
        "Invalid value 'builtins.int' received for setting 'CONFIG_LOADER_CLASS'.",
    ),
    "wrong loader arguments": (
        {"src/pkg/settings.py": "CONFIG_LOADER_ARGS = {'nope': 1}\n"},
        "The config loader cannot start: TypeError: OmegaConfigLoader.__init__() got an unexpected keyword argument",
    ),
    "a resolver that fails": (
        {
            "src/pkg/settings.py": "def f():\n    raise KeyError('x')\n"
            "CONFIG_LOADER_ARGS = {'base_env': 'base', 'default_run_env': 'local', 'custom_resolvers': {'f': f}}\n",
            "conf/base/argo.yml": "namespace: ${f:}\n",
        },
        "conf/base/argo.yml: namespace: KeyError raised while resolving interpolation: 'x'",
    ),
    "no conf folder": ({"conf": None}, "conf: there is no such folder, and the configuration must be in it."),
    "no base env": ({"conf/base": None}, "Env 'base' has no folder conf/base. Envs here: local."),
    "no local env": ({"conf/local": None}, "Env 'local' has no folder conf/local. Envs here: base."),
    "catalog is a list": (
        {"conf/base/catalog.yml": "- a\n"},
        "conf/base/catalog.yml: it is a list, and must be a mapping of keys to values.",
    ),
    "catalog is broken": ({"conf/base/catalog.yml": "a: [\n"}, "conf/base/catalog.yml, line 2: "),
    "catalog has a key twice": (
        {"conf/base/catalog.yml": "a: {type: x}\nb: {type: x}\na: {type: y}\n"},
        "conf/base/catalog.yml, line 3: found duplicate key a.",
    ),
    "catalog needs a parameter": (
        {"conf/base/catalog.yml": "a: {type: x, filepath: '${runtime_params:p}'}\n"},
        "conf/base/catalog.yml: a.filepath: Runtime parameter 'p' not found and no default value provided.",
    ),
    "catalog needs the environment": (
        {"conf/base/catalog.yml": "a: {type: x, filepath: '${oc.env:HOME}'}\n"},
        "conf/base/catalog.yml: a.filepath: Unsupported interpolation type oc.env",
    ),
    "catalog entry is no entry": (
        {"conf/base/catalog.yml": "a: text\n"},
        "catalog of env 'local': Catalog entry 'a' is not",
    ),
    "parameters are a list": (
        {"conf/base/parameters.yml": "- a\n"},
        "conf/base/parameters.yml: it is a list, and must be a mapping of keys to values.",
    ),
    "globals are broken": (
        {"conf/base/globals.yml": "a: [\n"},
        "The config loader cannot start: ParserError: Invalid YAML or JSON file",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), BROKEN_PROJECTS.values(), ids=BROKEN_PROJECTS)
def test_a_broken_project_is_a_wrong_configuration(project: Any, changes: dict[str, str | None], expected: str) -> None:
    texts = {name: text for name, text in changes.items() if text is not None}
    path: Path = project(REGISTRY.format(default='Pipeline([n("train")])', others="{}"), CATALOG, files=texts)
    for name in set(changes).difference(texts):
        (path / name).rename(path.parent / "gone")

    verdict = judged(path)

    assert verdict.code == 3
    assert expected in verdict.said
    assert len(verdict.said.splitlines()) == 1


def test_a_module_that_does_not_import_is_found_behind_find_pipelines(project: Any) -> None:
    registry = (
        "from kedro.framework.project import find_pipelines\n\n\n"
        "def register_pipelines():\n    return find_pipelines(raise_errors=True)\n"
    )
    files = {"src/pkg/pipelines/__init__.py": "", "src/pkg/pipelines/one/__init__.py": "import no_such_package\n"}

    verdict = judged(project(registry, CATALOG, files=files))

    assert verdict.code == 4
    assert verdict.said.endswith(
        "ModuleNotFoundError: No module named 'no_such_package' (src/pkg/pipelines/one/__init__.py, line 1)"
    )


def test_kedro_before_1_is_not_installed_beside_it() -> None:
    assert "kedro<2,>=1.0" in (requires("argo-kedro") or [])


THROUGH_THE_CLI = {
    "namespase: x\n": (3, "Error: conf/base/argo.yml: namespase: unknown key; did you mean 'namespace'?"),
    "a: [\n": (3, "Error: conf/base/argo.yml, line 2: "),
    "default_machine_type: nope\n": (4, "Error: argo.yml default_machine_type: machine type 'nope' is not defined."),
}


@pytest.mark.integration
@pytest.mark.parametrize(("argo", "expected"), THROUGH_THE_CLI.items())
def test_the_command_line_says_it_and_shows_no_traceback(project: Any, argo: str, expected: tuple[int, str]) -> None:
    path = project(REGISTRY.format(default='Pipeline([n("train")])', others="{}"), CATALOG, argo)

    done = project.python(path, "-m", "kedro", "argo", "compile")

    code, message = expected
    assert done.returncode == code
    assert message in done.stderr
    assert "Hint: " in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (path / "argo").exists()
