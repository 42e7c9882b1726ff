"""The same modular pipeline twice, with a fused group inside: a group for each namespace."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import FusedPipeline


def create_pipeline() -> Pipeline:
    prepare = FusedPipeline(
        [node(list, "raw", "clean", name="clean"), node(list, "clean", "features", name="build")], name="prepare"
    )
    modular = Pipeline([prepare, node(list, "features", "model", name="train")])
    return sum((Pipeline(modular, namespace=name, inputs={"raw"}) for name in ("paris", "rome")), Pipeline([]))
