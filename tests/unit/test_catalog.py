"""Datasets are told apart by what catalog.yml says, without their classes and without credentials."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from argo_kedro.errors import ConfigError
from argo_kedro.model import Dataset
from argo_kedro.project import Catalog, open_project

PATH = Path("/project")
CATALOG = """
csv:
  type: pandas.CSVDataset
  filepath: data/csv.csv
parquet:
  type: pandas.ParquetDataset
  filepath: /project/data/x.parquet
elsewhere:
  type: pandas.ExcelDataset
  filepath: /mnt/share/x.xlsx
file_url:
  type: pandas.CSVDataset
  filepath: file:///mnt/x.csv
s3:
  type: pandas.CSVDataset
  filepath: s3://bucket/x.csv
  credentials: absent
gs:
  type: spark.SparkDataset
  filepath: gs://bucket/x
abfss:
  type: not_installed.module.SomeDataset
  filepath: abfss://container@account.dfs.core.windows.net/x
url_with_password:
  type: pandas.CSVDataset
  filepath: https://user:password@example.com/x.csv
versioned:
  type: pickle.PickleDataset
  filepath: data/model.pkl
  versioned: true
named_credentials:
  type: pandas.SQLTableDataset
  table_name: t
  credentials: db
inline_credentials:
  type: pandas.CSVDataset
  filepath: s3://bucket/y.csv
  credentials: {key: k, secret: s}
cached:
  type: CachedDataset
  dataset:
    type: pandas.CSVDataset
    filepath: data/cached.csv
    credentials: absent
cached_and_versioned:
  type: kedro.io.CachedDataset
  versioned: true
  dataset:
    type: pandas.CSVDataset
    filepath: s3://bucket/cached.csv
cached_in_memory:
  type: CachedDataset
  dataset: {type: MemoryDataset}
partitioned:
  type: partitions.PartitionedDataset
  path: data/parts
  dataset: pandas.CSVDataset
api:
  type: api.APIDataset
  url: https://example.com
matplotlib:
  type: tracking.SomethingDataset
  filename: data/plot.png
memory:
  type: MemoryDataset
memory_in_full:
  type: kedro.io.memory_dataset.MemoryDataset
  copy_mode: assign
memory_short:
  type: kedro.io.MemoryDataset
shared_memory:
  type: SharedMemoryDataset
spark@pandas:
  type: pandas.ParquetDataset
  filepath: data/t.parquet
spark@spark:
  type: spark.SparkDataset
  filepath: data/t.parquet
"{space}.table":
  type: pandas.CSVDataset
  filepath: s3://bucket/{space}/table.csv
  credentials: absent
