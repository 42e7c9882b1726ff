"""450 tasks, more than Argo takes in one DAG: 150 chains of three side by side."""

from kedro.pipeline import Pipeline, node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(list, f"d{chain}_{step}", f"d{chain}_{step + 1}", name=f"n{chain}-{step}")
            for chain in range(150)
            for step in range(3)
        ]
    )
