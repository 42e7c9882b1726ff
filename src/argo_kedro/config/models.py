"""argo.yml as frozen models: all keys of argo-kedro 0.1 with their meaning, and what came since.

Every default is an acceptable value, so an empty file works. `kedro argo init` writes `templates/project/argo.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from argo_kedro.config.fields import (
    LABEL_OR_NONE,
    SUBDOMAIN_OR_NONE,
    Builder,
    CronSchedules,
    Strict,
    Texts,
    TimeZone,
    Url,
)
from argo_kedro.config.machines import MachineType
from argo_kedro.config.policies import Policies
from argo_kedro.config.profiles import Profile, ProfileName
from argo_kedro.config.rules import Rule
from argo_kedro.config.running import Runner, RunStorage
from argo_kedro.config.sources import SecretRef
from argo_kedro.config.templates import TemplateSection


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
    pull_policy: Literal["", "Always", "IfNotPresent", "Never"] = Field(
        default="",
        description="When cluster nodes pull the image; Kubernetes' own choice if empty: always for the tag latest.",
    )
    pull_secrets: Texts = Field(default=(), description="Secrets with which cluster nodes pull images.")


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
    schedule: Schedule = Field(default=Schedule(), description="When the cluster runs the pipeline by itself.")
    deployment: Deployment = Field(default=Deployment(), description="The project's image.")
    runner: Runner = Field(default=Runner(), description="How tasks are made, and how they run their nodes.")
    storage: RunStorage = Field(default=RunStorage(), description="Where datasets in memory travel between tasks.")
    secret_params: dict[str, SecretRef] = Field(
        default={}, description="Parameters, by dotted name, whose value is a key of a Kubernetes Secret."
    )
    machine_types: dict[str, MachineType] = Field(
        default={"default": MachineType(cpu="1", mem="2Gi", emph_storage="")}, description="By name."
    )
    default_machine_type: str = Field(default="default", description="Machine type of nodes that name none.")
    template: TemplateSection = Field(default=TemplateSection(), description="Pods: environment, files, templates.")
    tasks: tuple[Rule, ...] = Field(default=(), description="Rules for nodes, in order; the last match decides.")
    policies: Policies = Field(default=Policies(), description="How workflows end, wait, and are cleaned up.")
    security: Literal["", "restricted"] = Field(
        default="",
        description="`restricted` makes pods that a namespace with Pod Security `restricted` admits: not root, a "
        "read-only root, no token of the service account.",
    )
    workflow: dict[str, Any] = Field(
        default={},
        description="Fields of the Workflow's spec in Argo's own words, merged over what argo-kedro writes.",
    )
    profiles: dict[ProfileName, Profile] = Field(default={}, description="Named forms of a run, for --profile.")
