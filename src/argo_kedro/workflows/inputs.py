"""What a run was given: its parameters, the version of what it saves, and the versions that it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from argo_kedro.model import PARAMS, Json, text
from argo_kedro.workflows.state import moment, spec_of


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What a run was given."""

    parameters: Mapping[str, Any]
    secret: tuple[str, ...]  # parameters that tasks take from a Secret: their names
    save_version: str  # empty for a manifest whose tasks have none in common
    load_versions: Mapping[str, str]
    storage: str  # where datasets in memory travel; empty if none does
    conf_source: str
    cleans_up: bool  # whether a success removes what travelled there


def inputs_of(workflow: Json) -> Inputs:
    """Read a Workflow object: one of the cluster, or the record of a local run."""
    options: dict[str, list[str]] = {}
    for argument in _arguments(workflow):
        name, found, value = argument.partition("=")
        if found and name.startswith("--") and value not in options.setdefault(name, []):
            options[name].append(value)
    versions = ",".join(map(_unescaped, options.get("--load-versions", ()))).split(",")
    return Inputs(
        parameters=_parameters(workflow),
        secret=tuple(_unescaped(each.rpartition("=")[0]) for each in options.get("--secret-param", ())),
        save_version=save_version(workflow) if "--save-version" in options else "",
        load_versions=dict(each.split(":", 1) for each in versions if ":" in each),
        storage=_unescaped(next(iter(options.get("--storage", ())), "")),
        conf_source=next(iter(options.get("--conf-source", ())), ""),
        cleans_up="success" in options.get("--clean-up", ()),
    )


def save_version(workflow: Json) -> str:
    """The version of all that a run saves: `plan.pods.SAVE_VERSION`, filled in as Argo does."""
    created = moment(text(workflow, "metadata", "creationTimestamp"))
    uid = text(workflow, "metadata", "uid")
    return f"{created:%Y-%m-%dT%H.%M.%S}.{created.microsecond // 1000:03}Z-{uid}" if created and uid else ""


def _arguments(workflow: Json) -> Iterator[str]:
    for template in spec_of(workflow).get("templates") or ():
        for argument in (template.get("container") or {}).get("args") or ():
            if isinstance(argument, str):
                yield argument


def _parameters(workflow: Json) -> Mapping[str, Any]:
    """Those of the workflow itself, else the defaults of the WorkflowTemplate that it was made of."""
    for spec in (workflow.get("spec") or {}, spec_of(workflow)):
        for each in (spec.get("arguments") or {}).get("parameters") or ():
            if each.get("name") == PARAMS:
                try:
                    found = json.loads(each.get("value") or "{}")
                except ValueError:  # a manifest is anyone's to change
                    found = None
                return found if isinstance(found, Mapping) else {}
    return {}


def _unescaped(argument: str) -> str:
    """A text as the task gets it: Kubernetes takes `$$` for a dollar."""
    return argument.replace("$$", "$")
