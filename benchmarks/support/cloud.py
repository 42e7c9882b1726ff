"""A project whose pipeline is compiled: one registered pipeline, and a catalog in a bucket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kedro.pipeline import Pipeline

from argo_kedro.config import parse
from argo_kedro.project import Catalog, Project

_PATH = Path("/project")


def cloud_project(pipeline: Pipeline, argo: Mapping[str, Any], datasets: Iterable[str]) -> Project:
    """The project with this argo.yml, and a Parquet file in the bucket for each of these names or patterns."""
    entries = {name: {"type": "pandas.ParquetDataset", "filepath": f"s3://bucket/{name}.parquet"} for name in datasets}
    return Project(
        path=_PATH,
        package="benchmark",
        env="cloud",
        conf_source="",
        params={},
        config=parse(argo),
        pipelines={"__default__": pipeline},
        catalog=Catalog(entries, {}, _PATH),
    )
