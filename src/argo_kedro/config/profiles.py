"""Named forms of a run: one pipeline has a nightly and an ad-hoc one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from argo_kedro.config.fields import LABEL, Strict, Texts
from argo_kedro.merging import merged
from argo_kedro.names import k8s_name

_NAME_LIMIT = 57  # of what begins a workflow's name
_NOT_OURS = {  # key -> why no profile can say it
    "env": "argo.yml is read in an env: choose it with --env",
    "profiles": "a profile has none of its own",
}


def _workflow_name(value: str) -> str:
    if value and k8s_name(value, limit=_NAME_LIMIT) != value:
        raise ValueError(f"{value!r} is not up to {_NAME_LIMIT} lowercase letters, digits and hyphens, a letter first")
    return value


# Part of names of workflows, and a label of them.
ProfileName = Annotated[str, Field(pattern=LABEL, max_length=63)]


class RunOptions(Strict):
    """What `kedro run` has options for; an option on the command line wins."""

    pipelines: Texts = Field(default=(), description="Registered pipelines.")
    tags: Texts = Field(default=(), description="As --tags.")
    nodes: Texts = Field(default=(), description="As --nodes.")
    namespaces: Texts = Field(default=(), description="As --namespaces.")
    from_nodes: Texts = Field(default=(), description="As --from-nodes.")
    to_nodes: Texts = Field(default=(), description="As --to-nodes.")
    from_inputs: Texts = Field(default=(), description="As --from-inputs.")
    to_outputs: Texts = Field(default=(), description="As --to-outputs.")
    load_versions: dict[str, str] = Field(default={}, description="As --load-versions.")
    params: dict[str, Any] = Field(default={}, description="As --params; single ones of the command line go over it.")
    workflow_name: Annotated[str, AfterValidator(_workflow_name)] = Field(default="", description="As --workflow-name.")


class Profile(Strict):
    """What `--profile NAME` means: options of `run`, and keys of argo.yml that go over those of the file."""

    # The other keys are those of the whole file, which is checked again once they are merged over it.
    model_config = ConfigDict(extra="allow")

    description: str = Field(default="", description="Shown by `kedro argo explain --profile NAME`.")
    run: RunOptions = Field(default=RunOptions(), description="What it selects, and its parameters.")

    @model_validator(mode="before")
    @classmethod
    def _only_what_it_can_say(cls, data: Any) -> Any:
        refused = next((key for key in _NOT_OURS if isinstance(data, Mapping) and key in data), "")
        if refused:
            raise ValueError(f"{refused!r} cannot be here: {_NOT_OURS[refused]}")
        return data


def sections(profile: Mapping[str, Any]) -> dict[str, Any]:
    """What a profile says in place of the file, before it is looked at closely."""
    return {str(key): value for key, value in profile.items() if key not in {*Profile.model_fields, *_NOT_OURS}}


def changed(file: Mapping[str, Any], profile: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of the file that a profile changes, as they are with it."""
    own = sections(profile)
    return merged({key: file[key] for key in own if key in file}, own)
