"""Two nodes: the second waits for the first."""

from kedro.pipeline import Pipeline, node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(list, "companies", "cleaned", name="clean"),
            node(list, "cleaned", "model", name="train"),
        ]
    )
