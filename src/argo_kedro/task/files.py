"""Files of a storage, on a path or behind fsspec: written whole or not at all, and read without holding them twice."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from kedro.io import DatasetError

_SLICE = 8 * 1024 * 1024
_SMALL = 32 * 1024 * 1024  # larger objects go through a temporary file
_PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "az"), "adlfs"),
}
# A server that says nothing must not hold a task for half an hour: `Patience` tries again.
_S3_CONFIG = {"connect_timeout": 10, "read_timeout": 20, "retries": {"total_max_attempts": 2, "mode": "standard"}}


class Files(Protocol):
    """The files below a root, by paths relative to it."""

    def write(self, path: str, fill: Callable[[Any], object]) -> None:
        """Make a new file; nothing of it stays if it cannot be filled."""

    def put(self, path: str, content: bytes) -> None:
        """Make or replace a small file: who reads it sees the old or the new one, whole."""

    def get(self, path: str) -> bytes:
        """A small file."""

    @contextmanager
    def opened(self, path: str, size: int) -> Iterator[BinaryIO]:
        """A file of this size to read and to seek in."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it; never what a link in it points to."""


def files_at(root: str, credentials: Mapping[str, Any]) -> Files:
    """The files at this path or address.

    Raises:
        DatasetError: if a package that it needs is not installed, or nothing knows such addresses.
    """
    protocol, _, rest = root.partition("://")
    if not rest or protocol == "file":
        return LocalFiles(Path(rest or root))
    package = _PACKAGES.get(protocol, "")
    if package and importlib.util.find_spec(package) is None:
        raise _not_installed(root, package)
    # A task that spills nothing, or into a folder, needs none of it.
    import fsspec.core  # type: ignore[import-untyped]

    options = dict(credentials)
    if package == "s3fs":
        options["config_kwargs"] = {**_S3_CONFIG, **options.get("config_kwargs", {})}
    try:
        # Not the instance that the project's datasets use: their caches of listings outlive a change.
        filesystem, path = fsspec.core.url_to_fs(root, skip_instance_cache=True, **options)
    except ImportError as error:
        raise _not_installed(root, error.name or package) from error
    except ValueError as error:
        if protocol in fsspec.available_protocols():
            raise
        hint = "storage.root in argo.yml is an absolute path, or an address such as s3://bucket/runs."
        raise DatasetError(f"{root}: nothing here knows {protocol}:// addresses.\nHint: {hint}") from error
    return StoredFiles(filesystem, path)


def _not_installed(root: str, package: str) -> DatasetError:
    hint = f"pip install {package}, in the requirements of the image."
    return DatasetError(f"{root}: the package {package} is not installed here.\nHint: {hint}")


class DigestingWriter(io.RawIOBase):
    """Hands on what is written in slices, counts it, and hashes it."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self.size = 0
        self.error: Exception | None = None  # of the stream, not of what writes to it

    @property
    def sha256(self) -> str:
        """The digest of all that was written."""
        return self._sha256.hexdigest()

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self.size

    def write(self, data: Any) -> int:
        """Hand on all of it."""
        view = memoryview(data)
        size = view.nbytes
        view = view.cast("B") if size else view
        for start in range(0, size, _SLICE):
            part = view[start : start + _SLICE]
            try:
                self._stream.write(part)
            except Exception as error:
                self.error = error
                raise
            self._sha256.update(part)
        self.size += size
        return size


def digest(stream: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 of all that is left to read."""
    size, sha256 = 0, hashlib.sha256()
    while part := stream.read(_SLICE):
        size += len(part)
        sha256.update(part)
    return size, sha256.hexdigest()


class LocalFiles:
    """Files in a folder, on a volume that tasks share."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, path: str, fill: Callable[[Any], object]) -> None:
        """Make a new file, on the disk before this returns."""
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("xb") as stream:
                fill(stream)
                stream.flush()
                os.fsync(stream.fileno())
        except BaseException:
            with suppress(OSError):
                file.unlink()
            raise

    def put(self, path: str, content: bytes) -> None:
        """Write it beside its place, and rename it."""
        file = self._root / path
        new = f"{path}.{uuid.uuid4().hex}"
        self.write(new, lambda stream: stream.write(content))
        try:
            (self._root / new).replace(file)
        except BaseException:
            with suppress(OSError):
                (self._root / new).unlink()
            raise
        for folder in (file.parent, file.parent.parent):
            with suppress(OSError):  # not every file system lets folders be synced
                _sync(folder)

    def get(self, path: str) -> bytes:
        """All of it."""
        return (self._root / path).read_bytes()

    @contextmanager
    def opened(self, path: str, size: int) -> Iterator[BinaryIO]:
        """The file itself."""
        with (self._root / path).open("rb") as stream:
            yield stream

    def exists(self, path: str) -> bool:
        """Whether there is such a file; a folder that may not be read is an error."""
        try:
            (self._root / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def remove(self, path: str) -> None:
        """Remove it; a link is removed as a link."""
        file = self._root / path
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class StoredFiles:
    """Objects behind an fsspec file system: one of them is there when its upload is complete, and not before."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._files = filesystem
        self._root = root.rstrip("/")

    def write(self, path: str, fill: Callable[[Any], object]) -> None:
        """Upload it part by part."""
        stream = self._files.open(self._at(path), "wb")
        try:
            fill(stream)
            stream.close()
        except BaseException:
            self._abandon(stream, path)
            raise

    def put(self, path: str, content: bytes) -> None:
        """One request."""
        self._files.pipe_file(self._at(path), content)

    def get(self, path: str) -> bytes:
        """One request."""
        return bytes(self._files.cat_file(self._at(path)))

    @contextmanager
    def opened(self, path: str, size: int) -> Iterator[BinaryIO]:
        """A copy: in memory if it is small, else on the disk, so that data never is in memory twice."""
        if size > _SMALL and _has_room(size):
            with tempfile.TemporaryFile() as copy:
                # Not `get_file`: that of s3fs holds ten parts of 50 MB at once.
                with self._files.open(self._at(path), "rb", block_size=_SLICE, cache_type="readahead") as stream:
                    shutil.copyfileobj(stream, copy, _SLICE)
                copy.seek(0)
                yield copy
        else:
            yield io.BytesIO(self._files.cat_file(self._at(path)))

    def exists(self, path: str) -> bool:
        """Asks the store, not a cache."""
        self._files.invalidate_cache()
        return bool(self._files.exists(self._at(path)))

    def remove(self, path: str) -> None:
        """Remove the object, or all that begin so."""
        self._files.invalidate_cache()
        with suppress(FileNotFoundError):
            self._files.rm(self._at(path), recursive=True)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _abandon(self, stream: Any, path: str) -> None:
        """Closing it would upload the part that there is. What stays behind no marker names."""
        from fsspec.spec import AbstractBufferedFile  # type: ignore[import-untyped]

        with suppress(Exception):
            if isinstance(stream, AbstractBufferedFile):
                stream.closed = True
                stream.discard()
            else:
                self._files.rm_file(self._at(path))


def _has_room(size: int) -> bool:
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free > size
    except FileNotFoundError:  # a pod whose root is read-only may have no folder for temporary files
        return False
