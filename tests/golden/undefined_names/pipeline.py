"""Machine types, templates and rules that name what is not there: all of them at once."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import Node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(list, "raw", "clean", name="clean", machine_type="gpu-larg"),
            Node(list, "clean", "model", name="train", template="neo4"),
            node(list, "model", "score", name="score"),
        ]
    )
