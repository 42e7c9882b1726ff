"""What argo.yml says of whole workflows: how they end, what they wait for, and what is left of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from argo_kedro.config.fields import KEY, LABEL, SUBDOMAIN, Also, Seconds, Strict, Text, Texts, only_one

PodGC = Literal["OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"]


def _seconds_alone(value: Any) -> Any:
    return {"after_completion": value} if isinstance(value, (str, int)) else value


def _strategy_alone(value: Any) -> Any:
    return {"strategy": value} if isinstance(value, str) else value


class ExitHandler(Strict):
    """What runs when all tasks have ended: a template of `template.templates`, or a Kedro pipeline in one pod."""

    template: str | None = Field(default=None, pattern=LABEL, description="Template of your own.")
    pipeline: str | None = Field(default=None, min_length=1, description="Registered pipeline.")
    when: Literal["always", "failure", "success"] = Field(default="always", description="After which end it runs.")

    @model_validator(mode="after")
    def _one_thing_to_run(self) -> ExitHandler:
        only_one(self, ("template", "pipeline"), "on_exit has")
        return self


class Semaphore(Strict):
    """So many at once as a key of a ConfigMap says."""

    config_map: str = Field(pattern=SUBDOMAIN, description="Name of the ConfigMap.")
    key: str = Field(pattern=KEY, description="Key in it, whose value is the number.")


class TTL(Strict):
    """When Argo deletes a workflow that has ended. A number is seconds."""

    after_completion: Seconds | None = Field(default=None, description="However it ended.")
    after_success: Seconds | None = Field(default=None, description="If it succeeded.")
    after_failure: Seconds | None = Field(default=None, description="If it failed.")


class PodGarbageCollection(Strict):
    """When Argo deletes pods that have ended, and their logs with them."""

    strategy: PodGC = Field(description="After which end.")
    delay: Seconds | None = Field(default=None, description="How long after it.")


class PodDisruptionBudget(Strict):
    """How many pods a drain of cluster nodes leaves alone."""

    min_available: Text | None = Field(default=None, description="So many, or so many percent, go on.")
    max_unavailable: Text | None = Field(default=None, description="So many, or so many percent, may be ended.")

    @model_validator(mode="after")
    def _one_bound(self) -> PodDisruptionBudget:
        only_one(self, ("min_available", "max_unavailable"), "pod_disruption_budget has")
        return self


class Policies(Strict):
    """How workflows end, what they wait for, and what is left of them."""

    on_exit: ExitHandler | None = Field(default=None, description="What runs when all tasks have ended.")
    fail_fast: bool = Field(
        default=True, description="Whether no further task starts once one has failed; those that run go on."
    )
    parallelism: int | None = Field(default=None, ge=1, description="Pods at once.")
    priority: int | None = Field(default=None, description="Those with more go first, where the controller queues.")
    mutexes: Texts = Field(default=(), description="Of workflows with one of these, one runs at a time.")
    semaphores: tuple[Semaphore, ...] = Field(default=(), description="So many run at a time as each of them says.")
    timeout: Seconds | None = Field(default=None, description="Time a workflow may take: 90, 30s, 10m, 2h, 1d.")
    ttl: Annotated[TTL, BeforeValidator(_seconds_alone), Also(("string", "integer"))] = Field(
        default=TTL(), description="When Argo deletes a workflow that has ended: 7d, or after each kind of end."
    )
    pod_gc: Annotated[PodGarbageCollection | None, BeforeValidator(_strategy_alone), Also("string")] = Field(
        default=None, description="When Argo deletes pods: OnPodSuccess, or with a delay."
    )
    archive_logs: bool | None = Field(default=None, description="Whether logs go to Argo's artifact repository.")
    pod_disruption_budget: PodDisruptionBudget | None = Field(
        default=None, description="How many pods a drain of cluster nodes leaves alone."
    )
    labels: dict[str, Text] = Field(default={}, description="Labels of workflows.")
    annotations: dict[str, Text] = Field(default={}, description="Annotations of workflows.")
    pod_labels: dict[str, Text] = Field(default={}, description="Labels of pods.")
    pod_annotations: dict[str, Text] = Field(default={}, description="Annotations of pods.")
