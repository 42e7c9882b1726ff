"""What argo.yml says of the data of a run: what stays in memory, and where the rest travels."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from argo_kedro.addresses import PASSWORD
from argo_kedro.config.fields import Also, Strict, Texts
from argo_kedro.names import nearest

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*://[^\s]+|/[^\s]*)\Z")

STRATEGIES = ("node", "namespace", "memory", "chain", "pipeline")
EVERYTHING_ELSE = "__default__"  # as Kedro calls the pipeline that runs if none is named


def _for_all(value: Any) -> Any:
    return {EVERYTHING_ELSE: value} if isinstance(value, str) else value


def is_strategy(name: str) -> bool:
    """Whether `runner.group_by` can be this."""
    return name in STRATEGIES or name.removeprefix("tag:") not in ("", name)


def _strategies(value: dict[str, str]) -> dict[str, str]:
    for strategy in value.values():
        if not is_strategy(strategy):
            close = nearest(strategy, STRATEGIES)
            guess = f"; did you mean {close!r}?" if close else ""
            raise ValueError(f"{strategy!r} is not one of {', '.join(STRATEGIES)}, tag:<prefix>{guess}")
    return {EVERYTHING_ELSE: "node", **value}


GroupBy = Annotated[dict[str, str], BeforeValidator(_for_all), AfterValidator(_strategies), Also("string")]


class Runner(Strict):
    """How tasks are made, and how they run their nodes."""

    group_by: GroupBy = Field(
        default={EVERYTHING_ELSE: "node"},
        description="Which nodes share a task: `node` (each alone), `chain` (nodes in a row, which loses no "
        "parallelism), `namespace`, `tag:<prefix>` (one task for each tag that begins so), `memory` (joined by "
        "datasets in memory), `pipeline` (one task for each registered pipeline). Or a strategy for each registered "
        "pipeline, `__default__` for all others. Fused groups stay as they are; only these keep datasets in memory.",
    )
    use_memory_datasets: bool = Field(
        default=True, description="Keep datasets that only one fused task writes and reads in its memory."
    )
    keep: Texts = Field(default=(), description="Datasets, by name or pattern, that are written even so.")
    memory_datasets: Literal["fuse", "spill", "error"] = Field(
        default="fuse",
        description="What becomes of a dataset that lives in memory and that another task reads: both tasks become "
        "one, it is kept in the storage, or it is an error. `fuse` falls back to the storage where there is one.",
    )
    hook_datasets: bool = Field(
        default=False,
        description="Whether planning calls the project's hooks, to know the datasets that they add to the catalog.",
    )
    mlflow: bool = Field(
        default=False, description="One MLflow run for the workflow, which kedro-mlflow in each task goes on with."
    )


class RunStorage(Strict):
    """Where datasets that live in memory travel between tasks, in a folder of its own for each run."""

    root: str = Field(
        default="", description="s3://bucket/folder, gs://, abfss://, or an absolute path on a volume that pods share."
    )
    credentials: str = Field(default="", description="Entry of credentials.yml; without it the environment's.")
    claim: str = Field(
        default="", description="PersistentVolumeClaim to mount at `root` in each pod, where that is a path."
    )
    clean_up: Literal["success", "never"] = Field(
        default="success", description="When the folder of a run is removed; after a failure it is kept for `retry`."
    )

    @field_validator("root", mode="after")
    @classmethod
    def _address(cls, value: str) -> str:
        if PASSWORD.search(value):
            raise ValueError("a password has no place in an address; name an entry of credentials.yml in `credentials`")
        path = value.removeprefix("file://")
        if value and (not _ADDRESS.match(path) or "{{" in path):
            raise ValueError(f"{value!r} is neither an address such as s3://bucket/runs nor an absolute path")
        return path.rstrip("/") or path

    @model_validator(mode="after")
    def _claim_has_a_path(self) -> RunStorage:
        if self.claim and not self.root.startswith("/"):
            raise ValueError("`claim` is mounted at `root`, which must then be an absolute path such as /mnt/runs")
        if self.claim and self.root == "/":
            raise ValueError("`claim` cannot be mounted at /, in place of all that the image has; such as /mnt/runs")
        return self