"""
EXPECTED = [
    Dataset(name="csv", kind="local", type="pandas.CSVDataset", path="data/csv.csv"),
    Dataset(name="parquet", kind="local", type="pandas.ParquetDataset", path="data/x.parquet"),
    Dataset(name="elsewhere", kind="local", type="pandas.ExcelDataset", path="/mnt/share/x.xlsx"),
    Dataset(name="file_url", kind="local", type="pandas.CSVDataset", path="file:///mnt/x.csv"),
    Dataset(name="s3", kind="remote", type="pandas.CSVDataset", path="s3://bucket/x.csv"),
    Dataset(name="gs", kind="remote", type="spark.SparkDataset", path="gs://bucket/x"),
    Dataset(
        name="abfss",
        kind="remote",
        type="not_installed.module.SomeDataset",
        path="abfss://container@account.dfs.core.windows.net/x",
    ),
    Dataset(name="url_with_password", kind="remote", type="pandas.CSVDataset", path="https://example.com/x.csv"),
    Dataset(name="versioned", kind="local", type="pickle.PickleDataset", path="data/model.pkl", versioned=True),
    Dataset(name="named_credentials", kind="remote", type="pandas.SQLTableDataset"),
    Dataset(name="inline_credentials", kind="remote", type="pandas.CSVDataset", path="s3://bucket/y.csv"),
    Dataset(name="cached", kind="local", type="pandas.CSVDataset", path="data/cached.csv"),
    Dataset(
        name="cached_and_versioned",
        kind="remote",
        type="pandas.CSVDataset",
        path="s3://bucket/cached.csv",
        versioned=True,
    ),
    Dataset(name="cached_in_memory", kind="memory", type="MemoryDataset"),
    Dataset(name="partitioned", kind="local", type="partitions.PartitionedDataset", path="data/parts"),
    Dataset(name="api", kind="remote", type="api.APIDataset"),
    Dataset(name="matplotlib", kind="local", type="tracking.SomethingDataset", path="data/plot.png"),
    Dataset(name="memory", kind="memory", type="MemoryDataset"),
    Dataset(name="memory_in_full", kind="memory", type="kedro.io.memory_dataset.MemoryDataset"),
    Dataset(name="memory_short", kind="memory", type="kedro.io.MemoryDataset"),
    Dataset(name="shared_memory", kind="memory", type="SharedMemoryDataset"),
    Dataset(name="spark@pandas", kind="local", type="pandas.ParquetDataset", path="data/t.parquet"),
    Dataset(name="spark@spark", kind="local", type="spark.SparkDataset", path="data/t.parquet"),
    Dataset(name="a.table", kind="remote", type="pandas.CSVDataset", path="s3://bucket/a/table.csv"),
    Dataset(name="nobody_knows", kind="memory", type="MemoryDataset", registered=False),
    Dataset(name="spark@other", kind="memory", type="MemoryDataset", registered=False),
]


def catalog(text: str, parameters: dict[str, Any] | None = None) -> Catalog:
    return Catalog(yaml.safe_load(text), parameters or {}, PATH)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda dataset: dataset.name)
def test_a_dataset_is_what_the_catalog_says(expected: Dataset) -> None:
    assert catalog(CATALOG).dataset(expected.name) == expected


def test_every_entry_of_the_catalog_above_is_looked_at() -> None:
    entries = {name for name in yaml.safe_load(CATALOG) if "{" not in name}

    assert entries == {dataset.name for dataset in EXPECTED if dataset.registered and dataset.name != "a.table"}


def test_a_catch_all_pattern_takes_what_nothing_else_does() -> None:
    known = catalog(
        '"{default}": {type: pandas.CSVDataset, filepath: "s3://b/{default}.csv"}\nx: {type: MemoryDataset}'
    )

    assert known.dataset("y").path == "s3://b/y.csv"
    assert known.dataset("x").kind == "memory"


def test_the_most_specific_pattern_decides() -> None:
    known = catalog('"{a}_raw": {type: A, filepath: "s3://b/{a}"}\n"{b}": {type: MemoryDataset}')

    assert (known.dataset("x_raw").kind, known.dataset("x").kind) == ("remote", "memory")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("parameters", True),
        ("params:alpha", True),
        ("params:model", True),
        ("params:model.depth", True),
        ("params:nothing", True),
        ("params:beta", False),
        ("params:model.width", False),
        ("params:model.depth.more", False),
        ("params:", False),
    ],
)
def test_a_parameter_is_known_if_the_env_has_it(name: str, expected: bool) -> None:
    known = catalog(CATALOG, {"alpha": 0, "model": {"depth": 3}, "nothing": None})

    assert known.dataset(name) == Dataset(name=name, kind="parameter", registered=expected)


@pytest.mark.parametrize(
    "text",
    [
        '"{a}": {type: x}\n"{b}": {type: y}',
        '"{a}_x": {type: x, filepath: "{zz}"}',
        "a: text",
        "a:",
    ],
)
def test_a_catalog_that_kedro_refuses_is_a_wrong_configuration(project: Any, in_process: None, text: str) -> None:
    path: Path = project("def register_pipelines(): return {}", text)

    with pytest.raises(ConfigError) as caught:
        open_project(path)

    assert caught.value.message.startswith("catalog of env 'local': ")


PROCESS = """
import sys
from pathlib import Path

import yaml

from argo_kedro.project import Catalog

catalog = Catalog(yaml.safe_load(sys.stdin.read()), {}, Path("/project"))
print([catalog.dataset(name).kind for name in ("csv", "s3", "gs", "versioned", "partitioned", "cached", "memory")])
print(sorted({"pandas", "kedro_datasets", "s3fs"} & set(sys.modules)))
"""


def test_no_class_is_imported_to_tell_what_a_dataset_is(tmp_path: Path) -> None:
    for module in ("pandas", "kedro_datasets", "s3fs"):  # importable here, whatever else is installed
        (tmp_path / f"{module}.py").write_text("CSVDataset = object\n")

    done = subprocess.run(
        [sys.executable, "-c", PROCESS],
        input=CATALOG,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    kinds = ["local", "remote", "remote", "local", "local", "local", "memory"]
    assert done.stdout.splitlines()[-2:] == [str(kinds), "[]"]


def test_data_that_stands_in_the_catalog_is_given() -> None:
    catalog = Catalog({"a": {"type": "MemoryDataset", "data": 1}, "b": {"type": "MemoryDataset"}}, {}, Path("/p"))

    assert [catalog.dataset(name).given for name in "ab"] == [True, False]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("s3://key:secret@bucket/x", "s3://bucket/x"),
        ("https://token@host/x", "https://host/x"),
        ("abfss://container@account.dfs.core.windows.net/x", "abfss://container@account.dfs.core.windows.net/x"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("postgresql://u:p@ssw0rd@h/x", "postgresql://h/x"),
        ("postgresql://u:p/ssw0rd@h/x", "postgresql://h/x"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
    ],
)
def test_a_password_in_an_address_is_not_shown(path: str, shown: str) -> None:
    assert Catalog({"a": {"type": "x.Y", "filepath": path}}, {}, Path("/p")).dataset("a").path == shown
