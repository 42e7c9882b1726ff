"""The line that a failed task leaves, and what its log says, read back."""

from __future__ import annotations

import pytest

from argo_kedro.workflows.told import Frame, Told, frames, loaded, saved, told


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "main: Error (exit code 1): node split: ValueError: too few: 3",
            Told(where="node split", node="split", error="ValueError", text="too few: 3"),
        ),
        (
            "node f([a,b]) -> [c], saving s3.x: DatasetError: no",
            Told(
                where="node f([a,b]) -> [c], saving s3.x",
                node="f([a,b]) -> [c]",
                deed="saving",
                dataset="s3.x",
                error="DatasetError",
                text="no",
            ),
        ),
        (
            "node a, loading params:b.c: KeyError: 'x: y'",
            Told(
                where="node a, loading params:b.c",
                node="a",
                deed="loading",
                dataset="params:b.c",
                error="KeyError",
                text="'x: y'",
            ),
        ),
        (
            "main: Error (exit code 3): before the first node: ImportError: no module",
            Told(where="before the first node", error="ImportError", text="no module"),
        ),
        ("node a: AssertionError: ", Told(where="node a", node="a", error="AssertionError")),
        ("node a: own.Error: x\ny", Told(where="node a", node="a", error="own.Error", text="x y")),
        ("main: OOMKilled (exit code 137)", Told()),
        ("code: Error (exit code 1): node a: ValueError: of a sidecar", Told()),
        ("", Told()),
    ],
)
def test_the_line_of_a_task_is_taken_apart(message: str, expected: Told) -> None:
    assert told(message) == expected


@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("/home/kedro/project/src/pkg/nodes.py", True),
        ("/usr/lib/python3.12/site-packages/pkg/nodes.py", True),
        ("src/other/nodes.py", True),
        ("/usr/lib/python3.12/site-packages/pandas/core.py", False),
        ("/usr/lib/python3.12/json/decoder.py", False),
        ("/checkout/src/argo_kedro/task/running.py", False),
        ("<frozen importlib._bootstrap>", False),
    ],
)
def test_only_the_projects_own_code_counts(file: str, own: bool) -> None:
    assert bool(frames([f'  File "{file}", line 3, in f'], "pkg")) is own


def test_of_several_tracebacks_all_frames_count_each_once_the_innermost_last() -> None:
    lines = [
        '  File "src/pkg/a.py", line 1, in f',
        "    g()",
        '  File "src/pkg/b.py", line 2, in g',
        "ValueError",
        '  File "src/pkg/a.py", line 1, in f',
        "    g()",
        "  File not a frame",
    ]

    assert frames(lines, "pkg") == (
        Frame(file="src/pkg/b.py", line=2, function="g"),
        Frame(file="src/pkg/a.py", line=1, function="f", code="g()"),
    )


def test_a_dataset_is_saved_once_kedro_goes_on_and_not_in_memory() -> None:
    lines = [
        "INFO     Loading data from raw (CSVDataset)...     data_catalog.py:1152",
        "INFO     Running node: a: f([raw]) -> [b;c]",
        "INFO     Loading data from params:least (MemoryDataset)...",
        "INFO     Loading data from inner (MemoryDataset)...",
        "INFO     Saving data to inner (MemoryDataset)...",
        "INFO     Saving data to b (ParquetDataset)...",
        "INFO     Saving data to c (ParquetDataset)...",
        "nothing of Kedro's",
    ]

    assert (loaded(lines), saved(lines)) == (("raw", "params:least"), ("b",))
    assert saved([*lines, "INFO     Completed node: a"]) == ("b", "c")
