"""The values everyone shares. One `Workflow` in the middle: everything before makes it, everything after reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Mapping[str, Any]
Severity = Literal["error", "cluster", "warning"]
DatasetKind = Literal["memory", "local", "remote", "parameter"]
PROFILE = "argo-kedro/profile"  # label: the profile of argo.yml that a workflow was made with
ENTRYPOINT = "pipeline"  # template: the DAG of all tasks
PARAMS = "params"  # the workflow argument that carries --params
USER = "argo-kedro/user"  # label: who submitted it
COMMIT = "argo-kedro/git-commit"  # label: of the project, when it was submitted
# What an exit handler is told of failures: Argo's own list is JSON in JSON, may be longer than an environment variable
# may be, and its tags would be expanded once more. This is a list of JSON with no `{{` in it.
FAILURES = (
    "{{=replace(toJSON(map((fromJSON(fromJSON(workflow.failures)) ?? [])[:50], ({displayName: .displayName, "
    "templateName: .templateName, podName: .podName, phase: .phase, finishedAt: .finishedAt, message: .message[:1000]}"
    '))), "{" + "{", `\\u007b\\u007b`)}}'
)
Kind = Literal["workflow", "template", "cron"]  # of a manifest: Workflow, WorkflowTemplate, CronWorkflow


def text(value: Mapping[str, Any], *path: str) -> str:
    """The text at this path of a document; empty if it is not there."""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that is wrong, where, and the way out.

    `error` stops everything, `cluster` is fine on this machine and fails on a cluster, `warning` stops nothing.
    """

    message: str
    where: str
    hint: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}\n  Hint: {self.hint}"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A value, and where it came from, in the words of `explain`."""

    value: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A Kedro dataset as the catalog of the target env describes it, without importing its class."""

    name: str
    kind: DatasetKind
    type: str = ""
    path: str = ""
    versioned: bool = False
    appends: bool = False  # each save adds to what is there
    registered: bool = True
    given: bool = False  # the catalog itself holds its data, so that each process has it


@dataclass(frozen=True, kw_only=True)
class DatasetUse:
    """A dataset that a task reads or writes, and who else does. A boundary dataset has a producer and consumers."""

    dataset: Dataset
    producer: str = ""  # a task; empty for an input of the workflow
    consumers: tuple[str, ...] = ()  # other tasks; empty for an output of the workflow


@dataclass(frozen=True, kw_only=True)
class Task:
    """One pod: the Kedro nodes it runs, and the tasks it waits for."""

    name: str
    nodes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    template: str
    group: str = ""
    pipeline: str = ""  # the registered pipeline that its process imports
    machine_type: Setting
    memory: tuple[str, ...] = ()  # internal datasets that become MemoryDatasets
    spilled: tuple[str, ...] = ()  # datasets that it writes to the run's storage, or reads from there
    pinned: tuple[str, ...] = ()  # versioned datasets that it reads in the version which this run has written
    arguments: Json = field(default_factory=dict)  # parameters of its template, where its name is not enough
    # What else is said of it, by the words of argo.yml: template, retries, timeout, service_account, each variable ...
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Template:
    """One pod template per distinct pod shape; `body` holds Argo's own fields but for the name."""

    name: str
    body: Json  # empty for one of the platform's, which `ref` names
    ref: Json = field(default_factory=dict)  # Argo's templateRef


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Everything that the manifest says, decided."""

    name: str
    namespace: str  # empty for the one of whoever submits it
    pipelines: tuple[str, ...]
    env: str
    tasks: tuple[Task, ...]
    templates: tuple[Template, ...]
    init_tasks: tuple[str, ...] = ()  # templates that run before everything else
    init_outputs: Mapping[str, str] = field(default_factory=dict)  # each with the init task that gives it
    datasets: tuple[DatasetUse, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()  # what planning saw that has no place in the plan
    service_account: str = ""
    schedule: Json = field(
        default_factory=dict
    )  # when it runs as a CronWorkflow, in Argo's words; empty if nobody said
    conf_source: str = ""  # in place of the project's own
    load_versions: Mapping[str, str] = field(default_factory=dict)  # of datasets that the run does not write
    on_exit: str = ""  # template that runs after all tasks, however they ended
    fail_fast: bool = True  # whether no further task starts once one has failed
    spec: Json = field(default_factory=dict)  # further fields of the spec, in Argo's words
    notes: tuple[str, ...] = ()  # what planning chose that a reader should know, such as groups that were split
    manifest_template: str = ""  # a project's own Jinja template, in place of ours

    @property
    def boundaries(self) -> tuple[DatasetUse, ...]:
        """The boundary datasets: written by one task, read by another."""
        return tuple(use for use in self.datasets if use.producer and use.consumers)
