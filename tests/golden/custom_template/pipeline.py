"""A node that needs a Neo4j server beside it, as in the README of argo-kedro 0.1."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import Node


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(list, "raw", "graph", name="prepare"),
            Node(list, "graph", "embeddings", name="embed", template="neo4j"),
        ]
    )
