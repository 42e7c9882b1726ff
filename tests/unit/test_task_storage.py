"""The storage of runs: what is written is whole or not there, and what goes wrong is said in words."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError
from shaky_files import ShakyFileSystem

from argo_kedro.task.patience import Patience
from argo_kedro.task.storage import NotWritten, Storage, folder, is_run_version, is_version

VERSION = "2026-11-21T08.03.47.000Z-5f0c2b1e"
QUICK = Patience(seconds=2.0, pause=0.001)
FEW = Patience(seconds=0.05, pause=0.01)


def at(path: Path, version: str = VERSION) -> Path:
    """The only dataset's folder."""
    (found,) = (path / version).iterdir()
    return found


@pytest.mark.parametrize("root", ["local", "shaky://bucket/runs"])
def test_what_is_saved_is_loaded_by_another_process_of_the_run(tmp_path: Path, root: str) -> None:
    ShakyFileSystem.start()
    address = root if "://" in root else str(tmp_path / root)
    data = {"x": [1, (2, None)], "y": b"\0" * 100}

    Storage(address).save("split", VERSION, data)
    other = Storage(address + "/")

    assert other.load("split", VERSION) == data
    assert other.exists("split", VERSION)
    assert not other.exists("split", VERSION + "x")
    assert not other.exists("Split", VERSION)


def test_the_last_save_counts_and_each_leaves_a_file_of_its_own(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    for number in range(3):
        storage.save("n", VERSION, number)

    assert storage.load("n", VERSION) == 2
    names = sorted(file.name for file in at(tmp_path).iterdir())
    assert (len(names), "marker.json" in names) == (4, True)


def test_the_marker_says_what_is_there_and_who_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKFLOW_ID", "demo-x7k2p")
    Storage(str(tmp_path)).save("a.b", VERSION, [1])

    marker = json.loads((at(tmp_path) / "marker.json").read_text())

    assert {key: marker[key] for key in ("dataset", "format", "type")} == {
        "dataset": "a.b",
        "format": "pickle",
        "type": "builtins.list",
    }
    assert marker["bytes"] == (at(tmp_path) / marker["file"]).stat().st_size
    assert (marker["by"]["workflow"], marker["by"]["process"]) == ("demo-x7k2p", os.getpid())


@given(st.lists(st.text(max_size=60), unique=True, max_size=20))
def test_names_that_look_alike_have_folders_of_their_own(names: list[str]) -> None:
    names = [*dict.fromkeys([*names, "a.b", "a_b", "a-b", "A-b", "a:b", "é", "", "x" * 60, "x" * 61])]

    folders = {folder(name, VERSION).casefold() for name in names}

    assert len(folders) == len(names)
    assert all(found.count("/") == 1 and len(found.rpartition("/")[2]) < 60 for found in folders)


@pytest.mark.parametrize(
    "version", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "{{workflow.uid}}", "a b", "-x", "x\n"]
)
def test_a_version_that_leads_elsewhere_is_refused(tmp_path: Path, version: str) -> None:
    storage = Storage(str(tmp_path / "runs"))

    assert not is_version(version)
    for deed in (lambda: storage.save("a", version, 1), lambda: storage.load("a", version)):
        with pytest.raises(DatasetError, match="cannot be the version of dataset 'a'"):
            deed()
    assert not (tmp_path / "runs").exists()


def test_what_was_never_written_is_missing(tmp_path: Path) -> None:
    ShakyFileSystem.start()
    for root in (str(tmp_path / "none"), "shaky://bucket/runs"):
        with pytest.raises(NotWritten):
            Storage(root).load("a", VERSION)


