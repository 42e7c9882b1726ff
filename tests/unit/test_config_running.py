"""What argo.yml says of the data of a run: what stays in memory, where the rest travels, what is secret."""

from __future__ import annotations

import pytest
import yaml

from argo_kedro.config import ArgoConfig, parse
from argo_kedro.errors import ConfigError


def read(text: str) -> ArgoConfig:
    return parse(yaml.safe_load(text), {"argo.yml": yaml.load(text, yaml.BaseLoader)})


def test_without_a_word_tasks_are_joined_by_datasets_in_memory_and_nothing_is_kept() -> None:
    config = read("{}")
    assert (config.runner.memory_datasets, config.runner.hook_datasets, config.runner.mlflow) == ("fuse", False, False)
    assert (config.storage.root, config.storage.claim, config.storage.clean_up) == ("", "", "success")


@pytest.mark.parametrize(
    ("written", "root"),
    [
        ("s3://bucket/runs", "s3://bucket/runs"),
        ("s3://bucket/runs/", "s3://bucket/runs"),
        ("gs://bucket", "gs://bucket"),
        ("abfss://box@account.dfs.core.windows.net/runs", "abfss://box@account.dfs.core.windows.net/runs"),
        ("memory://runs", "memory://runs"),
        ("/mnt/runs", "/mnt/runs"),
        ("file:///mnt/runs/", "/mnt/runs"),
        ("/", "/"),
    ],
)
def test_a_storage_is_an_address_or_an_absolute_path(written: str, root: str) -> None:
    assert read(f"storage: {{root: '{written}'}}").storage.root == root


@pytest.mark.parametrize(
    "written", ["data/runs", "~/runs", "bucket", "s3://", "s3://a b", "s3://b/{{workflow.name}}", "file://runs"]
)
def test_no_other_place_is_a_storage(written: str) -> None:
    with pytest.raises(ConfigError, match="neither an address such as s3://bucket/runs nor an absolute path"):
        read(f"storage: {{root: '{written}'}}")


@pytest.mark.parametrize("password", ["hunter2", "p@hunter2", "p/hunter2"])
def test_a_password_in_an_address_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(ConfigError, match=r"name an entry of credentials\.yml") as raised:
        read(f"storage: {{root: 's3://key:{password}@bucket/runs'}}")
    assert "hunter2" not in raised.value.format_message()


def test_a_volume_is_mounted_at_a_path() -> None:
    assert read("storage: {root: /mnt/runs, claim: runs}").storage.claim == "runs"
    with pytest.raises(ConfigError, match="must then be an absolute path"):
        read("storage: {root: 's3://bucket', claim: runs}")
    with pytest.raises(ConfigError, match="cannot be mounted at /"):
        read("storage: {root: /, claim: runs}")


def test_the_value_of_a_secret_parameter_is_a_key_of_a_secret() -> None:
    secrets = read("secret_params: {warehouse.password: {name: warehouse, key: password}}").secret_params
    assert (secrets["warehouse.password"].name, secrets["warehouse.password"].key) == ("warehouse", "password")
    with pytest.raises(ConfigError, match=r"secret_params\.warehouse\.password") as raised:
        read("secret_params: {warehouse.password: hunter2}")
    assert "hunter2" not in raised.value.format_message()


@pytest.mark.parametrize(
    "text",
    [
        "template: {environment: hunter2}",
        "template: {environment: [PASSWORD=hunter2]}",
        "template: {environment: [{name: PASSWORD, secret_ref: hunter2}]}",
        "template: {env_from: [hunter2]}",
        "tasks: [{nodes: a, environment: [PASSWORD=hunter2]}]",
        "profiles: {nightly: {secret_params: {password: hunter2}}}",
        "profiles: {nightly: {run: {params: password=hunter2}}}",
    ],
)
def test_a_password_that_stands_where_its_secret_is_named_is_in_no_error(text: str) -> None:
    with pytest.raises(ConfigError, match="must be a") as raised:
        read(text)

    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("section", ["storage", "secret_params"])
def test_a_section_of_comments_only_is_none(section: str) -> None:
    assert read(f"{section}:") == read("{}")
