"""What `explain --json` and `status --json` write, as types: mypy and the schemas of the docs hold the code to them.

Keys are only ever added, and keep their meaning, in what other verbs write too; anything else is a new `VERSION`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

VERSION: Literal[1] = 1
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_Levels = Annotated[int, Field(description="Of the DAG: tasks in its longest row.")]
_Waiting = Annotated[int, Field(description="What these levels cost on a stock Argo controller at least.")]
_Version = Annotated[Literal[1], Field(description="Of this form. Keys are only added to it.")]


class Said(TypedDict):
    """A value, and its source."""

    value: Annotated[str, Field(description="The value, as a text.")]
    source: Annotated[
        str, Field(description="`code`, the place in argo.yml such as `argo.yml tasks[0]`, or what it follows from.")
    ]


class ExplainedTask(TypedDict):
    """A task: one pod."""

    name: Annotated[str, Field(description="In the manifest; unique.")]
    nodes: Annotated[list[str], Field(description="The nodes that it runs, in running order.")]
    group: Annotated[str, Field(description="What people call its nodes; empty for a task of one node on its own.")]
    needs: Annotated[list[str], Field(description="Names of the tasks that it waits for.")]
    template: Annotated[str, Field(description="Name of its pod template in the manifest.")]
    machine_type: Annotated[Said, Field(description="Its machine type, and what chose that.")]
    settings: Annotated[
        dict[str, Said],
        Field(
            description="What else is said of it, by the words of argo.yml: `retries`, `timeout`, `environment.NAME`"
        ),
    ]
    pipeline: Annotated[str, Field(description="The registered pipeline that its process imports.")]
    joined_by_memory: Annotated[bool, Field(description="Whether datasets in memory made its nodes one task.")]
    in_memory: Annotated[list[str], Field(description="Datasets that are kept in memory inside of it.")]
    spilled: Annotated[
        list[str], Field(description="Datasets that it writes to the `storage` of argo.yml, or reads from there.")
    ]
    pinned: Annotated[
        list[str], Field(description="Versioned datasets that it reads in the version which this run writes.")
    ]
    command: Annotated[
        str, Field(description="The line that runs it on this machine; empty if it reads what only a run has.")
    ]


class BoundaryDataset(TypedDict):
    """A dataset that one task writes and others read."""

    name: Annotated[str, Field(description="In the catalog.")]
    producer: Annotated[str, Field(description="Name of the task that writes it.")]
    consumers: Annotated[list[str], Field(description="Names of the tasks that read it.")]
    travels: Annotated[str, Field(description="Where it is kept between them, in words.")]
    versioned: Annotated[bool, Field(description="Whether the catalog keeps versions of it.")]


class Explanation(TypedDict):
    """What `kedro argo explain --json` writes."""

    version: _Version
    workflow: Annotated[str, Field(description="First part of the workflow's name.")]
    namespace: Annotated[str, Field(description="Of Kubernetes; empty for that of whoever submits it.")]
    pipelines: Annotated[list[str], Field(description="The registered pipelines that run.")]
    env: Annotated[str, Field(description="The Kedro env.")]
    tasks: Annotated[list[ExplainedTask], Field(description="Each after those that it waits for.")]
    init_tasks: Annotated[list[str], Field(description="Templates that run before all tasks.")]
    boundary_datasets: Annotated[list[BoundaryDataset], Field(description="The data that crosses tasks.")]
    load_versions: Annotated[dict[str, str], Field(description="Versions that were asked for, by dataset.")]
    levels: _Levels
    seconds_of_waiting: _Waiting
    notes: Annotated[list[str], Field(description="What planning chose that a reader should know.")]


class Strategy(TypedDict):
    """What one strategy of `runner.group_by` makes of the nodes."""

    group_by: Annotated[str, Field(description="The strategy, as argo.yml names it.")]
    configured: Annotated[bool, Field(description="Whether argo.yml names it now.")]
    tasks: Annotated[int, Field(description="How many tasks there are.")]
    levels: _Levels
    seconds_of_waiting: _Waiting
    critical_path_seconds: Annotated[
        float, Field(description="The longest row of tasks, without that waiting, where no machine is busy.")
    ]
    boundary_datasets: Annotated[int, Field(description="How many datasets cross tasks.")]
    core_hours: Annotated[
        float | None,
        Field(description="The cores that tasks request, for as long as they take; null if a template does not say."),
    ]
    problems: Annotated[list[str], Field(description="Why it cannot run.")]
    notes: Annotated[list[str], Field(description="What it chose that a reader should know.")]


class Assumed(TypedDict):
    """Where the times come from."""

    nodes: Annotated[int, Field(description="How many nodes there are.")]
    measured_nodes: Annotated[int, Field(description="How many of them an earlier run has timed.")]
    measured_in: Annotated[str, Field(description="That run; empty if there is none.")]
    seconds_of_other_nodes: Annotated[int, Field(description="What each other node is said to take.")]
    seconds_of_a_pods_start: Annotated[int, Field(description="What each task takes before its first node.")]


class Comparison(TypedDict):
    """What `kedro argo explain --group-by STRATEGIES --json` writes."""

    version: _Version
    strategies: Annotated[list[Strategy], Field(description="That of argo.yml first.")]
    assumed: Annotated[Assumed, Field(description="Where the times come from.")]


class GivenInputs(TypedDict):
    """What a run was given."""

    parameters: Annotated[dict[str, Any], Field(description="Those of --params and of the profile.")]
    secret_parameters: Annotated[list[str], Field(description="Names of the parameters that come from a Secret.")]
    save_version: Annotated[str | None, Field(description="The version of all that it saves; null if there is none.")]
    load_versions: Annotated[dict[str, str], Field(description="Versions that were asked for, by dataset.")]


class TaskStatus(TypedDict):
    """A task that has begun, in its last attempt."""

    task: Annotated[str, Field(description="Its name; with that of a DAG in front where DAGs are nested.")]
    name: Annotated[str, Field(description="What people call it: its group or its only node.")]
    phase: Annotated[
        str,
        Field(description="Argo's: `Pending`, `Running`, `Succeeded`, `Failed`, `Error`, `Skipped` or `Omitted`."),
    ]
    seconds: Annotated[float, Field(description="So far, with the wait for its pod.")]
    attempt: Annotated[int, Field(description="1 for the first.")]
    exit_code: Annotated[int | None, Field(description="Of its process; null if it has none yet.")]
    message: Annotated[str, Field(description="Why it failed or waits, in words; empty if there is nothing to say.")]
    pod: Annotated[str, Field(description="The name that Argo gives its pod, for a run on this machine too.")]
    code: Annotated[str | None, Field(description="The image or the code that it ran with; null if that is unknown.")]


class Status(GivenInputs):
    """What `kedro argo status --json` writes."""

    version: _Version
    name: Annotated[str, Field(description="Of the run.")]
    namespace: Annotated[str, Field(description="Of its manifest; empty for a run here if there is none.")]
    phase: Annotated[
        str, Field(description="Argo's: `Running`, `Succeeded`, `Failed`, `Error`; empty before Argo has looked at it.")
    ]
    message: Annotated[str, Field(description="Why it ended as it did, in words; empty if there is nothing to say.")]
    seconds: Annotated[float, Field(description="So far.")]
    planned: Annotated[int, Field(description="How many tasks there are in all.")]
    tasks: Annotated[list[TaskStatus], Field(description="Those that have begun.")]


DOCUMENTS: dict[str, Any] = {  # by the command that writes it
    "explain --json": Explanation,
    "explain --group-by STRATEGIES --json": Comparison,
    "status --json": Status,
}


def schema(command: str) -> dict[str, Any]:
    """The JSON Schema of what a command writes. It lets keys pass that it does not know: there may be more one day."""
    made: dict[str, Any] = TypeAdapter(DOCUMENTS[command]).json_schema(mode="serialization")
    return {"$schema": _DRAFT, **_without_titles(made)}


def _without_titles(value: Any) -> Any:
    """Without the names that pydantic gives each key once more."""
    if isinstance(value, list):
        return [_without_titles(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_titles(item) for key, item in value.items() if key != "title" or not isinstance(item, str)}
