"""argo.yml as frozen models: all keys of argo-kedro 0.1 with their meaning, and what came since.

Every default is an acceptable value, so an empty file works. `kedro argo init` writes `templates/project/argo.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from argo_kedro.config.fields import (
    Builder,
    Cores,
    CronSchedules,
    Memory,
    Quantity,
    Seconds,
    Storage,
    Strict,
    Text,
    Texts,
    TimeZone,
    Url,
)
from argo_kedro.config.running import Runner, RunStorage

LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"  # RFC 1123
LABEL_OR_NONE = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
SUBDOMAIN_OR_NONE = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$"
ENV_NAME = r"^[-._a-zA-Z][-._a-zA-Z0-9]*$"
PARAMETER = r"^[-a-zA-Z0-9_]+$"


class MachineType(Strict):
    """A named set of resources and placement. Limits equal requests unless said otherwise."""

    cpu: Cores = Field(description="Cores: 4, 0.5 or 500m.")
    mem: Memory = Field(description="Memory: a number of GiB, or a quantity such as 512Mi.")
    num_gpu: int = Field(default=0, ge=0, description="Number of GPUs; pods with any tolerate the GPU nodes' taint.")
    gpu_resource: str = Field(default="nvidia.com/gpu", description="Resource name of the GPUs.")
    emph_storage: Storage = Field(
        default="10Gi", description="Scratch volume of its own for each pod: a number of GiB or a quantity; 0 for none."
    )
    requests: dict[str, Quantity] = Field(
        default={}, description="Requests that differ: {cpu: 500m, memory: 8Gi, ...}; null removes one."
    )
    limits: dict[str, Quantity] = Field(
        default={}, description="Limits that differ, or of other resources; null removes one."
    )
    node_selector: dict[str, Text] = Field(default={}, description="Labels that a cluster node must have.")
    tolerations: tuple[dict[str, Any], ...] = Field(default=(), description="Kubernetes tolerations.")
    affinity: dict[str, Any] = Field(default={}, description="Kubernetes affinity.")


class Deployment(Strict):
    """The project's image."""

    image: str = Field(default="", description="Image to run, without the tag; the package's name if empty.")
    tag: str = Field(default="latest", description="Tag of the image.")
    target_platform: str = Field(default="linux/amd64", description="Platform to build for.")
    context: str = Field(default="./", description="Build context, from the project's folder.")
    dockerfile: str = Field(default="Dockerfile", description="Dockerfile, from the build context.")
    build: Builder = Field(
        default=True,
        description="Whether `submit` builds and pushes the image first: with docker, podman or buildah by name, or "
        "with the first of them that is there.",
    )


class SecretRef(Strict):
    """A key of a Kubernetes Secret."""

    name: str
    key: str
    path: str | None = Field(default=None, description="File name in a volume; the key if absent.")


class EnvironmentVariable(Strict):
    """An environment variable with a value, or from a Secret."""

    name: str = Field(pattern=ENV_NAME)
    value: Text | None = None
    secret_ref: SecretRef | None = None

    @model_validator(mode="after")
    def _one_source(self) -> EnvironmentVariable:
        if self.value is not None and self.secret_ref is not None:
            raise ValueError(f"{self.name!r} has both a value and a secret_ref; keep one")
        return self


class OutputParameter(Strict):
    """An output of a template, read from a file when it ends."""

    name: str = Field(pattern=PARAMETER)
    path: str


class Outputs(Strict):
    """What a template gives to the tasks that follow."""

    parameters: tuple[OutputParameter, ...] = ()


