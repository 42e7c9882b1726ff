"""What docs/how-to/policies.md shows compiles, and its exit handlers find what they read."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from kedro.pipeline import Pipeline
from plans import STORED, chain, make, planned, said

from argo_kedro.check import check
from argo_kedro.manifest import render, validate
from argo_kedro.model import FAILURES

PAGE = (Path(__file__).parents[2] / "docs/how-to/policies.md").read_text(encoding="utf-8")
YAML, PYTHON = (re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) for language in ("yaml", "python"))
NOTIFY = [make("write_message", "params:channel", "message"), make("send", ["message", "params:chat_url"], None)]


@pytest.mark.parametrize("block", YAML)
def test_a_configuration_compiles(block: str) -> None:
    # Not by OmegaConf: Kedro takes its `oc.env` away from the whole process.
    config = re.sub(r"\$\{oc\.env:\w+,(\w+)\}", r"\1", block)
    workflow = planned(
        {"__default__": chain("a", "b"), "notify": NOTIFY},
        config,
        catalog=dict.fromkeys(("d0", "d1", "d2"), STORED),
        parameters={"channel": "c", "chat_url": "u"},
    )
    assert said([*check(workflow), *validate(render(workflow))]) == []


def test_the_nodes_of_the_page_read_what_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = PYTHON
    names: dict[str, Any] = {"json": json, "os": os, "Pipeline": Pipeline, "node": make, "send": print}
    exec(code, names)
    failures = [{"displayName": "train", "message": "too few rows"}, {"displayName": "wf", "message": ""}]
    monkeypatch.setenv("WORKFLOW_ID", "flights-x")
    monkeypatch.setenv("WORKFLOW_STATUS", "Failed")
    monkeypatch.setenv("WORKFLOW_FAILURES", json.dumps(failures))
    assert names["message"]("ops") == {"channel": "ops", "text": "flights-x Failed. train: too few rows"}


def test_the_page_names_what_a_failure_has() -> None:
    shown = re.findall(r"`(\w+)`", PAGE[PAGE.index("Each failure has") : PAGE.index("Attempts that")])
    assert sorted(shown) == sorted(re.findall(r"(\w+): \.", FAILURES))
