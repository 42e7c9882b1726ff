"""One node on a GPU machine type, the other on a small one with requests apart from its limits."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import Node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(list, "raw", "clean", name="clean"),
            Node(list, "clean", "model", name="train", machine_type="gpu"),
        ]
    )
