"""A manifest as the engine reads it: templates, their tasks, and nothing that only a cluster needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argo_kedro.local.conditions import RetryExpression, When
from argo_kedro.local.depends import Depends
from argo_kedro.local.machine import NO_DEMAND, Demand


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output parameter: the file a pod writes, or the tag a DAG takes it from."""

    name: str
    path: str = ""
    tag: str = ""
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Retry:
    """When a failed task runs again. No limit means for ever, as in Argo."""

    limit: str | None
    policy: str
    expression: RetryExpression | None = None
    wait: float = 0.0
    factor: float = 1.0
    longest_wait: float | None = None
    max_duration: float | None = None


@dataclass(frozen=True, kw_only=True)
class EnvVar:
    """One environment variable: its value, or where a pod would take it from."""

    name: str
    value: str = ""
    source: str = ""  # `secret` (taken from this machine's environment), a supported field path, or empty


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A `container` template."""

    name: str
    command: tuple[str, ...]
    env: tuple[EnvVar, ...] = ()
    inputs: Mapping[str, str | None] = field(default_factory=dict)  # name -> value where no argument is given
    outputs: tuple[Output, ...] = ()
    retry: Retry | None = None
    deadline: str = ""
    timeout: str = ""
    service_account: str = ""  # that of the workflow if empty
    demand: Demand = NO_DEMAND


@dataclass(frozen=True, kw_only=True)
class DagTask:
    """One task of a DAG."""

    name: str
    template: str
    depends: Depends
    arguments: Mapping[str, str] = field(default_factory=dict)
    when: When | None = None


@dataclass(frozen=True, kw_only=True)
class Dag:
    """A `dag` template."""

    name: str
    tasks: Mapping[str, DagTask]
    followers: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, str | None] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    fail_fast: bool = True
    parallelism: int | None = None


Template = Pod | Dag


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that will run, checked."""

    document: Mapping[str, Any]
    entrypoint: str
    templates: Mapping[str, Template]  # those that can be reached
    parameters: Mapping[str, str]
    on_exit: str = ""
    parallelism: int | None = None
    deadline: float | None = None
    notices: tuple[str, ...] = ()
