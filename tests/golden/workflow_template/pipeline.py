"""The same two nodes, as a WorkflowTemplate that waits in the cluster."""

from kedro.pipeline import Pipeline, node


def create_pipeline() -> Pipeline:
    return Pipeline([node(list, "raw", "clean", name="clean"), node(list, "clean", "model", name="train")])
