"""`kedro argo init` as a process, in a Kedro project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.integration

FILES = ["conf/base/argo.yml", "Dockerfile", ".dockerignore", "conf/argo.schema.json"]
REGISTRY = """\
from kedro.pipeline import node, pipeline


def hello(seed):
    print(seed)


def register_pipelines():
    return {"__default__": pipeline([node(hello, "params:seed", None, name="hello")])}
"""


@pytest.fixture
def folder(project: Any) -> Path:
    made: Path = project(REGISTRY, catalog="{}\n", files={"conf/base/parameters.yml": "seed: 1\n"})
    return made


def init(project: Any, folder: Path, *options: str) -> tuple[int, list[str], str]:
    """The exit code, the files that stdout names, and stderr."""
    done = project.python(folder, "-m", "kedro", "argo", "init", *options)
    # Kedro logs to stdout when it is imported, before any plugin runs.
    named = [line for line in done.stdout.splitlines() if (folder / line.strip()).is_file()]
    return done.returncode, named, done.stderr


def test_init_writes_what_compiles(project: Any, folder: Path) -> None:
    code, written, talk = init(project, folder)
    compiled = project.python(folder, "-m", "kedro", "argo", "compile")

    assert (code, written) == (0, FILES)
    assert talk.endswith("Next: kedro argo compile\n")
    assert compiled.returncode == 0, compiled.stderr
    assert "deployment.image" in compiled.stderr  # what a cluster still needs


def test_init_keeps_files_that_exist_and_says_so(project: Any, folder: Path) -> None:
    (folder / "Dockerfile").write_text("mine", encoding="utf-8")

    code, written, talk = init(project, folder)
    again = init(project, folder)

    assert (code, written) == (0, ["conf/base/argo.yml", ".dockerignore", FILES[3]])
    assert "Kept as they are: Dockerfile. --force replaces them." in talk
    assert again[:2] == (0, [])
    assert (folder / "Dockerfile").read_text(encoding="utf-8") == "mine"


def test_init_replaces_files_by_force(project: Any, folder: Path) -> None:
    (folder / "Dockerfile").write_text("mine", encoding="utf-8")

    code, written, _ = init(project, folder, "--force")

    assert (code, written) == (0, FILES)
    assert "FROM ${BASE_IMAGE}" in (folder / "Dockerfile").read_text(encoding="utf-8")


def test_init_of_an_unknown_env_writes_nothing(project: Any, folder: Path) -> None:
    code, written, talk = init(project, folder, "-e", "nosuch")

    assert (code, written) == (3, [])
    assert "Envs here: base, local." in talk
    assert "Traceback" not in talk
    assert [name for name in FILES if (folder / name).exists()] == []


def test_init_in_silence_says_only_what_is_unsafe(project: Any, folder: Path) -> None:
    (folder / ".dockerignore").write_text(".venv\n", encoding="utf-8")

    code, written, talk = init(project, folder, "-s", "-e", "local")

    assert (code, written) == (0, ["conf/local/argo.yml", "Dockerfile", FILES[3]])
    assert talk.startswith("Warning: .dockerignore does not name credentials, conf/local, data, .git: ")
    assert talk.count("\n") == 1


def test_init_follows_the_projects_own_folders(project: Any, folder: Path) -> None:
    settings = 'CONF_SOURCE = "settings"\nCONFIG_LOADER_ARGS = {"base_env": "core", "default_run_env": "dev"}\n'
    (folder / "src/pkg/settings.py").write_text(settings, encoding="utf-8")
    (folder / "settings/core").mkdir(parents=True)

    code, written, _ = init(project, folder)

    assert (code, written) == (0, ["settings/core/argo.yml", *FILES[1:3], "settings/argo.schema.json"])
    assert "mkdir -p settings/dev " in (folder / "Dockerfile").read_text(encoding="utf-8")
    assert "settings/local\n" in (folder / ".dockerignore").read_text(encoding="utf-8")


def test_init_for_a_cluster_writes_the_rights_and_how_to_apply_them(project: Any, folder: Path) -> None:
    code, written, talk = init(project, folder, "--cluster")

    assert (code, written) == (0, [*FILES, "argo-rbac.yaml"])
    assert talk.endswith("Next: name those who submit in argo-rbac.yaml, then kubectl apply -f argo-rbac.yaml\n")
    assert namespaces(folder) == {"argo"}


def test_init_for_a_cluster_goes_by_the_argo_yml_that_is_there(project: Any, folder: Path) -> None:
    (folder / "conf/base/argo.yml").write_text("namespace: team-a\nservice_account: pipelines\nenv: prod\n")
    (folder / "conf/prod").mkdir()
    (folder / "conf/prod/argo.yml").write_text("namespace: team-a-prod\n")

    code, written, talk = init(project, folder, "--cluster")
    again = init(project, folder, "--cluster")

    assert (code, written) == (0, [*FILES[1:], "argo-rbac.yaml"])
    assert "Kept as they are: conf/base/argo.yml. --force replaces them." in talk
    assert namespaces(folder) == {"team-a-prod"}
    assert '  name: "pipelines"\n' in (folder / "argo-rbac.yaml").read_text(encoding="utf-8")
    assert again[:2] == (0, [])
    assert "argo-rbac.yaml. --force" in again[2]


def test_init_for_a_cluster_with_restricted_pods_writes_the_token_that_argo_takes(project: Any, folder: Path) -> None:
    (folder / "conf/base/argo.yml").write_text("namespace: a\nservice_account: pipelines\nsecurity: restricted\n")

    assert init(project, folder, "--cluster")[0] == 0

    assert '  name: "pipelines.service-account-token"\n' in (folder / "argo-rbac.yaml").read_text(encoding="utf-8")


def test_init_for_a_cluster_says_that_a_namespace_is_missing(project: Any, folder: Path) -> None:
    (folder / "conf/base/argo.yml").write_text("{}\n")

    code, written, talk = init(project, folder, "--cluster", "-s")

    assert (code, written) == (0, [*FILES[1:], "argo-rbac.yaml"])
    assert talk.startswith("Warning: argo.yml names no namespace, so argo-rbac.yaml says `default`.")
    assert namespaces(folder) == {"default"}


def test_init_for_a_cluster_stops_at_an_argo_yml_that_cannot_be_read(project: Any, folder: Path) -> None:
    (folder / "conf/base/argo.yml").write_text("namespase: a\n")

    code, written, talk = init(project, folder, "--cluster")

    assert (code, written) == (3, FILES[1:])
    assert "did you mean 'namespace'?" in talk
    assert not (folder / "argo-rbac.yaml").exists()


def namespaces(folder: Path) -> set[str]:
    documents = yaml.safe_load_all((folder / "argo-rbac.yaml").read_text(encoding="utf-8"))
    return {document["metadata"]["namespace"] for document in documents if document}
