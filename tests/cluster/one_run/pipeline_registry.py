"""A pipeline whose data crosses pods in every way: spilled frames and objects, a version, a file for each run."""

from __future__ import annotations

import os
import signal
import uuid

import fsspec
import pandas as pd
from kedro.pipeline import Pipeline, node


class Model:
    """No frame, so it is pickled."""

    def __init__(self, made: str) -> None:
        self.made = made


class Heavy:
    """Kills its process while it is saved, the first time in each run."""

    def __init__(self, mark: str) -> None:
        self.before, self.mark, self.after = b"b" * 5_000_000, mark, "whole"

    def __getstate__(self) -> dict[str, object]:
        files, path = fsspec.url_to_fs(f"{self.mark}/{os.environ['WORKFLOW_ID']}")
        if not files.exists(path):
            files.pipe_file(path, b"killed")
            os.kill(os.getpid(), signal.SIGKILL)
        return self.__dict__


def make(number: int) -> tuple[pd.DataFrame, Model, pd.DataFrame]:
    made = uuid.uuid4().hex
    frame = pd.DataFrame({"number": [number] * 100_000, "place": range(100_000), "made": made})
    return frame, Model(made), pd.DataFrame({"made": [made]})


def double(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(number=frame["number"] * 2)


def weigh(frame: pd.DataFrame, mark: str) -> Heavy:
    return Heavy(mark)


def report(
    frame: pd.DataFrame, doubled: pd.DataFrame, model: Model, history: pd.DataFrame, heavy: Heavy, fail: bool, note: str
) -> dict[str, object]:
    if fail:
        raise ValueError("asked to fail")
    return {
        "rows": len(doubled),
        "numbers": sorted({int(number) for number in frame["number"]} | {int(number) for number in doubled["number"]}),
        "made": sorted({*frame["made"], *doubled["made"], *history["made"], model.made}),
        "heavy": heavy.after,
        "note": note,
    }


def register_pipelines() -> dict[str, Pipeline]:
    return {
        "__default__": Pipeline(
            [
                node(make, "params:number", ["frame", "model", "history"], name="make"),
                node(double, "frame", "doubled", name="double"),
                node(weigh, ["frame", "params:mark"], "heavy", name="weigh"),
                node(
                    report,
                    ["frame", "doubled", "model", "history", "heavy", "params:fail", "params:note"],
                    "result",
                    name="report",
                ),
            ]
        )
    }
