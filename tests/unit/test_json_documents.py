"""The JSON of `explain` and `status` is what its schema says, and the pages say what that says."""

from __future__ import annotations

import json
import runpy
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_documents import checked
from jsonschema import Draft202012Validator
from test_grouping_properties import STRATEGIES, Graph, small
from workflow_story import story

from argo_kedro.views.comparison import Times, comparison
from argo_kedro.views.documents import schema
from argo_kedro.views.explanation import explanation
from argo_kedro.views.status import status_json
from argo_kedro.workflows import labels_of, run_state

DOCS = Path(__file__).parents[2] / "docs"
# Kedro says so of a namespace that data leaves and comes back to; that is one of the things that are tried here.
pytestmark = pytest.mark.filterwarnings("ignore:Namespace .* is interrupted:UserWarning")


@settings(deadline=None, max_examples=40)
@given(small(), st.sampled_from(STRATEGIES))
def test_any_plan_is_explained_as_the_schema_says(graph: Graph, how: str) -> None:
    checked("explain --json", explanation(graph.workflow(how)))


@settings(deadline=None, max_examples=10)
@given(small())
def test_any_strategies_are_compared_as_the_schema_says(graph: Graph) -> None:
    plans = {how: graph.workflow(how) for how in ("chain", "memory", "node")}

    checked("explain --group-by STRATEGIES --json", comparison(plans, "chain", Times()))


@pytest.mark.parametrize("end", ["Succeeded", "Failed"])
def test_the_status_of_a_run_is_as_the_schema_says_at_every_moment(end: str) -> None:
    now = datetime(2026, 11, 21, 9, tzinfo=timezone.utc)
    for document in story(end):
        state = run_state(document)
        checked("status --json", status_json(document, state, labels_of(document), {}, now))


def test_a_key_of_tomorrow_is_no_mistake_for_a_program_of_today() -> None:
    made = schema("explain --json")

    assert Draft202012Validator(made).is_valid({**_example("explain.json"), "tomorrow": 1})
    assert not Draft202012Validator(made).is_valid({**_example("explain.json"), "version": 2})


@pytest.mark.parametrize("page", ["explain", "status"])
def test_a_page_is_in_step_with_the_schema_and_the_examples(page: str) -> None:
    made = runpy.run_path(str(DOCS / "generators/json_documents.py"))[page]()

    assert (DOCS / f"reference/{page}-json.md").read_text(encoding="utf-8") == made, "make docs writes it"


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("explain --json", "explain.json"),
        ("explain --group-by STRATEGIES --json", "explain-group-by.json"),
        ("status --json", "status.json"),
    ],
)
def test_an_example_is_as_the_schema_says(command: str, file: str) -> None:
    checked(command, _example(file))


def _example(file: str) -> Any:
    return json.loads((DOCS / "generators/examples" / file).read_text(encoding="utf-8"))
