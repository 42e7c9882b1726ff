"""The pipeline."""

from kedro.pipeline import Pipeline

from argo_kedro.pipeline import FusedPipeline, Node

from .nodes import clean, with_yields


def create_pipeline(**kwargs) -> Pipeline:
    return FusedPipeline(
        nodes=[
            Node(func=clean, inputs="fields", outputs="clean_fields", name="clean_fields_node"),
            Node(
                func=with_yields,
                inputs=["clean_fields", "params:rounding"],
                outputs="yields",
                name="yields_node",
                tags=["cheap"],
            ),
        ],
        name="fields_fused",
        machine_type="n1-standard-1",
    )
