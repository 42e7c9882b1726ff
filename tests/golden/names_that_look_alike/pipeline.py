"""Names that argo-kedro 0.1 made one, that YAML reads as something else, or that Argo refuses: all stay apart."""

from kedro.pipeline import Pipeline, node

NAMES = ["a_b", "a-b", "a.b", "Train", "train", "2_train", "étape", "日本", "0x10", "true", "null", "1e3", "_"]


def create_pipeline() -> Pipeline:
    names = ["raw", *NAMES, "x" * 64]
    return Pipeline([node(list, f"data{place}", f"data{place + 1}", name=name) for place, name in enumerate(names)])
