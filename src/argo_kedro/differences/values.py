"""What a manifest says, as fields in words: `activeDeadlineSeconds` is `timeout`, a list of `env` a field for each.

What says nothing, such as the empty mappings that Argo's controller writes back, is no field. A secret is a reference;
a value that is called like a secret is never shown.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argo_kedro.addresses import PASSWORD
from argo_kedro.quantities import amount

Fields = dict[str, "Value"]

HIDDEN = "(not shown: it is called like a secret)"
_SECRET = re.compile(
    r"passw|passphrase|secret|credential|(api|access|private|account)[-_.]?key|(^|[-_.])(pwd|token)($|[-_.])|[a-z]Token$",
    re.IGNORECASE,
)
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)":')  # in JSON
_USER = re.compile(r"(?<=://)[^/@\s]+@")  # of an address, where there is no password
_DEFAULTS = {"suspend": False, "failFast": True}  # Argo's own, so that to say so says nothing
_NAMED_BY = ("name", "mountPath")  # what tells the members of a list apart
_WORDS = {
    "activeDeadlineSeconds": "timeout",
    "serviceAccountName": "service account",
    "priorityClassName": "priority class",
    "retryStrategy.limit": "retries",
    "retryStrategy.retryPolicy": "retry policy",
    "retryStrategy.expression": "retry condition",
    "imagePullPolicy": "image pull policy",
    "schedules": "schedule",
    "concurrencyPolicy": "concurrency policy",
    "imagePullSecrets": "image pull secrets",
    "synchronization.mutexes": "mutexes",
    "synchronization.semaphores": "semaphores",
    "ttlStrategy.secondsAfterCompletion": "kept after its end",
    "ttlStrategy.secondsAfterSuccess": "kept after success",
    "ttlStrategy.secondsAfterFailure": "kept after failure",
    "podGC.strategy": "pods are deleted",
    "archiveLogs": "archive logs",
    "podSpecPatch": "pod spec patch",
}
_BEGINNINGS = (
    ("nodeSelector.", "node selector "),
    ("metadata.labels.", "pod label "),
    ("metadata.annotations.", "pod annotation "),
    ("podMetadata.labels.", "label of all pods "),
    ("podMetadata.annotations.", "annotation of all pods "),
)
_SECONDS = re.compile(r"(activeDeadlineSeconds|secondsAfter\w+)\Z")


@dataclass(frozen=True)
class Value:
    """A value in words, and what makes two of them the same."""

    text: str = field(compare=False)
    meaning: Hashable


def value(found: Any, *, called: str = "") -> Value:
    """A value as it is shown; one that is called like a secret is not.

    Args:
        found: Anything of a manifest.
        called: Its name, such as that of a variable, where a value of that name may be a secret.
    """
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
    names = [called, *(_KEY.findall(text) if not isinstance(found, str) else ())] if called else []
    if any(map(is_secret, names)):
        return Value(HIDDEN, text)
    return Value(_USER.sub("...@", PASSWORD.sub("...@", text)), text)


def is_secret(name: str) -> bool:
    """Whether a name is that of a secret, such as `DB_PASSWORD`, by how it sounds."""
    return _SECRET.search(name) is not None


def typed(words: Sequence[str]) -> Value:
    """A command line as it is typed; not shown if a word of it, up to its `=`, is called like a secret."""
    line = shlex.join(words)
    names = (part.partition("=")[0] for word in words for part in word.split())
    return Value(HIDDEN, line) if any(map(is_secret, names)) else value(line)


def given(text: str) -> Value:
    """A value that is in words already."""
    return Value(text, text)


def quantity(found: Any) -> Value:
    """An amount: `500m` is `0.5`."""
    try:
        return Value(str(found), amount(str(found)))
    except ValueError:
        return value(found)


def fields(found: Any, path: str = "", prefix: str = "") -> Iterator[tuple[str, Value]]:
    """All that a part of a manifest says, each by its words or, where there are none, by its path."""
    todo: list[tuple[str, Any]] = [(path, found)]
    while todo:
        path, found = todo.pop()
        inner = _inner(path, found)
        if inner is not None:
            todo += reversed(inner)
        elif not _says_nothing(path, found):
            yield prefix + words(path), _leaf(path, found)


def words(path: str) -> str:
    """What a path is called: `nodeSelector.pool` is `node selector pool`."""
    for beginning, said in _BEGINNINGS:
        if path.startswith(beginning):
            return said + path.removeprefix(beginning)
    return _WORDS.get(path, path)


def each(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The members of a list that have a name, each with it; the others with their place."""
    for place, member in enumerate(found if isinstance(found, list) else ()):
        if isinstance(member, Mapping):
            name = next((str(member[key]) for key in _NAMED_BY if member.get(key)), f"[{place}]")
            yield name, member


def _inner(path: str, found: Any) -> list[tuple[str, Any]] | None:
    """What stands in a mapping, or in a list whose members have names; None for a value."""
    if isinstance(found, Mapping):
        return [(f"{path}.{key}" if path else str(key), item) for key, item in found.items()]
    if not isinstance(found, list) or not found:
        return None
    key = next((key for key in _NAMED_BY if _tells_apart(found, key)), "")
    if not key or all(len(member) == 1 for member in found):  # names alone are one value: `a, b`
        return None
    return [
        (f"{path}[{member[key]}]", {name: item for name, item in member.items() if name != key}) for member in found
    ]


def _tells_apart(found: list[Any], key: str) -> bool:
    if not all(isinstance(member, Mapping) and isinstance(member.get(key), str) for member in found):
        return False
    return len({member[key] for member in found}) == len(found)


def _says_nothing(path: str, found: Any) -> bool:
    last = path.rpartition(".")[2]
    return found is None or found == "" or found == [] or (last in _DEFAULTS and found is _DEFAULTS[last])


def _leaf(path: str, found: Any) -> Value:
    if _SECONDS.search(path):
        return given(f"{found} s")
    if isinstance(found, list):
        if all(isinstance(member, str) for member in found):
            return value(", ".join(found))
        if _tells_apart(found, "name"):
            return value(", ".join(member["name"] for member in found))
    return value(found)
