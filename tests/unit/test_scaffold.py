"""What `kedro argo init` writes: it works, explains every key, and keeps secrets out of the image."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from docker.utils.build import exclude_paths
from pydantic import BaseModel

from argo_kedro import __version__, scaffold
from argo_kedro.config import ArgoConfig, parse
from argo_kedro.errors import ArgoKedroError, ConfigError

_DOCS = Path(__file__).parents[2] / "docs"
_EXAMPLE = re.compile(r"( *)#(?! [^ ]|$)(.*)")  # "# text" is a comment, "#key: value" and "#  key: value" an example
_OLD = {"Container.name"}  # taken from files of argo-kedro 0.1, and without effect


@pytest.fixture
def layout(tmp_path: Path) -> scaffold.Layout:
    for env in ("base", "local", "cloud"):
        (tmp_path / "conf" / env).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]\n", encoding="utf-8")
    return scaffold.Layout(project=tmp_path, package="my_flights", conf="conf", default_env="local")


def examples(text: str) -> list[list[int]]:
    """The lines of each commented example."""
    found: list[list[int]] = []
    for number, line in enumerate(text.splitlines()):
        if not _EXAMPLE.fullmatch(line):
            continue
        starts = not line.strip().startswith(("#  ", "#-"))
        if starts or not found:
            found.append([])
        found[-1].append(number)
    return found


def uncommented(text: str, numbers: list[int]) -> str:
    lines = text.splitlines()
    for number in numbers:
        lines[number] = _EXAMPLE.sub(r"\1\2", lines[number])
    return "\n".join(lines)


def argo_yml(layout: scaffold.Layout) -> str:
    return scaffold.files(layout, "base")["conf/base/argo.yml"]


def test_argo_yml_works_as_it_is_written(layout: scaffold.Layout) -> None:
    config = parse(yaml.safe_load(argo_yml(layout)))

    assert config.default_machine_type in config.machine_types


def test_each_example_in_argo_yml_works_when_it_is_uncommented(layout: scaffold.Layout) -> None:
    text = argo_yml(layout)
    found = [yaml.safe_load(uncommented(text, numbers)) for numbers in examples(text)]

    configs = [parse(data) for data in found]

    assert len(configs) >= 10
    assert [data for data in found if data == yaml.safe_load(text)] == []  # each says something


def test_argo_yml_or_the_docs_name_every_key(layout: scaffold.Layout) -> None:
    text = argo_yml(layout)
    everything = uncommented(text, [number for numbers in examples(text) for number in numbers])
    docs = "\n".join(file.read_text(encoding="utf-8") for file in _DOCS.rglob("*.md"))

    unnamed = known_keys(ArgoConfig) - used_keys(parse(yaml.safe_load(everything))) - _OLD

    assert {key for key in unnamed if f"`{key.split('.')[1]}`" not in docs} == set()


def known_keys(model: type[BaseModel]) -> set[str]:
    return {f"{part.__name__}.{field}" for part in set(models(model)) for field in part.model_fields}


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in get_args(annotation):
        yield from models(part)


def used_keys(value: Any) -> set[str]:
    if isinstance(value, BaseModel):
        names = value.model_fields_set
        below = [used_keys(getattr(value, name)) for name in names]
        return {f"{type(value).__name__}.{name}" for name in names}.union(*below)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return set[str]().union(*map(used_keys, parts))


def test_the_image_is_named_after_the_package(layout: scaffold.Layout) -> None:
    assert "#image: registry.example.com/my-flights\n" in argo_yml(layout)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"requirements.txt": "kedro\n"}, f"-r requirements.txt argo-kedro=={__version__}\n"),
        ({"requirements.txt": "kedro\nargo-kedro~=0.2\n"}, "-r requirements.txt\n"),
        ({"requirements.txt": "Argo_Kedro[gcs]>=0.2 # comment\n"}, "-r requirements.txt\n"),
        ({"requirements.txt": "git+https://example.com/argo-kedro.git\n"}, "-r requirements.txt\n"),
        ({"requirements.txt": "argo-kedro-more\nmy-argo-kedro\n# argo-kedro\n"}, f"argo-kedro=={__version__}\n"),
        (
            {"pyproject.toml": '[project]\ndependencies = ["kedro"]\n'},
            f"/tmp/requirements.txt argo-kedro=={__version__}\n",
        ),
        ({"pyproject.toml": '[project]\ndependencies = ["argo-kedro"]\n'}, "-r /tmp/requirements.txt\n"),
        ({"uv.lock": '[[package]]\nname = "kedro"\n'}, f"pip install --no-cache-dir argo-kedro=={__version__}\n"),
        ({"uv.lock": '[[package]]\nname = "argo-kedro"\n'}, "--no-install-project\n"),
        ({"uv.lock": "", "requirements.txt": ""}, "COPY pyproject.toml uv.lock ./\n"),
        ({}, f"RUN pip install --no-cache-dir argo-kedro=={__version__}\n"),
    ],
)
def test_the_dockerfile_installs_what_the_project_lists(
    layout: scaffold.Layout, given: dict[str, str], expected: str
) -> None:
    for name, text in given.items():
        (layout.project / name).write_text(text, encoding="utf-8")

    dockerfile = scaffold.files(layout, "base")["Dockerfile"]

    assert expected in dockerfile
    assert ("argo-kedro==" in dockerfile) == ("argo-kedro==" in expected or "uv.lock" in expected)


def test_the_dockerfile_is_plain_and_of_this_python(layout: scaffold.Layout) -> None:
    dockerfile = scaffold.files(layout, "base")["Dockerfile"]

    assert f"ARG BASE_IMAGE=python:{sys.version_info.major}.{sys.version_info.minor}-slim\n" in dockerfile
    assert dockerfile.index("pip install") < dockerfile.index("COPY --chown=10001:10001 . .")
    assert dockerfile.endswith("USER 10001\n")
    assert "mkdir -p conf/local" in dockerfile
    assert "[[" not in dockerfile
    assert "[%" not in dockerfile


PUBLIC = {
    "pyproject.toml",
    "requirements.txt",
    "conf/base/argo.yml",
    "conf/base/catalog.yml",
    "conf/cloud/globals.yml",
    "src/my_flights/__init__.py",
    "src/my_flights/credentials.py",
    "src/my_flights/data/loading.py",
    "src/my_flights/argo/keys.py",
}
PRIVATE = {
    "conf/base/credentials.yml",
    "conf/cloud/credentials.yml",
    "conf/cloud/credentials/bucket.yml",
    "conf/cloud/aws_credentials.json",
    "conf/local/credentials.yml",
    "conf/local/catalog.yml",
    "conf/local/deep/er.py",
    "credentials.json",
    "application_default_credentials.json",
    "my-service-account-1.json",
    ".env",
    "src/.env.production",
    "deploy/id_rsa",
    "deploy/tls.key",
    "deploy/tls.pem",
    "kubeconfig.yaml",
    ".kube/config",
    ".aws/config",
    ".git/config",
    ".git/hooks/pre-commit.py",
    "data/01_raw/flights.csv",
    "data/notes.py",
    "logs/info.log",
    "argo/__default__.yaml",
    "argo/runs/flights-1/logs/train.log",
    "mlruns/0/meta.yaml",
    "notebooks/.ipynb_checkpoints/a-checkpoint.ipynb",
    ".venv/lib/site.py",
    "src/my_flights/__pycache__/a.cpython-311.pyc",
    "src/my_flights.egg-info/PKG-INFO",
}


def test_no_secret_and_no_data_gets_into_the_image(layout: scaffold.Layout) -> None:
    for name in PUBLIC | PRIVATE:
        file = layout.project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    rules = scaffold.files(layout, "base")[".dockerignore"].splitlines()

    paths = exclude_paths(str(layout.project), [rule for rule in rules if rule and not rule.startswith("#")])
    copied = {path for path in paths if (layout.project / path).is_file()}

    # docker-py adds the Dockerfile for the daemon to read; there is none here.
    assert copied == PUBLIC


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (".venv\n", ["credentials", "conf/local", "data", ".git"]),
        ("# data\n!data\n.gitignore\n", ["credentials", "conf/local", "data", ".git"]),
        ("conf/\n**/credentials*\n/data/*\n.git\n", []),
        ("*\n!src\n", []),
    ],
)
def test_a_dockerignore_of_the_users_own_is_looked_through(
    layout: scaffold.Layout, rules: str, expected: list[str]
) -> None:
    (layout.project / ".dockerignore").write_text(rules, encoding="utf-8")

    assert scaffold.let_through(layout) == expected


def test_our_dockerignore_lets_nothing_through(layout: scaffold.Layout) -> None:
    scaffold.write(layout, scaffold.files(layout, "base"))

    assert scaffold.let_through(layout) == []


def test_files_that_exist_are_kept(layout: scaffold.Layout) -> None:
    (layout.project / "Dockerfile").write_text("mine", encoding="utf-8")
    wanted = scaffold.files(layout, "base")

    written = ["conf/base/argo.yml", ".dockerignore", "conf/argo.schema.json"]
    assert scaffold.write(layout, wanted) == (written, ["Dockerfile"])
    assert scaffold.write(layout, wanted) == ([], list(wanted))
    assert (layout.project / "Dockerfile").read_text(encoding="utf-8") == "mine"
    assert scaffold.write(layout, wanted, force=True) == (list(wanted), [])
    assert (layout.project / "Dockerfile").read_text(encoding="utf-8") == wanted["Dockerfile"]


def test_a_failed_write_leaves_nothing_behind(layout: scaffold.Layout) -> None:
    before = sorted(layout.project.rglob("*"))

    with pytest.raises(ArgoKedroError, match="cannot be written"):
        scaffold.write(layout, {"Dockerfile": "a", "no/such/folder/argo.yml": "b"})
    assert sorted(layout.project.rglob("*")) == before


@pytest.mark.parametrize("env", ["nosuch", "", ".", "..", "base/../base", "../conf/base"])
def test_an_env_without_a_folder_is_refused_with_those_that_have_one(layout: scaffold.Layout, env: str) -> None:
    with pytest.raises(ConfigError, match="Envs here: base, cloud, local") as caught:
        scaffold.files(layout, env)
    assert caught.value.exit_code == 3


def test_an_argo_yaml_is_not_joined_by_an_argo_yml(layout: scaffold.Layout) -> None:
    (layout.project / "conf/cloud/argo.yaml").touch()

    assert "conf/cloud/argo.yaml" in scaffold.files(layout, "cloud")


def objects(namespace: str, service_account: str, *others: str, restricted: bool = False) -> dict[tuple[str, str], Any]:
    """What argo-rbac.yaml makes, by kind and name."""
    text = scaffold.rights(namespace, service_account, others, restricted=restricted)[scaffold.RBAC]
    documents = [document for document in yaml.safe_load_all(text) if document]
    assert text.endswith("\n")
    assert "[[" not in text
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


EXECUTOR, SUBMITTER = "argo-kedro-executor", "argo-kedro-submitter"


@pytest.mark.parametrize("account", ["", "default"])
def test_a_run_needs_no_service_account_of_its_own(account: str) -> None:
    found = objects("argo", account)

    assert set(found) == {(kind, name) for kind in ("Role", "RoleBinding") for name in (EXECUTOR, SUBMITTER)}
    assert found["RoleBinding", EXECUTOR]["subjects"] == [
        {"kind": "ServiceAccount", "name": "default", "namespace": "argo"}
    ]


def test_a_service_account_of_ones_own_is_made_and_has_the_right_of_a_run() -> None:
    found = objects("team-a", "pipelines")

    assert found["ServiceAccount", "pipelines"]["metadata"]["namespace"] == "team-a"
    assert found["RoleBinding", EXECUTOR]["subjects"] == [
        {"kind": "ServiceAccount", "name": "pipelines", "namespace": "team-a"}
    ]
    assert found["RoleBinding", EXECUTOR]["roleRef"]["name"] == EXECUTOR


def test_service_accounts_of_single_rules_are_made_and_have_the_right_of_a_run() -> None:
    found = objects("team-a", "", "downloads", "training", "downloads")

    accounts = [subject["name"] for subject in found["RoleBinding", EXECUTOR]["subjects"]]
    assert accounts == ["default", "downloads", "training"]
    assert {name for kind, name in found if kind == "ServiceAccount"} == {"downloads", "training"}


def test_only_one_service_account_of_restricted_pods_reports() -> None:
    found = objects("team-a", "pipelines", "downloads", restricted=True)

    assert [subject["name"] for subject in found["RoleBinding", EXECUTOR]["subjects"]] == ["pipelines"]
    assert {name for kind, name in found if kind == "ServiceAccount"} == {"pipelines", "downloads"}


def test_the_token_of_restricted_pods_is_a_secret_by_the_name_that_argo_looks_for() -> None:
    found = objects("team-a", "pipelines", restricted=True)

    token = found["Secret", "pipelines.service-account-token"]
    assert token["type"] == "kubernetes.io/service-account-token"
    assert token["metadata"]["annotations"] == {"kubernetes.io/service-account.name": "pipelines"}
    assert set(found) - {("Secret", "pipelines.service-account-token")} == set(objects("team-a", "pipelines"))


def test_rights_are_the_least_and_those_who_submit_are_filled_in_by_hand() -> None:
    found = objects("argo", "")

    rights = {
        name: {(rule["apiGroups"][0], *rule["resources"]): set(rule["verbs"]) for rule in found["Role", name]["rules"]}
        for name in (EXECUTOR, SUBMITTER)
    }
    change = {"get", "list", "create", "update", "patch", "delete"}
    assert rights[EXECUTOR] == {("argoproj.io", "workflowtaskresults"): {"create", "patch"}}
    assert rights[SUBMITTER] == {
        ("argoproj.io", "workflows"): change | {"watch"},
        ("argoproj.io", "workflowtemplates", "cronworkflows"): change,
        ("", "pods"): {"get", "list", "watch", "delete"},
        ("", "pods/log"): {"get"},
        ("", "events"): {"list"},
    }
    assert found["RoleBinding", SUBMITTER]["roleRef"]["name"] == SUBMITTER
    assert found["RoleBinding", SUBMITTER]["subjects"] is None


@pytest.mark.parametrize("kind", ["User", "Group", "ServiceAccount"])
def test_whoever_submits_is_let_in_by_taking_away_one_sign(kind: str) -> None:
    text = scaffold.rights("argo", "")[scaffold.RBAC].replace(f"#- {{kind: {kind},", f"- {{kind: {kind},")

    *_, binding = yaml.safe_load_all(text)
    assert [subject["kind"] for subject in binding["subjects"]] == [kind]


@pytest.mark.parametrize("name", ["007", "on", "1e3", "null"])
def test_a_namespace_that_looks_like_something_else_is_a_text(name: str) -> None:
    namespaces = {each["metadata"]["namespace"] for each in objects(name, name).values()}

    assert namespaces == {name}
    assert ("ServiceAccount", name) in objects(name, name)


def test_without_a_namespace_it_is_the_one_that_kubectl_takes() -> None:
    assert {each["metadata"]["namespace"] for each in objects("", "").values()} == {"default"}
