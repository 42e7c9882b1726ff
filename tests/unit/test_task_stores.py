"""Stores that fail, and addresses of stores: what is tried again, what is said, and what is left behind."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fsspec.registry import _registry
from kedro.io import DatasetError
from shaky_files import ShakyFileSystem

from argo_kedro.task.patience import Patience
from argo_kedro.task.storage import Storage

VERSION = "2026-11-21T08.03.47.000Z-5f0c2b1e"
QUICK = Patience(seconds=2.0, pause=0.001)
FEW = Patience(seconds=0.05, pause=0.01)


def faults(*errors: Exception | None, request: str = "") -> Callable[[str], None]:
    """Raise these, one for each request of a kind; None lets one through."""
    left = list(errors)

    def fault(asked: str) -> None:
        if asked.startswith(request) and left:
            error = left.pop(0)
            if error is not None:
                raise error

    return fault


class TestStoreThatFails:
    """What may go away is tried again; the rest is an error at once."""

    root = "shaky://bucket/runs"

    @pytest.mark.parametrize("request_", ["put", "open wb", "get", "exists"])
    @pytest.mark.parametrize(
        "error",
        [
            OSError(errno.EBUSY, "Please reduce your request rate."),  # s3fs: 503
            OSError(errno.EREMOTEIO, "internal error"),  # s3fs: 500
            OSError("connection lost"),
            ConnectionResetError(),
            TimeoutError(),
            type("HttpError", (Exception,), {"__module__": "gcsfs.retry", "code": 503})(),
            type("HttpResponseError", (Exception,), {"__module__": "azure.core.exceptions", "status_code": 429})(),
            type("EndpointConnectionError", (Exception,), {"__module__": "botocore.exceptions"})(),
            type("ClientPayloadError", (Exception,), {"__module__": "aiohttp.client_exceptions"})(),
        ],
    )
    def test_what_may_go_away_is_tried_again(self, request_: str, error: Exception) -> None:
        ShakyFileSystem.start(faults(error, error, None, error, request=request_))
        storage = Storage(self.root, patience=QUICK)

        storage.save("a", VERSION, {"x": 1})

        assert storage.exists("a", VERSION)
        assert storage.load("a", VERSION) == {"x": 1}

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (PermissionError("Access Denied."), "permission is denied (Access Denied)."),
            (OSError("Forbidden: https://x\nno storage.objects.create"), "permission is denied (Forbidden:"),
            (FileNotFoundError("The specified bucket does not exist"), "is there such a bucket or volume?"),
            (OSError(errno.ENOSPC, "No space left on device"), "there is no room for the data"),
            (OSError(errno.EINVAL, "Invalid bucket name"), "Invalid bucket name"),
            (type("NoCredentialsError", (Exception,), {"__module__": "botocore.exceptions"})("none"), "NoCredentials"),
            (type("HttpError", (Exception,), {"__module__": "gcsfs.retry", "code": 401})("no token"), "no token"),
            (ValueError("Bad Request"), "ValueError: Bad Request."),
        ],
    )
    def test_what_stays_is_an_error_at_once(self, error: Exception, expected: str) -> None:
        asked: list[str] = []

        def fault(request: str) -> None:
            asked.append(request)
            raise error

        ShakyFileSystem.start(fault)
        with pytest.raises(DatasetError) as raised:
            Storage(self.root).save("a", VERSION, 1)

        assert asked == ["open wb"]
        assert expected in str(raised.value)
        assert str(raised.value).startswith(f"{self.root}/{VERSION}/a-")
        assert "\nHint: " in str(raised.value)

    def test_a_store_that_stays_down_is_an_error_in_the_end(self) -> None:
        def fault(request: str) -> None:
            raise OSError(errno.EBUSY, "Please reduce your request rate")

        ShakyFileSystem.start(fault)
        storage = Storage(self.root, patience=FEW)

        for deed in (
            lambda: storage.save("a", VERSION, 1),
            lambda: storage.load("a", VERSION),
            lambda: storage.exists("a", VERSION),
            lambda: storage.remove(VERSION),
        ):
            with pytest.raises(DatasetError, match=r"reduce your request rate\.\nHint: it was tried again"):
                deed()

    def test_what_takes_longer_than_all_patience_is_tried_again_too(self) -> None:
        tries: list[int] = []

        def upload() -> str:
            tries.append(1)
            time.sleep(3 * FEW.seconds)
            if len(tries) == 1:
                raise ConnectionResetError
            return "done"

        assert FEW(upload) == "done"

    def test_an_upload_that_breaks_is_not_completed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ShakyFileSystem.start()
        storage = Storage(self.root, patience=FEW)
        with pytest.raises(DatasetError):
            storage.save("a", VERSION, ["x" * 100_000, threading.Lock()])

        assert ShakyFileSystem.store == {}

    def test_a_marker_that_cannot_be_written_leaves_no_data(self) -> None:
        ShakyFileSystem.start(faults(PermissionError("no"), request="put"))
        storage = Storage(self.root)
        with pytest.raises(DatasetError, match="permission is denied"):
            storage.save("a", VERSION, 1)

        assert ShakyFileSystem.store == {}

    def test_no_message_holds_the_credentials(self) -> None:
        credentials = {"key": "KEY-1234", "client_kwargs": {"secret": "SECRET-5678", "also": ["TOKEN-9"]}}
        error = OSError(errno.EINVAL, "bad KEY-1234 with SECRET-5678, TOKEN-9")
        ShakyFileSystem.start(faults(*[error] * 9))

        with pytest.raises(DatasetError) as raised:
            Storage(self.root, credentials).save("a", VERSION, 1)

        assert "bad *** with ***, ***" in str(raised.value)
        assert ShakyFileSystem.options == credentials


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(DatasetError, match=r"the package adlfs is not installed here\.\nHint: pip install adlfs"):
        Storage("abfss://data@account.dfs.core.windows.net/runs")


def test_azure_is_asked_with_the_account_of_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    class Azure(ShakyFileSystem):
        protocol = "abfss"
        cachable = False

        def __init__(self, **options: Any) -> None:
            super().__init__()
            asked.update(options)

        @staticmethod
        def _get_kwargs_from_urls(path: str) -> dict[str, str]:
            return {"account_name": path.partition("@")[2].partition(".")[0]}  # as adlfs does

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            container, _, rest = path.removeprefix("abfss://").partition("/")
            return f"/{container.partition('@')[0]}/{rest}".rstrip("/") if "@" in container else path

    (tmp_path / "adlfs.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(_registry, "abfss", Azure)
    Azure.start()
    storage = Storage("abfss://data@account.dfs.core.windows.net/runs", {"credential": "KEY"})

    storage.save("a", VERSION, 1)

    assert asked == {"credential": "KEY", "account_name": "account"}
    assert all(path.startswith(f"/data/runs/{VERSION}/a-") for path in Azure.store)
    assert storage.load("a", VERSION) == 1


def test_an_address_that_nothing_knows_is_refused() -> None:
    with pytest.raises(DatasetError, match="nothing here knows nope:// addresses"):
        Storage("nope://bucket/runs")


@pytest.mark.parametrize("room", [True, False])
def test_a_large_object_is_read_through_a_file_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    ShakyFileSystem.start()
    storage = Storage("shaky://bucket/runs")
    data = os.urandom(33 * 1024 * 1024)
    storage.save("a", VERSION, data)
    asked: list[str] = []
    ShakyFileSystem.start_faults(asked.append)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path) if room else str(tmp_path / "none"))

    assert storage.load("a", VERSION) == data
    assert asked == ["get", "open rb" if room else "get"]
