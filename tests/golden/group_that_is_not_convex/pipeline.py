"""Data leaves the group and comes back: its nodes cannot share a task."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import FusedPipeline


def create_pipeline() -> Pipeline:
    fused = FusedPipeline(
        [node(list, "raw", "clean", name="clean"), node(list, "checked", "model", name="train")], name="fused"
    )
    return Pipeline([fused, node(list, "clean", "checked", name="check")])
