"""The versions of one run, on real catalogs of Kedro: what is pinned, and what a second attempt may remove."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import pytest
from kedro.io import AbstractVersionedDataset, CachedDataset, DataCatalog, DatasetError, Version
from kedro.io.core import get_protocol_and_path
from kedro.pipeline import Pipeline, node

from argo_kedro.task.versions import RunVersions

RUN = "2026-11-21T08.03.47.000Z-5f0c2b1e"
LATER = "2027-01-01T00.00.00.000Z-aaaa"
WRITES_X = Pipeline([node(lambda: "x", None, "x", name="write")])


class StoredText(AbstractVersionedDataset[str, str]):
    """A text behind fsspec, as the datasets of kedro-datasets are made."""

    def __init__(self, filepath: str, version: Version | None = None) -> None:
        protocol, path = get_protocol_and_path(filepath, version)
        self._fs = fsspec.filesystem(protocol)
        super().__init__(PurePosixPath(path), version, self._fs.exists, self._fs.glob)

    def load(self) -> str:
        return str(self._fs.cat_file(str(self._get_load_path())).decode())

    def save(self, data: str) -> None:
        path = str(self._get_save_path())
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(path, data.encode())

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


class PlainText(AbstractVersionedDataset[str, str]):
    """A text on this machine, by Kedro's own means."""

    def __init__(self, filepath: str, version: Version | None = None) -> None:
        super().__init__(PurePosixPath(filepath), version)

    def load(self) -> str:
        return Path(self._get_load_path()).read_text()

    def save(self, data: str) -> None:
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


