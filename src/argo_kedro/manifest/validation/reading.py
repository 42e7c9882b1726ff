"""A manifest's text, read as Kubernetes reads YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import yaml

from argo_kedro.errors import CompileError
from argo_kedro.model import Json, Problem


def read(text: str, *, where: str = "manifest") -> Json:
    """The document of a manifest's text.

    Args:
        text: One YAML document.
        where: What the error calls it, such as its path.

    Raises:
        CompileError: if it cannot be read, or is no mapping.
    """
    document = parsed(text, where)
    if isinstance(document, Problem):
        raise CompileError(f"{document.where}: {document.message}.", hint=document.hint)
    return document


def parsed(text: str, where: str) -> Json | Problem:
    """The document of a manifest's text, or why there is none."""
    try:
        document = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return unreadable(where, error)
    return document if isinstance(document, Mapping) else no_mapping(where, document)


def no_mapping(where: str, value: object) -> Problem:
    """The problem of a document that is something else."""
    hint = "a manifest begins with apiVersion, kind, metadata and spec"
    return Problem(message=f"it is no mapping but {type(value).__name__}", where=where, hint=hint)


def unreadable(where: str, error: Exception) -> Problem:
    """The problem of a text that is no YAML, with its line."""
    mark = getattr(error, "problem_mark", None)
    line = f", line {mark.line + 1}" if mark is not None else ""
    what = getattr(error, "problem", None) or str(error) or type(error).__name__
    hint = _keep_one(error.key) if isinstance(error, _StandsTwice) else "correct the YAML there"
    return Problem(message=f"it cannot be read: {what}", where=f"{where}{line}", hint=hint)


_IN_ARGO_YML = {
    "serviceAccountName": "service_account",
    "namespace": "namespace",
    "schedules": "schedule.schedules",
    "onExit": "policies.on_exit",
    "parallelism": "policies.parallelism",
    "priority": "policies.priority",
    "synchronization": "policies.mutexes",
    "activeDeadlineSeconds": "policies.timeout",
    "ttlStrategy": "policies.ttl",
    "podGC": "policies.pod_gc",
    "archiveLogs": "policies.archive_logs",
    "podDisruptionBudget": "policies.pod_disruption_budget",
}


def _keep_one(key: str) -> str:
    if key in _IN_ARGO_YML:
        return f"keep one of them: `{_IN_ARGO_YML[key]}` in argo.yml, or {key} in a manifest template of your own"
    return "keep one of them"


class _StandsTwice(yaml.constructor.ConstructorError):
    """A key that stands twice in one mapping."""

    def __init__(self, key: yaml.ScalarNode, mapping: yaml.MappingNode) -> None:
        self.key: str = key.value
        what = f"the key {key.value!r} stands twice"
        super().__init__("while reading a mapping", mapping.start_mark, what, key.start_mark)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C one is ten times faster
    """Takes a date as a text and refuses a key that stands twice in one mapping, as Kubernetes does both."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [resolver for resolver in resolvers if resolver[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
        if len(set(keys)) != len(keys):
            twice = next(key for key, _ in node.value if keys.count(key.value) > 1)
            raise _StandsTwice(twice, node)
        return super().construct_mapping(node, deep=deep)
