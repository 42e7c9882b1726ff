"""A frame in memory between two machine types is kept in the storage; a version is read by who wrote none."""

from kedro.pipeline import Pipeline

from argo_kedro.pipeline import Node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(sorted, "raw", "features", name="make"),
            Node(sorted, "features", "model", name="train", machine_type="large"),
            Node(print, ["model", "lookup"], None, name="report"),
        ]
    )
