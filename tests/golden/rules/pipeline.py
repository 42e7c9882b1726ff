"""Plain Kedro code: argo.yml gives machine types, retries, a timeout and a group by name, tag and namespace."""

from kedro.pipeline import Pipeline, node


def create_pipeline() -> Pipeline:
    scores = Pipeline([node(list, "model", "scores", name="score")], namespace="eval", inputs={"model"})
    return Pipeline(
        [
            node(list, "raw", "clean", name="clean", tags="prepare"),
            node(list, "clean", "features", name="build", tags="prepare"),
            node(list, "features", "model", name="train"),
            scores,
        ]
    )
