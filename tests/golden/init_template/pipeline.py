"""An init template runs first and gives two values to every task."""

from kedro.pipeline import Pipeline, node


def both(left, right):
    return [*left, *right]


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(list, "raw", "left", name="left"),
            node(list, "raw", "right", name="right"),
            node(both, ["left", "right"], "both", name="both"),
        ]
    )