class Container(Strict):
    """The container of a template of your own."""

    name: str = Field(default="main", description="Taken for old files; Argo calls it main.")
    image: str = Field(default="", description="Image; the project's if empty.")
    command: tuple[str, ...] = Field(min_length=1)
    args: Texts = ()
    env: tuple[EnvironmentVariable, ...] = ()

    @field_validator("args", mode="after")
    @classmethod
    def _no_last_newline(cls, args: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(arg.rstrip("\n") for arg in args)


class VolumeMount(Strict):
    """Where a sidecar sees a volume."""

    name: str
    mount_path: str
    read_only: bool = True


class Sidecar(Strict):
    """A container beside the main one, for as long as that runs."""

    name: str
    image: str
    env: tuple[EnvironmentVariable, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()


class Volume(Strict):
    """A volume with a file from a Secret."""

    name: str
    secret_ref: SecretRef


class Template(Strict):
    """A template of your own: nodes use it by name, or it runs before the pipeline."""

    name: str = Field(pattern=LABEL, max_length=63)
    container: Container
    outputs: Outputs = Outputs()
    sidecars: tuple[Sidecar, ...] = ()
    volumes: tuple[Volume, ...] = ()


class TemplateSection(Strict):
    """What goes into the manifest beside the pipeline itself."""

    environment: tuple[EnvironmentVariable, ...] = Field(default=(), description="For every task.")
    templates: tuple[Template, ...] = Field(default=(), description="Templates of your own.")
    init_templates: tuple[str, ...] = Field(
        default=(), description="Templates that run before the pipeline; their outputs become environment variables."
    )
    default_template: str = Field(default="kedro", description="Template of nodes that name none.")
    emph_storage_mount_path: str = Field(default="/data", description="Where pods see their scratch volume.")
    manifest: str = Field(
        default="", description="A Jinja template in place of ours, from the project's folder; it may extend ours."
    )


class Backoff(Strict):
    """How long to wait before another try."""

    duration: Seconds = Field(description="Wait before the second try.")
    factor: int = Field(default=2, ge=1, description="Each further wait is longer by this.")
    max_duration: Seconds | None = Field(default=None, description="No more tries after this.")


class Retries(Strict):
    """How often a failed task is tried again. A wrong configuration is never tried again."""

    limit: int = Field(ge=1)
    backoff: Backoff | None = None


class Rule(Strict):
    """Gives what it names to the nodes it matches: all of nodes, tags and namespaces that are given must match."""

    nodes: Texts = Field(default=(), description="Node names, with * and ? as wildcards.")
    tags: Texts = Field(default=(), description="Tags of which a node must have one.")
    namespaces: Texts = Field(default=(), description="Namespaces of which a node must be in one.")
    machine_type: str | None = None
    template: str | None = None
    group: str | None = Field(default=None, min_length=1, description="Name of the fused group to put them into.")
    retries: Retries | None = None
    timeout: Seconds | None = Field(default=None, description="Time a task may run: 90, 30s, 10m, 2h.")

    @field_validator("retries", mode="before")
    @classmethod
    def _limit_alone(cls, value: Any) -> Any:
        return {"limit": value} if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _matches_something(self) -> Rule:
        if not (self.nodes or self.tags or self.namespaces):
            raise ValueError("a rule needs at least one of nodes, tags, namespaces")
        return self


class Schedule(Strict):
    """When a CronWorkflow runs the pipeline."""

    schedules: CronSchedules = Field(default=(), description="Cron lines, or @daily and the like; one or several.")
    timezone: TimeZone = Field(default="", description="IANA name of their time zone; the controller's own if empty.")
    # Two runs at once would write the same datasets, and a run that is replaced may end in the middle of a write.
    concurrency_policy: Literal["Forbid", "Replace", "Allow"] = Field(
        default="Forbid",
        description="When a run is due and the last one goes on still: leave it out, put it in the other's place, or "
        "run both.",
    )
    suspend: bool = Field(default=False, description="Whether nothing is run until this is false again.")
    starting_deadline_seconds: int | None = Field(
        default=None, ge=1, description="How late a run may start that was missed while the controller was away."
    )
    successful_jobs_history_limit: int | None = Field(default=None, ge=0, description="Succeeded runs that are kept.")
    failed_jobs_history_limit: int | None = Field(default=None, ge=0, description="Failed runs that are kept.")

    @model_validator(mode="before")
    @classmethod
    def _as_we_spell_it(cls, data: Any) -> Any:
        """`concurrencyPolicy` is `concurrency_policy`, since it is copied from Argo's own manifests."""
        if not isinstance(data, Mapping):
            return data
        ours = {to_camel(name): name for name in cls.model_fields}
        # A key that is there in both spellings stays, and is refused as unknown.
        return {(name if (name := ours.get(key, key)) not in data else key): value for key, value in data.items()}

    def as_argo_spells_it(self) -> Mapping[str, Any]:
        """The fields of a CronWorkflow that are said here; none without `schedules`."""
        given = self.model_dump(mode="json", exclude_none=True) if self.schedules else {}
        # `suspend: false` would wake what somebody has put to sleep by hand.
        return {to_camel(name): value for name, value in given.items() if value is not False and value != ""}


class ArgoConfig(Strict):
    """argo.yml."""

    namespace: str = Field(
        default="",
        pattern=LABEL_OR_NONE,
        max_length=63,
        description="Namespace to submit to; that of the kubeconfig's context if empty.",
    )
    env: str = Field(default="", description="Env of the verbs that reach a cluster, without --env and KEDRO_ENV.")
    context: str = Field(default="", description="Context of the kubeconfig; its current one if empty.")
    ui: Url = Field(default="", description="Address of Argo's UI, for links.")
    service_account: str = Field(
        default="",
        pattern=SUBDOMAIN_OR_NONE,
        max_length=253,
        description="Service account of the pods; the namespace's `default` if empty.",
    )
    schedule: Schedule = Schedule()
    deployment: Deployment = Deployment()
    runner: Runner = Runner()
    storage: RunStorage = RunStorage()
    secret_params: dict[str, SecretRef] = Field(
        default={}, description="Parameters, by dotted name, whose value is a key of a Kubernetes Secret."
    )
    machine_types: dict[str, MachineType] = Field(
        default={"default": MachineType(cpu="1", mem="2Gi", emph_storage="")}, description="By name."
    )
    default_machine_type: str = Field(default="default", description="Machine type of nodes that name none.")
    template: TemplateSection = TemplateSection()
    tasks: tuple[Rule, ...] = Field(default=(), description="Rules for nodes, in order; the last match decides.")

    @field_validator("runner", "storage", "secret_params", "template", "deployment", "schedule", mode="before")
    @classmethod
    def _empty_section(cls, value: Any) -> Any:
        # A section whose every line is commented out reads as null.
        return {} if value is None else value
