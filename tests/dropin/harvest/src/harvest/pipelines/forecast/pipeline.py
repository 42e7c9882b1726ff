"""The pipeline."""

from kedro.pipeline import Pipeline

from argo_kedro.pipeline import FusedPipeline, Node

from .nodes import fit, neighbours, scale, summarise


def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline(
        [
            Node(
                func=fit,
                inputs=["yields", "weather"],
                outputs="model",
                name="fit_node",
                machine_type="g2-standard-4",
            ),
            Node(func=neighbours, inputs="yields", outputs="graph", name="neighbours_node", template="graph-database"),
            FusedPipeline(
                nodes=[
                    Node(func=scale, inputs=["model", "yields"], outputs="forecast", name="scale_node"),
                    Node(
                        func=summarise,
                        inputs=["forecast", "graph", "params:token"],
                        outputs="summary",
                        name="summarise_node",
                    ),
                ],
                name="forecast_fused",
            ),
        ]
    )