@pytest.fixture(params=["stored", "plain", "memory"])
def entry(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """An entry of a catalog, on a file system of each kind."""
    fsspec.filesystem("memory").store.clear()
    kind = PlainText if request.param == "plain" else StoredText
    root = "memory://data" if request.param == "memory" else str(tmp_path)
    return {"type": kind, "filepath": f"{root}/x.txt", "versioned": True}


def started(config: dict[str, Any], hook: RunVersions, save_version: str = RUN) -> DataCatalog:
    catalog = DataCatalog.from_config(config, save_version=save_version)
    hook.before_pipeline_run(run_params={}, pipeline=WRITES_X, catalog=catalog)
    return catalog


def save(catalog: DataCatalog, hook: RunVersions, name: str, data: str) -> None:
    catalog.get(name)
    hook.before_dataset_saved()
    catalog.save(name, data)


@pytest.mark.parametrize("names", [["x"], ["{any}.x"], ["{everything}"]])
def test_a_pinned_load_is_of_this_run_whatever_is_there(entry: dict[str, Any], names: list[str]) -> None:
    name = "x" if names == ["x"] else "a.x"
    config = {names[0]: entry}
    for version in (RUN, LATER):
        DataCatalog.from_config(config, save_version=version).save(name, version)

    hook = RunVersions(RUN, {name: RUN})

    assert DataCatalog.from_config(config).load(name) == LATER
    assert started(config, hook).load(name) == RUN


def test_a_cached_dataset_is_pinned_too(entry: dict[str, Any]) -> None:
    inner = {key: value for key, value in entry.items() if key != "versioned"}
    config = {"x": {"type": "CachedDataset", "versioned": True, "dataset": inner}}
    for version in (RUN, LATER):
        DataCatalog.from_config(config, save_version=version).save("x", version)

    assert started(config, RunVersions(RUN, {"x": RUN})).load("x") == RUN


def test_what_a_hook_of_the_project_has_made_is_pinned_too(entry: dict[str, Any]) -> None:
    made = entry["type"](entry["filepath"], Version(None, None))
    for version in (RUN, LATER):
        entry["type"](entry["filepath"], Version(None, version)).save(version)
    for dataset in (made, CachedDataset(entry["type"](entry["filepath"], Version(None, None)))):
        catalog = DataCatalog(datasets={"x": dataset})
        hook = RunVersions(RUN, {"x": RUN})
        hook.before_pipeline_run(run_params={}, pipeline=Pipeline([]), catalog=catalog)

        assert catalog.load("x") == RUN

    assert made.resolve_save_version() == RUN


def test_hooks_see_what_is_loaded() -> None:
    run_params: dict[str, Any] = {"load_versions": None}
    hook = RunVersions(RUN, {"x": RUN})
    hook.before_pipeline_run(run_params=run_params, pipeline=Pipeline([]), catalog=DataCatalog())

    assert run_params == {"load_versions": {"x": RUN}}


def test_a_second_attempt_replaces_the_first(entry: dict[str, Any]) -> None:
    config = {"x": entry}
    for number in range(3):
        hook = RunVersions(RUN, {"x": RUN})
        catalog = started(config, hook)
        save(catalog, hook, "x", f"attempt {number}")
        assert catalog.load("x") == f"attempt {number}"


def test_a_second_attempt_reads_what_the_first_one_read(entry: dict[str, Any]) -> None:
    """Two entries for one file: what there was until now, and what is made of it."""
    config = {"before": entry, "x": entry}
    DataCatalog.from_config(config, save_version="2025-01-01T00.00.00.000Z").save("x", "old")
    for _ in range(2):
        hook = RunVersions(RUN, {})
        catalog = started(config, hook)
        for name in config:
            catalog.get(name)
        hook.before_dataset_loaded(dataset_name="before")
        save(catalog, hook, "x", catalog.load("before") + " and new")

    assert DataCatalog.from_config(config).load("x") == "old and new"


def test_no_other_version_is_touched(entry: dict[str, Any]) -> None:
    config = {"x": entry}
    others = ["2025-01-01T00.00.00.000Z", RUN[:-1], RUN + "0", LATER]
    for version in others:
        DataCatalog.from_config(config, save_version=version).save("x", version)
    for _ in range(2):
        hook = RunVersions(RUN, {})
        save(started(config, hook), hook, "x", RUN)  # a later version is there, and Kedro must not warn of it

    for version in (*others, RUN):
        assert DataCatalog.from_config(config, load_versions={"x": version}).load("x") == version


def test_a_version_that_nobody_gave_is_not_replaced(entry: dict[str, Any]) -> None:
    config = {"x": entry}
    first = RunVersions("", {})
    save(started(config, first), first, "x", "first")

    second = RunVersions("", {})
    with pytest.raises(DatasetError, match="must not exist if versioning is enabled"):
        save(started(config, second), second, "x", "second")


def test_a_version_of_the_projects_own_is_not_replaced(entry: dict[str, Any]) -> None:
    catalog = DataCatalog(datasets={"x": entry["type"](entry["filepath"], Version(None, "mine"))})
    hook = RunVersions(RUN, {})
    hook.before_pipeline_run(run_params={}, pipeline=WRITES_X, catalog=catalog)
    save(catalog, hook, "x", "kept")

    with pytest.raises(DatasetError, match="must not exist if versioning is enabled"):
        save(catalog, hook, "x", "another")
    assert catalog.load("x") == "kept"


def test_a_second_save_of_one_attempt_is_kedros_error_still(entry: dict[str, Any]) -> None:
    hook = RunVersions(RUN, {})
    catalog = started({"x": entry}, hook)
    save(catalog, hook, "x", "once")

    with pytest.raises(DatasetError, match="must not exist if versioning is enabled"):
        save(catalog, hook, "x", "twice")


def test_a_pinned_version_that_is_not_there_is_kedros_error_with_a_way_out(entry: dict[str, Any]) -> None:
    DataCatalog.from_config({"x": entry}, save_version=LATER).save("x", LATER)
    hook = RunVersions(RUN, {"x": RUN})
    catalog = started({"x": entry}, hook)

    hook.before_dataset_loaded(dataset_name="x")
    with pytest.raises(DatasetError) as raised:
        catalog.load("x")
    said = str(raised.value)
    hook.on_pipeline_error(error=raised.value)

    assert str(raised.value) == (
        f"{said}\nHint: version {RUN} of 'x' is not there. This run has not written it; `kedro argo retry` runs what "
        "is not done. --load-versions x:VERSION reads what another run has written."
    )


def test_an_error_of_something_else_stays_as_it_is(entry: dict[str, Any]) -> None:
    hook = RunVersions(RUN, {"x": RUN})
    started({"x": entry}, hook).get("x")
    hook.before_dataset_loaded(dataset_name="x")
    hook.after_dataset_loaded()
    error = DatasetError("a node's own")
    hook.on_pipeline_error(error=error)

    assert str(error) == "a node's own"
