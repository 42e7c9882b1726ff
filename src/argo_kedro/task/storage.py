"""The storage of runs: `<root>/<version>/<dataset>/` holds data files, and a marker that names the one that counts.

Each attempt writes a data file of its own, and the marker last. Readers go by the marker, so that what a killed task
has left behind is never read, and two writers at once leave the data of one of them. Files that no marker names are
removed with the folder of the run.
"""

from __future__ import annotations

import json
import os
import re
import socket
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kedro.io import DatasetError

from argo_kedro.names import storage_folder
from argo_kedro.task.files import DigestingWriter, Files, digest, files_at
from argo_kedro.task.formats import Format, format_named, formats_of, type_name
from argo_kedro.task.patience import Patience, Unlike, storage_error, without_credentials

_MARKER = "marker.json"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")  # one component of a path
_OURS = re.compile(r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z-[A-Za-z0-9-]+\Z")
_WAYS_OUT = (
    "give it an entry in the catalog that can write it, or put the node that reads it into the same task "
    "(FusedPipeline, or `group` under `tasks:` in argo.yml)."
)
_ENTRIES = {"dataset": str, "file": str, "format": str, "type": str, "bytes": int, "sha256": str}


class NotWritten(DatasetError):
    """No run has written a dataset in this version."""


class _Refused(Exception):
    """A format cannot hold this data."""


def is_version(text: str) -> bool:
    """Whether it can be a version at all: one component of a path, that leads nowhere else."""
    return _VERSION.match(text) is not None


def is_run_version(version: str) -> bool:
    """Whether it is a version that a workflow makes: its creation time and its uid."""
    return _OURS.match(version) is not None


class Storage:
    """Where datasets that have no entry in the catalog travel between tasks."""

    def __init__(
        self, root: str, credentials: Mapping[str, Any] | None = None, *, patience: Patience | None = None
    ) -> None:
        self.root = root.rstrip("/") or root
        self._credentials = credentials or {}
        self._patience = patience or Patience()
        try:
            self._files: Files = self._patience(lambda: files_at(self.root, self._credentials))
        except DatasetError:
            raise
        except Exception as error:
            raise storage_error(error, self.root, self._credentials) from error

    def place(self, name: str, version: str) -> str:
        """The address of the folder of a dataset, for people."""
        return f"{self.root}/{folder(name, version)}"

    def save(self, name: str, version: str, data: Any) -> None:
        """Write a dataset whole.

        Raises:
            DatasetError: if the data cannot be written by any format, or the storage does not take it.
        """
        refused: list[str] = []
        for form in formats_of(data):
            try:
                self._save_as(form, name, version, data)
            except _Refused as error:
                refused.append(f"{form.name}: {error}")
            else:
                return
        message = f"Dataset {name!r} ({type_name(data)}) cannot be kept for another task. {'; '.join(refused)}."
        raise DatasetError(f"{message}\nHint: {_WAYS_OUT}")

    def load(self, name: str, version: str) -> Any:
        """What was saved, exactly.

        Raises:
            NotWritten: if it never was.
            DatasetError: if what is there is not what was saved, or the storage does not give it.
        """
        try:
            return self._patience(lambda: self._read(name, version))
        except (DatasetError, MemoryError):
            raise
        except Exception as error:
            raise storage_error(error, self.place(name, version), self._credentials) from error

    def exists(self, name: str, version: str) -> bool:
        """Whether it was saved, and whole."""
        path = f"{folder(name, version)}/{_MARKER}"
        try:
            return self._patience(lambda: self._files.exists(path))
        except Exception as error:
            raise storage_error(error, self.place(name, version), self._credentials) from error

    def remove(self, version: str) -> None:
        """Remove the folder of a run.

        Raises:
            DatasetError: if it is no version of a run, or the storage does not remove it.
        """
        if not is_run_version(version):
            hint = "it looks like 2026-11-21T08.03.47.000Z-<uid of the workflow>."
            raise DatasetError(f"{version!r} is not the version of a workflow: nothing is removed.\nHint: {hint}")
        try:
            self._patience(lambda: self._files.remove(version))
        except Exception as error:
            raise storage_error(error, f"{self.root}/{version}", self._credentials) from error

    def _save_as(self, form: Format, name: str, version: str, data: Any) -> None:
        try:
            marker = self._patience(lambda: self._write(form, name, version, data))
            text = json.dumps(marker, indent=2).encode()
            try:
                self._patience(lambda: self._files.put(f"{folder(name, version)}/{_MARKER}", text))
            except BaseException:
                with suppress(Exception):  # the error that counts is the marker's
                    self._files.remove(f"{folder(name, version)}/{marker['file']}")
                raise
        except (_Refused, DatasetError, MemoryError):
            raise
        except Exception as error:
            raise storage_error(error, self.place(name, version), self._credentials) from error

    def _write(self, form: Format, name: str, version: str, data: Any) -> dict[str, Any]:
        """A new data file, and the marker that names it."""
        file = f"{uuid.uuid4().hex}{form.suffix}"
        written: list[DigestingWriter] = []

        def fill(stream: Any) -> None:
            writer = DigestingWriter(stream)
            try:
                form.write(data, writer)
            except MemoryError:
                raise
            except Exception as error:
                if writer.error is not None:
                    raise writer.error from error
                raise _Refused(without_credentials(f"{type(error).__name__}: {error}", self._credentials)) from error
            written.append(writer)

        self._files.write(f"{folder(name, version)}/{file}", fill)
        return {
            "dataset": name,
            "file": file,
            "format": form.name,
            "type": type_name(data),
            "bytes": written[0].size,
            "sha256": written[0].sha256,
            "by": {"workflow": os.environ.get("WORKFLOW_ID", ""), "host": socket.gethostname(), "process": os.getpid()},
        }

    def _read(self, name: str, version: str) -> Any:
        place = folder(name, version)
        try:
            marker = _marker(self._files.get(f"{place}/{_MARKER}"), name)
        except FileNotFoundError as error:
            raise NotWritten(f"{self.place(name, version)}: it is not there.") from error
        form = format_named(marker["format"])
        if form is None:
            raise DatasetError(
                f"{self.place(name, version)}: nothing here reads the format {marker['format']!r}.\n"
                "Hint: another version of argo-kedro has written it; all tasks of a run need one version."
            )
        try:
            with self._files.opened(f"{place}/{marker['file']}", marker["bytes"]) as stream:
                if digest(stream) != (marker["bytes"], marker["sha256"]):
                    raise Unlike(f"{marker['file']} is not what was written: its size or its checksum differs")
                stream.seek(0)
                return _read_as(form, stream, name, marker["type"])
        except FileNotFoundError as error:
            raise Unlike(f"{marker['file']} is gone, and the marker names it") from error


def folder(name: str, version: str) -> str:
    """The path of a dataset below the root.

    Raises:
        DatasetError: if the version would lead somewhere else.
    """
    if not is_version(version):
        hint = "it is one part of a path: letters, digits, `.`, `_` and `-`."
        raise DatasetError(f"{version!r} cannot be the version of dataset {name!r}.\nHint: {hint}")
    return f"{version}/{storage_folder(name)}"


def _marker(text: bytes, name: str) -> dict[str, Any]:
    try:
        marker: Any = json.loads(text)
    except ValueError as error:
        raise Unlike("the marker is not JSON") from error
    if not isinstance(marker, dict) or any(type(marker.get(key)) is not kind for key, kind in _ENTRIES.items()):
        raise Unlike("the marker says too little")
    if marker["dataset"] != name or "/" in marker["file"]:
        raise Unlike(f"the marker is that of dataset {marker['dataset']!r}")
    return marker


def _read_as(form: Format, stream: Any, name: str, kind: str) -> Any:
    try:
        return form.read(stream)
    except MemoryError:
        raise
    except Exception as error:  # classes are made here, by code of the project or of any package
        raise DatasetError(
            f"Dataset {name!r} ({kind}) is whole, and cannot be made again: {type(error).__name__}: {error}.\n"
            "Hint: the image of this task needs the packages, in the versions, that the image of its writer has."
        ) from error
