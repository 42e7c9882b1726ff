"""The modelling pipeline: the same four steps for each airport, and one comparison. Plain Kedro."""

from kedro.pipeline import Node, Pipeline

from flights.airports import AIRPORTS
from flights.pipelines.modelling.evaluation import compare_airports, evaluate_models
from flights.pipelines.modelling.training import split_data, train_hindsight_model, train_model


def create_pipeline(**kwargs: object) -> Pipeline:
    """Three airports, each in its own namespace, and their comparison."""
    compare = Node(
        compare_airports,
        [f"{airport}_metrics" for airport in AIRPORTS],
        "comparison",
        name="compare_airports",
    )
    return Pipeline([*(_for_airport(airport) for airport in AIRPORTS), compare], tags="model")


def _for_airport(airport: str) -> Pipeline:
    """Split, train, train with hindsight, evaluate."""
    steps = Pipeline(
        [
            Node(
                split_data,
                ["features", "params:airport", "params:modelling"],
                ["train_set", "test_set"],
                name="split_data",
            ),
            Node(train_model, ["train_set", "params:modelling"], "model", name="train_model"),
            Node(
                train_hindsight_model,
                ["train_set", "params:modelling"],
                "hindsight_model",
                name="train_hindsight_model",
            ),
            Node(
                evaluate_models,
                ["train_set", "test_set", "model", "hindsight_model", "params:modelling"],
                ["predictions", "metrics"],
                name="evaluate_models",
            ),
        ]
    )
    # What leaves the namespace gets a name without a dot: Kedro warns where a node reads from a namespace not its own.
    leaving = {name: f"{airport}_{name}" for name in ("predictions", "metrics")}
    return Pipeline(steps, namespace=airport, inputs="features", outputs=leaving, parameters="params:modelling")
