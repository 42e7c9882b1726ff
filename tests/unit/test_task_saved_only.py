"""A look at a task: what it saves stays in memory."""

from __future__ import annotations

from typing import Any

import pytest
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from argo_kedro.errors import ConfigError
from argo_kedro.task.replacing import SavedOnly


class Guarded(AbstractDataset[Any, Any]):
    """A dataset that counts what is done to it."""

    def __init__(self, data: Any = "before") -> None:
        self.data, self.saved, self.confirmed = data, 0, 0

    def load(self) -> Any:
        return self.data

    def save(self, data: Any) -> None:
        self.data, self.saved = data, self.saved + 1

    def confirm(self) -> None:
        self.confirmed += 1

    def _describe(self) -> dict[str, Any]:
        return {}


def ran(pipeline: Pipeline, catalog: DataCatalog, *names: str) -> None:
    SavedOnly(names).before_pipeline_run(catalog, pipeline)
    SequentialRunner().run(pipeline, catalog)


def test_what_one_node_hands_to_the_next_is_there_and_nothing_is_saved_or_confirmed() -> None:
    read, between, out = Guarded(), Guarded(), Guarded()
    pipeline = Pipeline(
        [
            node(lambda text: f"{text}, now", "read", "between", name="a", confirms="read"),
            node(lambda text: text, "between", "out", name="b"),
        ]
    )
    catalog = DataCatalog({"read": read, "between": between, "out": out})

    ran(pipeline, catalog)

    assert catalog.load("out") == "before, now"
    assert [each.saved for each in (read, between, out)] == [0, 0, 0]
    assert (read.confirmed, out.data) == (0, "before")


def test_a_dataset_that_is_named_is_saved() -> None:
    kept, other = Guarded(), Guarded()
    pipeline = Pipeline([node(lambda: ("x", "y"), None, ["kept", "other"], name="a")])

    ran(pipeline, DataCatalog({"kept": kept, "other": other}), "kept")

    assert (kept.data, kept.saved, other.saved) == ("x", 1, 0)


def test_a_dataset_that_is_read_under_another_name_cannot_stay_in_memory() -> None:
    pipeline = Pipeline([node(len, "read", "x@a", name="a"), node(len, "x@b", "out", name="b")])
    catalog = DataCatalog({"read": MemoryDataset("r"), "x@a": Guarded(), "x@b": Guarded()})

    with pytest.raises(ConfigError, match="x@a is to stay in memory, and this task reads it as x@b") as caught:
        ran(pipeline, catalog)

    assert caught.value.hint == "--save-only x@a writes it, in its place."


def test_what_a_generator_writes_in_parts_and_the_task_reads_is_refused() -> None:
    def parts() -> Any:
        yield from (1, 2, 3)

    nodes = [node(parts, None, "rows", name="write"), node(lambda rows: rows, "rows", "out", name="read")]

    with pytest.raises(ConfigError, match="rows is to stay in memory") as caught:
        ran(Pipeline(nodes), DataCatalog({"rows": Guarded(), "out": Guarded()}))

    assert "--save-only rows" in caught.value.hint
    ran(Pipeline(nodes[:1]), DataCatalog({"rows": Guarded()}))  # what nobody reads may be in parts
