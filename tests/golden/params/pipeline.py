"""--params travels as a workflow argument, in which Argo finds nothing to expand."""

from kedro.pipeline import Pipeline, node


def create_pipeline() -> Pipeline:
    return Pipeline([node(list, "params:model", "model", name="train"), node(list, "model", "score", name="score")])
