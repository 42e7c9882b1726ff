"""What argo.yml says of pods: their environment, files and volumes, and templates of the user's own."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from argo_kedro.config.fields import (
    ENV_NAME_OR_NONE,
    LABEL,
    PARAMETER,
    SUBDOMAIN,
    SUBDOMAIN_OR_NONE,
    Patch,
    Strict,
    Texts,
    only_one,
)
from argo_kedro.config.sources import (
    ContainerResources,
    EnvironmentFrom,
    EnvironmentVariable,
    MountedFile,
    MountedVolume,
    Resources,
    Volume,
    VolumeMount,
)


class OutputParameter(Strict):
    """An output of a template, read from a file when it ends."""

    name: str = Field(pattern=PARAMETER, description="Its name; in capitals the environment variable's.")
    path: str = Field(default="", description="File whose content is the value; not with `template_ref`.")
    env: str = Field(default="", pattern=ENV_NAME_OR_NONE, description="Name of the environment variable, if another.")
    default: str | None = Field(default=None, description="Value where the file is missing.")

    @property
    def variable(self) -> str:
        """The environment variable of all tasks that it becomes."""
        return self.env or self.name.upper()


class Outputs(Strict):
    """What a template gives to the tasks that follow."""

    parameters: tuple[OutputParameter, ...] = Field(default=(), description="Each an environment variable of tasks.")


class Container(Strict):
    """The container of a template of your own."""

    name: str = Field(default="main", description="Taken for old files; Argo calls it main.")
    image: str = Field(default="", description="Image; the project's if empty.")
    command: tuple[str, ...] = Field(min_length=1, description="Program, and its first arguments.")
    args: Texts = Field(default=(), description="Further arguments.")
    env: tuple[EnvironmentVariable, ...] = Field(default=(), description="Environment variables of its own.")
    env_from: tuple[EnvironmentFrom, ...] = Field(
        default=(), description="Secrets and ConfigMaps whose keys are environment variables."
    )
    working_dir: str = Field(default="", description="Folder it starts in; the image's if empty.")

    @field_validator("args", mode="after")
    @classmethod
    def _no_last_newline(cls, args: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(arg.rstrip("\n") for arg in args)


class Sidecar(Strict):
    """A container beside the main one, for as long as that runs."""

    name: str = Field(description="Its name.")
    image: str = Field(description="Its image.")
    command: tuple[str, ...] = Field(default=(), description="Program; the image's if empty.")
    args: Texts = Field(default=(), description="Arguments.")
    env: tuple[EnvironmentVariable, ...] = Field(default=(), description="Environment variables.")
    env_from: tuple[EnvironmentFrom, ...] = Field(
        default=(), description="Secrets and ConfigMaps whose keys are environment variables."
    )
    volume_mounts: tuple[VolumeMount, ...] = Field(default=(), description="Where it sees the template's volumes.")
    resources: ContainerResources = Field(default=Resources(), description="{cpu: 100m, memory: 64Mi}")
    native: bool = Field(
        default=False,
        description="Whether it is a native sidecar (Kubernetes 1.29 and later): it is up before the main container "
        "starts, and ends after it.",
    )
    ready: dict[str, Any] = Field(
        default={},
        description="Probe by which Kubernetes knows that a native sidecar is up, in its words: {tcpSocket: {port: 1}}."
        " The main container waits for it.",
    )

    @model_validator(mode="after")
    def _only_native_ones_are_waited_for(self) -> Sidecar:
        if self.ready and not self.native:
            raise ValueError(f"sidecar {self.name!r} has `ready`, which only a native one heeds; add `native: true`")
        return self


class TemplateRef(Strict):
    """A template of a WorkflowTemplate that the cluster has."""

    name: str = Field(pattern=SUBDOMAIN, description="Name of the WorkflowTemplate.")
    template: str = Field(min_length=1, description="Name of the template in it.")
    cluster_scope: bool = Field(default=False, description="Whether it is a ClusterWorkflowTemplate.")


class Template(Strict):
    """A template of your own: nodes use it by name, or it runs before the pipeline, or at the end."""

    name: str = Field(pattern=LABEL, max_length=63, description="Its name.")
    container: Container | None = Field(default=None, description="What it runs.")
    template_ref: TemplateRef | None = Field(
        default=None, description="A template of the platform's, in place of a container."
    )
    outputs: Outputs = Field(default=Outputs(), description="What it gives to the tasks that follow.")
    sidecars: tuple[Sidecar, ...] = Field(default=(), description="Containers beside its own.")
    volumes: tuple[Volume, ...] = Field(default=(), description="Volumes of its pod.")
    files: tuple[MountedFile, ...] = Field(default=(), description="Files from Secrets and ConfigMaps.")
    service_account: str = Field(default="", pattern=SUBDOMAIN_OR_NONE, description="Service account of its pod.")
    pod_spec_patch: Patch = Field(
        default={}, description="What else its pod has, in Kubernetes' words, merged over all: {hostNetwork: true}"
    )

    @model_validator(mode="after")
    def _one_way_to_run(self) -> Template:
        only_one(self, ("container", "template_ref"), f"template {self.name!r} has")
        if self.container:
            for output in (item for item in self.outputs.parameters if not item.path):
                raise ValueError(f"output {output.name!r} of template {self.name!r} has no path")
            return self
        beside = ("sidecars", "volumes", "files", "service_account", "pod_spec_patch")
        if given := [name for name in beside if getattr(self, name)]:
            raise ValueError(f"template {self.name!r} is the platform's: {', '.join(given)} cannot be added to it")
        return self


class TemplateSection(Strict):
    """What goes into the manifest beside the pipeline itself."""

    environment: tuple[EnvironmentVariable, ...] = Field(default=(), description="For every task.")
    env_from: tuple[EnvironmentFrom, ...] = Field(
        default=(), description="Secrets and ConfigMaps whose keys are environment variables of every task."
    )
    files: tuple[MountedFile, ...] = Field(
        default=(), description="Files of every task from Secrets and ConfigMaps, such as Kedro's credentials.yml."
    )
    volumes: tuple[MountedVolume, ...] = Field(default=(), description="Volumes of every task.")
    templates: tuple[Template, ...] = Field(default=(), description="Templates of your own.")
    init_templates: tuple[str, ...] = Field(
        default=(), description="Templates that run before the pipeline; their outputs become environment variables."
    )
    default_template: str = Field(default="kedro", description="Template of nodes that name none.")
    emph_storage_mount_path: str = Field(default="/data", description="Where pods see their scratch volume.")
    pod_spec_patch: Patch = Field(
        default={},
        description="What else pods have, in Kubernetes' words, merged over all: {priorityClassName: batch}",
    )
    manifest: str = Field(
        default="", description="A Jinja template in place of ours, from the project's folder; it may extend ours."
    )