class TestTorn:
    """Whatever is not what its writer wrote is never handed to a node."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Storage:
        storage = Storage(str(tmp_path), patience=QUICK)
        storage.save("a", VERSION, list(range(1000)))
        return storage

    def test_every_cut_and_every_flipped_bit_is_found(self, tmp_path: Path, storage: Storage) -> None:
        (file,) = at(tmp_path).glob("*.pickle")
        whole = file.read_bytes()
        torn = [
            whole[:-1],
            b"",
            whole + b"\0",
            *(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in (0, 50, 900)),
        ]

        for content in torn:
            file.write_bytes(content)
            with pytest.raises(DatasetError, match="its size or its checksum differs"):
                storage.load("a", VERSION)
        file.write_bytes(whole)
        assert storage.load("a", VERSION) == list(range(1000))

    def test_every_cut_of_the_marker_is_found(self, tmp_path: Path, storage: Storage) -> None:
        marker = at(tmp_path) / "marker.json"
        whole = marker.read_bytes()

        for length in (0, 1, 20, len(whole) - 1):
            marker.write_bytes(whole[:length])
            with pytest.raises(DatasetError, match="marker is not JSON"):
                storage.load("a", VERSION)
        marker.write_text("[]")
        with pytest.raises(DatasetError, match="marker says too little"):
            storage.load("a", VERSION)

    def test_a_marker_of_another_dataset_or_folder_is_refused(self, tmp_path: Path, storage: Storage) -> None:
        file = at(tmp_path) / "marker.json"
        for key, value in {"dataset": "b", "file": "../../x"}.items():
            file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
            with pytest.raises(DatasetError, match="marker is that of dataset"):
                storage.load("a", VERSION)

    def test_a_file_that_is_gone_is_said(self, tmp_path: Path, storage: Storage) -> None:
        next(at(tmp_path).glob("*.pickle")).unlink()

        with pytest.raises(DatasetError, match=r"is gone, and the marker names it\.\nHint: retry the workflow from"):
            storage.load("a", VERSION)

    def test_a_format_of_a_later_version_is_said(self, tmp_path: Path, storage: Storage) -> None:
        file = at(tmp_path) / "marker.json"
        file.write_text(file.read_text().replace('"pickle"', '"feather"'))

        with pytest.raises(DatasetError, match="nothing here reads the format 'feather'"):
            storage.load("a", VERSION)

    def test_a_class_that_is_not_installed_here_is_said(self, tmp_path: Path, storage: Storage) -> None:
        storage.save("gone", VERSION, Gone())
        try:
            kept = globals().pop("Gone")
            with pytest.raises(DatasetError, match=r"Gone\) is whole, and cannot be made again: AttributeError"):
                storage.load("gone", VERSION)
        finally:
            globals()["Gone"] = kept


class Gone:
    """A class that one test takes away."""


def test_a_writer_that_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path), patience=FEW)
    storage.save("a", VERSION, "first")

    with pytest.raises(DatasetError) as raised:
        storage.save("a", VERSION, ["x" * 100_000, threading.Lock()])

    assert str(raised.value).startswith(
        "Dataset 'a' (builtins.list) cannot be kept for another task. pickle: TypeError"
    )
    assert "give it an entry in the catalog" in str(raised.value)
    assert "same task" in str(raised.value)
    assert storage.load("a", VERSION) == "first"
    assert len(list(at(tmp_path).iterdir())) == 2


class TestRemoval:
    """Only the folder of one run is ever removed."""

    def test_a_run_is_removed_and_no_other(self, tmp_path: Path) -> None:
        ShakyFileSystem.start()
        for root in (str(tmp_path), "shaky://bucket/runs"):
            storage = Storage(root)
            for version in (VERSION, VERSION + "1"):
                storage.save("a", version, version)
            storage.remove(VERSION)
            storage.remove(VERSION)  # nothing is left, and that is fine

            assert not storage.exists("a", VERSION)
            assert storage.load("a", VERSION + "1") == VERSION + "1"

    @pytest.mark.parametrize(
        "version",
        ["", ".", "..", "x", "2026", "2026-11-21T08.03.47.000Z", f"../{VERSION}", f"{VERSION}/..", f"{VERSION}/"],
    )
    def test_what_is_no_version_of_a_workflow_is_not_removed(self, tmp_path: Path, version: str) -> None:
        kept = tmp_path / "runs" / version
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "file").touch()

        assert not is_run_version(version)
        with pytest.raises(DatasetError, match="nothing is removed"):
            Storage(str(tmp_path / "runs")).remove(version)
        assert (kept / "file").exists()

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "file").touch()
        (tmp_path / "runs" / (VERSION + "1")).mkdir(parents=True)
        (tmp_path / "runs" / (VERSION + "1") / "link").symlink_to(outside)
        (tmp_path / "runs" / VERSION).symlink_to(outside)

        for version in (VERSION, VERSION + "1"):
            Storage(str(tmp_path / "runs")).remove(version)

        assert list((tmp_path / "runs").iterdir()) == []
        assert (outside / "file").exists()
