"""What argo.yml says of nodes, by name, tag, namespace or pipeline."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from argo_kedro.config.fields import SUBDOMAIN, Also, Seconds, Strict, Texts
from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile


class Backoff(Strict):
    """How long to wait before another try."""

    duration: Seconds = Field(description="Wait before the second try.")
    factor: int = Field(default=2, ge=1, description="Each further wait is longer by this.")
    max_duration: Seconds | None = Field(default=None, description="No more tries after this.")


class Retries(Strict):
    """How often a failed task is tried again. A wrong configuration is never tried again."""

    limit: int = Field(ge=0, description="Tries after the first; 0 takes back what an earlier rule says.")
    backoff: Backoff | None = Field(default=None, description="How long to wait before each.")
    on_oom: bool = Field(
        default=False,
        description="Whether a task that ran out of memory goes on on the next larger machine type: the one that "
        "`larger` of its own names.",
    )


def _limit_alone(value: Any) -> Any:
    return {"limit": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Rule(Strict):
    """Gives what it names to the nodes it matches: all of nodes, tags, namespaces and pipelines given must match."""

    nodes: Texts = Field(default=(), description="Node names, with * and ? as wildcards.")
    tags: Texts = Field(default=(), description="Tags of which a node must have one.")
    namespaces: Texts = Field(default=(), description="Namespaces of which a node must be in one.")
    pipelines: Texts = Field(default=(), description="Registered pipelines of which a node must be in one.")
    machine_type: str | None = Field(default=None, description="Machine type to run on.")
    template: str | None = Field(default=None, description="Template to run in.")
    group: str | None = Field(default=None, min_length=1, description="Name of the fused group to put them into.")
    retries: Annotated[Retries | None, BeforeValidator(_limit_alone), Also("integer")] = Field(
        default=None, description="Further tries: a number, or with back-off."
    )
    timeout: Seconds | None = Field(default=None, description="Time a task may run: 90, 30s, 10m, 2h.")
    environment: tuple[EnvironmentVariable, ...] = Field(
        default=(), description="Environment variables, over those of `template.environment`."
    )
    env_from: tuple[EnvironmentFrom, ...] = Field(
        default=(), description="Secrets and ConfigMaps whose keys are environment variables."
    )
    files: tuple[MountedFile, ...] = Field(default=(), description="Files from Secrets and ConfigMaps.")
    service_account: str | None = Field(default=None, pattern=SUBDOMAIN, description="Service account of the pods.")

    @model_validator(mode="after")
    def _matches_something(self) -> Rule:
        if not (self.nodes or self.tags or self.namespaces or self.pipelines):
            raise ValueError("a rule needs at least one of nodes, tags, namespaces, pipelines")
        return self
