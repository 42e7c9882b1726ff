"""Every runner of Kedro runs fused pipelines; `FusedRunner` is one more of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset, SharedMemoryDataCatalog
from kedro.pipeline import Pipeline, node, pipeline
from kedro.runner import AbstractRunner, ParallelRunner, SequentialRunner, ThreadRunner

from argo_kedro.pipeline import FusedPipeline, Node
from argo_kedro.runners import FusedRunner


def plus_one(x: int) -> int:
    return x + 1


def total(x: int, y: int) -> int:
    return x + y


def text(x: object) -> str:
    return str(x)


def count_up(x: int) -> Iterator[int]:
    yield from range(x)


class TextDataset(AbstractDataset[str, str]):
    """A file that has no reader in Kedro itself; `kedro_datasets` is not needed here."""

    def __init__(self, filepath: str, suffix: str = "") -> None:
        self.path, self.suffix = Path(filepath), suffix

    def load(self) -> str:
        return self.path.read_text() + self.suffix

    def save(self, data: str) -> None:
        with self.path.open("a") as file:
            file.write(str(data))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self.path)}


class Confirmed(MemoryDataset):
    """Counts how often it was confirmed."""

    confirmed = 0

    def confirm(self) -> None:
        self.confirmed += 1


def diamond() -> list[Node]:
    return [
        Node(plus_one, "raw", "a", name="first", machine_type="small"),
        Node(plus_one, "a", "b", name="left"),
        Node(plus_one, "a", "c", name="right", template="gpu"),
        Node(total, ["b", "c"], "out", name="join"),
    ]


def result(runner: AbstractRunner, made: Pipeline, **given: Any) -> dict[str, Any]:
    done = runner.run(made, DataCatalog({name: MemoryDataset(value) for name, value in given.items()}))
    return {name: dataset.load() for name, dataset in done.items()}


IN_THIS_PROCESS = pytest.mark.parametrize("runner", [SequentialRunner(), ThreadRunner(), FusedRunner()])
FUSINGS = pytest.mark.parametrize(
    "made",
    [
        Pipeline(diamond()),
        FusedPipeline(diamond(), "f", machine_type="big"),
        Pipeline([diamond()[0], FusedPipeline(diamond()[1:3], "f"), diamond()[3]]),
        FusedPipeline([FusedPipeline([FusedPipeline(diamond()[:2], "f"), diamond()[2]], "g"), diamond()[3]], "h"),
        Pipeline([FusedPipeline([diamond()[0], diamond()[3]], "not convex"), *diamond()[1:3]]),
        FusedPipeline(diamond(), "f").tag("t").filter(tags=["t"]),
    ],
    ids=["unfused", "fused", "in the middle", "nested", "not convex", "tagged and filtered"],
)


@IN_THIS_PROCESS
@FUSINGS
def test_a_fused_pipeline_gives_what_its_nodes_give(runner: AbstractRunner, made: Pipeline) -> None:
    assert result(runner, made, raw=1) == {"out": 6}


@IN_THIS_PROCESS
def test_two_namespaces_of_one_fused_pipeline_both_run(runner: AbstractRunner) -> None:
    fused = FusedPipeline(diamond(), "f")
    both = pipeline(fused, namespace="x", inputs="raw") + pipeline(fused, namespace="y", inputs="raw")

    assert result(runner, both, raw=1) == {"x.out": 6, "y.out": 6}


def test_a_fused_pipeline_runs_in_processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEDRO_MP_CONTEXT", "spawn")  # nodes are pickled, and nothing forks beside threads
    catalog = SharedMemoryDataCatalog({"raw": MemoryDataset(1), "out": TextDataset(str(tmp_path / "out.txt"))})

    ParallelRunner(max_workers=2).run(FusedPipeline(diamond(), "f"), catalog)

    assert (tmp_path / "out.txt").read_text() == "6"


@IN_THIS_PROCESS
def test_a_dataset_inside_a_group_is_written_when_the_catalog_has_it(runner: AbstractRunner, tmp_path: Path) -> None:
    """In version 0.1 it was kept in memory, and the next pipeline that reads it failed."""
    catalog = DataCatalog({"raw": MemoryDataset(1), "a": TextDataset(str(tmp_path / "a.txt"))})

    runner.run(FusedPipeline([Node(plus_one, "raw", "a", name="w"), Node(text, "a", "out", name="r")], "f"), catalog)

    assert (tmp_path / "a.txt").read_text() == "2"


@IN_THIS_PROCESS
def test_a_dataset_of_a_group_is_read_outside_in_another_format(runner: AbstractRunner, tmp_path: Path) -> None:
    """In version 0.1 a `DatasetError`: not found."""
    file = str(tmp_path / "x.txt")
    catalog = DataCatalog({"raw": MemoryDataset("1"), "x@a": TextDataset(file, "a"), "x@b": TextDataset(file, "b")})
    group = FusedPipeline([Node(text, "raw", "x@a", name="w"), Node(text, "x@a", "inside", name="r")], "f")

    done = runner.run(Pipeline([group, node(text, "x@b", "outside", name="o")]), catalog)

    assert {name: dataset.load() for name, dataset in done.items()} == {"inside": "1a", "outside": "1b"}


@IN_THIS_PROCESS
def test_a_dataset_of_a_group_can_be_read_outside_too(runner: AbstractRunner) -> None:
    made = Pipeline([FusedPipeline(diamond(), "f"), node(plus_one, "b", "other", name="outside")])

    assert result(runner, made, raw=1) == {"out": 6, "other": 4}


@IN_THIS_PROCESS
def test_a_generator_in_a_group_saves_each_piece(runner: AbstractRunner, tmp_path: Path) -> None:
    catalog = DataCatalog({"raw": MemoryDataset(3), "pieces": TextDataset(str(tmp_path / "pieces.txt"))})
    made = FusedPipeline([Node(count_up, "raw", "pieces", name="g")], "f", tags="t")

    runner.run(pipeline(made, namespace="x", inputs="raw", outputs="pieces"), catalog)

    assert (tmp_path / "pieces.txt").read_text() == "012"


@IN_THIS_PROCESS
def test_a_dataset_that_a_group_confirms_is_confirmed_once(runner: AbstractRunner) -> None:
    dataset = Confirmed(1)
    made = FusedPipeline([Node(plus_one, "raw", "a", name="n", confirms="raw")], "f")

    runner.run(made, DataCatalog({"raw": dataset}))

    assert dataset.confirmed == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ((), {}),
        ((False, "__default__", True), {}),
        ((), {"is_async": False, "pipeline_name": "data_processing", "use_memory_datasets": True}),
    ],
)
def test_the_fused_runner_takes_the_arguments_of_version_0_1(arguments: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    runner = FusedRunner(*arguments[0], **arguments[1])

    assert isinstance(runner, SequentialRunner)
    assert result(runner, FusedPipeline(diamond(), "f"), raw=1) == {"out": 6}


def test_the_fused_runner_loads_and_saves_in_threads_when_asked() -> None:
    assert [FusedRunner(is_async=True)._is_async, FusedRunner(True)._is_async, FusedRunner()._is_async] == [
        *(True, True, False),
    ]


def test_the_fused_runner_refuses_an_argument_that_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="pipelin_name"):
        FusedRunner(pipelin_name="x")


def test_the_fused_runner_writes_what_the_catalog_has_even_when_asked_for_memory(tmp_path: Path) -> None:
    catalog = DataCatalog({"raw": MemoryDataset(1), "a": TextDataset(str(tmp_path / "a.txt"))})
    made = FusedPipeline([Node(plus_one, "raw", "a", name="w"), Node(text, "a", "out", name="r")], "f")

    FusedRunner(pipeline_name="__default__", use_memory_datasets=True).run(made, catalog)

    assert (tmp_path / "a.txt").read_text() == "2"
