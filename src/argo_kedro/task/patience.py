"""Which errors of a storage may go away, how long to wait for that, and what to say where they stay."""

from __future__ import annotations

import errno
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from kedro.io import DatasetError

from argo_kedro.task.hiding import hidden

_T = TypeVar("_T")
_LONGEST_PAUSE = 20.0
_UNLIKE = 3  # another writer may have replaced a file; one that is corrupt stays so

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Where trying again cannot help; the rest of errno is networks, busy servers and broken pipes.
_LASTING = (
    *_FULL,
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR),
    *(errno.EINVAL, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOSYS, errno.EMSGSIZE, errno.EEXIST),
)
# The clients of the stores; their errors are no OSErrors. They are named, not imported.
_CLIENTS = ("aiohttp", "aiobotocore", "azure", "botocore", "gcsfs", "google", "requests", "s3fs", "urllib3")
_MAY_GO_AWAY = (408, 409, 410, 429, *range(500, 600))
_DENIED = (401, 403)
# What S3 says of an upload that was cut, or whose end it has done already without a word that arrived.
_CUT_UPLOAD = ("BadDigest", "IncompleteBody", "NoSuchUpload", "RequestTimeout", "XAmzContentSHA256Mismatch")
_PLAIN_ADDRESS = re.compile(r"https?://[\w.:-]+/?\Z")
_WRONG_SETUP = ("Credential", "ParamValidation", "ProfileNotFound", "NoRegion", "InvalidURL", "ConfigParse", "UnknownS")


class Unlike(Exception):
    """What is in the storage is not what its marker says."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to try again: growing pauses, from the first one on, within some seconds after the first failure."""

    seconds: float = 120.0
    pause: float = 0.5

    def __call__(self, action: Callable[[], _T]) -> _T:
        """What the action returns, at last.

        Raises:
            Exception: of the last try, where all of them failed or where trying again cannot help.
        """
        end, pause, unlike = 0.0, self.pause, 0
        while True:
            try:
                return action()
            except Exception as error:  # each store has errors of its own; those that stay are raised
                unlike += isinstance(error, Unlike)
                # Not from the beginning: a large file takes longer than all patience, and may fail at its end.
                end = end or time.monotonic() + self.seconds
                if not may_go_away(error) or time.monotonic() + pause > end or unlike > _UNLIKE:
                    raise
            time.sleep(pause * random.uniform(0.7, 1.3))  # so that many tasks do not come back at once
            pause = min(2 * pause, _LONGEST_PAUSE)


def may_go_away(error: BaseException) -> bool:
    """Whether the same might go well a little later."""
    if isinstance(error, (Unlike, TimeoutError, ConnectionError)):
        return True
    status = _status(error)
    if status is not None:
        return status in _MAY_GO_AWAY or _code(error) in _CUT_UPLOAD
    if isinstance(error, (PermissionError, FileNotFoundError)):
        return "upload_id=" in str(error)  # Google forgets an upload whose last answer was cut: then all of it again
    if isinstance(error, OSError) and not _of_a_client(error):
        return error.errno not in _LASTING and not _is_denied(error)
    return _of_a_client(error) and not any(word in type(error).__name__ for word in _WRONG_SETUP)


def words(error: BaseException, place: str) -> str:
    """An error of a storage in words, with the way out."""
    return f"{place}: {_what(error)}\nHint: {_way_out(error)}"


def without_credentials(text: str, credentials: Mapping[str, Any]) -> str:
    """The text without any value of these credentials."""
    return hidden(text, _texts(credentials))


def storage_error(error: BaseException, place: str, credentials: Mapping[str, Any]) -> DatasetError:
    """What Kedro raises for it."""
    return DatasetError(without_credentials(words(error, place), credentials))


def _what(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno in _FULL:
        return f"there is no room for the data ({error.strerror or error})."
    if _is_denied(error):
        return f"permission is denied ({_line(error)})."
    return f"{type(error).__name__}: {_line(error)}."


def _way_out(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno in _FULL:
        return "make room there, or a larger volume, then retry the workflow."
    if _is_denied(error):
        return "the task needs to read, write, list and delete there; see storage.credentials in argo.yml."
    if isinstance(error, FileNotFoundError):
        return "is there such a bucket or volume? see storage.root in argo.yml."
    if isinstance(error, Unlike):
        return "retry the workflow from the task that writes this dataset."
    if may_go_away(error):
        return "it was tried again for about two minutes; is the store up? Then retry the workflow."
    return "see storage.root and storage.credentials in argo.yml."


def _is_denied(error: BaseException) -> bool:
    # gcsfs gives its 403 no number.
    return isinstance(error, PermissionError) or _status(error) in _DENIED or str(error).startswith("Forbidden")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _status(error: BaseException) -> int | None:
    """The HTTP status that an error of a client carries, or the one that s3fs has made it of."""
    response = _response(error)
    found: Any = getattr(error, "status_code", None) or getattr(error, "code", None) or getattr(error, "status", None)
    found = response.get("ResponseMetadata", {}).get("HTTPStatusCode", found)
    return int(found) if isinstance(found, int | str) and str(found).isdigit() else None


def _code(error: BaseException) -> str:
    return str(_response(error).get("Error", {}).get("Code", ""))


def _response(error: BaseException) -> Mapping[str, Any]:
    """What botocore keeps of an answer."""
    for each in (error, error.__cause__):
        response = getattr(each, "response", None)
        if isinstance(response, Mapping):
            return response
    return {}


def _of_a_client(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in _CLIENTS


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    # `us`, `v4` or `off` are no secrets, and an endpoint is what an error is about.
    elif isinstance(value, str) and len(value) > 3 and not _PLAIN_ADDRESS.match(value):
        yield value
