"""Spilled and versioned data in a real S3 server and a real GCS server, and what becomes of it when they are shaky."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faulty_proxy import faulty_proxy
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline, node

from argo_kedro.task.patience import Patience
from argo_kedro.task.storage import NotWritten, Storage
from argo_kedro.task.versions import RunVersions

# gcsfs does so with each part of an upload.
pytestmark = pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")

VERSION = "2026-11-21T08.03.47.000Z-5f0c2b1e"
LATER = "2099-01-01T00.00.00.000Z-9999"
FAULTS = Path(__file__).parents[1] / "integration" / "storage_faults.py"


@dataclass(frozen=True, kw_only=True)
class Store:
    """A bucket, and what its users say to reach it."""

    root: str
    endpoint: str
    credentials: dict[str, Any]

    def through(self, endpoint: str, **options: Any) -> dict[str, Any]:
        """The credentials of someone who goes by a proxy."""
        return {**self.credentials, "endpoint_url": endpoint, **options}


@pytest.fixture
def s3_store(bed: Any, s3: Any) -> Store:
    credentials = {"key": bed.s3["key"], "secret": bed.s3["secret"], "endpoint_url": bed.s3["endpoint"]}
    return Store(root=f"s3://{s3.name}/runs", endpoint=bed.s3["endpoint"], credentials=credentials)


@pytest.fixture(params=["s3", "gs"])
def store(request: pytest.FixtureRequest, bed: Any) -> Iterator[Store]:
    if request.param == "s3":
        yield request.getfixturevalue("s3_store")
        return
    bucket = request.getfixturevalue("gcs")
    credentials = {"token": "anon", "endpoint_url": bed.gcs["endpoint"]}
    yield Store(root=f"gs://{bucket.name}/runs", endpoint=bed.gcs["endpoint"], credentials=credentials)


def test_data_of_every_size_comes_back(store: Store) -> None:
    pandas = pytest.importorskip("pandas")
    storage = Storage(store.root, store.credentials)
    large = os.urandom(60 * 1024 * 1024)  # more than one part, and more than fits into memory by our own rule

    storage.save("small", VERSION, {"x": [1, None]})
    storage.save("large", VERSION, large)
    storage.save("frame", VERSION, pandas.DataFrame({"a": [1, 2], "s": ["x", None]}))
    other = Storage(store.root, store.credentials)

    assert other.load("small", VERSION) == {"x": [1, None]}
    assert other.load("large", VERSION) == large
    assert other.load("frame", VERSION).to_dict("list") == {"a": [1, 2], "s": ["x", None]} or pandas.isna(
        other.load("frame", VERSION)["s"][1]
    )
    assert other.exists("small", VERSION)
    assert not other.exists("none", VERSION)
    with pytest.raises(NotWritten):
        other.load("none", VERSION)


def test_only_the_folder_of_the_run_is_removed(store: Store) -> None:
    storage = Storage(store.root, store.credentials)
    for version in (VERSION, VERSION + "1"):
        storage.save("a", version, version)
    storage.remove(VERSION)
    storage.remove(VERSION)

    assert not storage.exists("a", VERSION)
    assert storage.load("a", VERSION + "1") == VERSION + "1"


def test_a_second_attempt_replaces_a_versioned_dataset_of_kedro_datasets(store: Store) -> None:
    entry = {
        "type": "text.TextDataset",
        "filepath": f"{store.root.replace('runs', 'data')}/x.txt",
        "versioned": True,
        "credentials": store.credentials,
    }
    DataCatalog.from_config({"x": entry}, save_version=LATER).save("x", LATER)

    for attempt in ("one", "two"):
        catalog = DataCatalog.from_config({"x": entry}, save_version=VERSION)
        hook = RunVersions(VERSION, {"x": VERSION})
        pipeline = Pipeline([node(lambda: "x", None, "x", name="write")])
        hook.before_pipeline_run(run_params={}, pipeline=pipeline, catalog=catalog)
        catalog.get("x")
        hook.before_dataset_saved()
        catalog.save("x", attempt)
        assert catalog.load("x") == attempt

    assert DataCatalog.from_config({"x": entry}).load("x") == LATER


@pytest.mark.parametrize(("fault", "amount"), [("killed", 30), ("together", 5)])
def test_killed_writers_and_two_at_once_are_never_read_torn(store: Store, fault: str, amount: int) -> None:
    env = {"STORAGE_CREDENTIALS": json.dumps(store.credentials), "LONGEST_LIFE": "1.5"}
    done = subprocess.run(
        [sys.executable, FAULTS, fault, store.root, str(amount)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert set(found) <= {"whole", "nothing yet"}
    assert found["whole"] > 0


def test_a_shaky_store_loses_nothing(store: Store) -> None:
    """A third of the requests goes wrong."""
    lost = []
    times = 20 if store.root.startswith("s3") else 6  # gcsfs pauses for seconds between its own tries
    with faulty_proxy(store.endpoint, busy=0.2, cut=0.06, half=0.06, slow=0.05) as proxy:
        for number in range(times):
            storage = Storage(store.root, store.through(proxy.address))
            data = [number] * 50_000
            storage.save(f"d{number}", VERSION, data)
            if storage.load(f"d{number}", VERSION) != data:
                lost.append(number)

    assert lost == []
    assert proxy.seen["busy"] > 0
    assert sum(proxy.seen.values()) - proxy.seen["passed"] > times / 2


def test_a_large_upload_goes_through_a_shaky_store(s3_store: Store) -> None:
    data = os.urandom(110 * 1024 * 1024)  # three parts
    with faulty_proxy(s3_store.endpoint, busy=0.15, cut=0.05, half=0.05) as proxy:
        storage = Storage(s3_store.root, s3_store.through(proxy.address))
        storage.save("large", VERSION, data)
        assert storage.load("large", VERSION) == data


@pytest.mark.parametrize("shares", [{"busy": 1.0}, {"cut": 1.0}, {"silent": 1.0}])
def test_a_store_that_stays_down_is_an_error_in_words(s3_store: Store, shares: dict[str, float]) -> None:
    quick = {"connect_timeout": 1, "read_timeout": 1, "retries": {"total_max_attempts": 1}}
    with faulty_proxy(s3_store.endpoint, **shares) as proxy:
        credentials = s3_store.through(proxy.address, config_kwargs=quick)
        storage = Storage(s3_store.root, credentials, patience=Patience(seconds=3))
        start = time.monotonic()
        with pytest.raises(DatasetError, match=r"\nHint: it was tried again for about two minutes") as raised:
            storage.save("a", VERSION, [1])

    assert time.monotonic() - start < 30
    assert s3_store.credentials["secret"] not in str(raised.value)
    assert s3_store.credentials["key"] not in str(raised.value)
    assert not Storage(s3_store.root, s3_store.credentials).exists("a", VERSION)


def test_answers_that_are_always_cut_are_never_taken_for_data(s3_store: Store) -> None:
    Storage(s3_store.root, s3_store.credentials).save("a", VERSION, list(range(10_000)))
    with faulty_proxy(s3_store.endpoint, half=1.0) as proxy:
        storage = Storage(s3_store.root, s3_store.through(proxy.address), patience=Patience(seconds=3))
        with pytest.raises(DatasetError, match="Hint: "):
            storage.load("a", VERSION)


def test_a_wrong_key_and_a_wrong_bucket_are_errors_at_once(s3_store: Store) -> None:
    wrong = [
        (s3_store.root, {"secret": "not-the-secret"}, "permission is denied"),
        (s3_store.root, {"key": "nobody-knows-me"}, "No user exists with the provided access key"),
        ("s3://no-such-bucket/runs", {}, "is there such a bucket"),
    ]
    for root, given, expected in wrong:
        with pytest.raises(DatasetError, match=expected) as raised:
            Storage(root, {**s3_store.credentials, **given}).save("a", VERSION, 1)
        assert not any(secret in str(raised.value) for secret in given.values())
