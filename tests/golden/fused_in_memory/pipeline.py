"""A fused task keeps in memory what only it writes and reads: here `plain` alone."""

from kedro.pipeline import Pipeline, node

from argo_kedro.pipeline import FusedPipeline


def stream(data):
    yield data


def register_pipelines() -> dict[str, Pipeline]:
    fused = FusedPipeline(
        [
            node(list, "raw", "plain", name="a"),
            node(list, "plain", "cars@pandas", name="b"),
            node(list, "cars@spark", "with_versions", name="c"),
            node(list, "with_versions", "kept", name="d"),
            node(list, "kept", "read_elsewhere", name="e"),
            node(list, "read_elsewhere", "read_outside", name="f"),
            node(list, "read_outside", "parts", name="g"),
            node(list, "parts", "confirmed", name="h"),
            node(list, "confirmed", "not_in_catalog", name="i", confirms="confirmed"),
            node(stream, "not_in_catalog", "streamed", name="j"),
            node(list, "streamed", "result", name="k"),
        ],
        name="everything",
    )
    outside = node(list, "read_outside", "report", name="outside")
    other = node(list, "read_elsewhere", "other_report", name="elsewhere")
    return {"__default__": Pipeline([fused, outside]), "other": Pipeline([other])}
