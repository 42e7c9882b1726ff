"""Runners that projects written for argo-kedro 0.1 import."""

from __future__ import annotations

from typing import Any

from kedro.runner import SequentialRunner

__all__ = ["FusedRunner"]


class FusedRunner(SequentialRunner):
    """Kedro's `SequentialRunner`: any runner can run fused pipelines now.

    `pipeline_name` and `use_memory_datasets` are taken as in argo-kedro 0.1 and change nothing: which datasets stay in
    memory is decided when a workflow is planned, and a plain `kedro run` is never touched.
    """

    def __init__(
        self,
        is_async: bool = False,
        pipeline_name: str | None = None,
        use_memory_datasets: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(is_async=is_async, **kwargs)
