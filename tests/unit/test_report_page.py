"""The report's page as text: what is in it, and that no name can become a part of it."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from argo_kedro.views.report import page
from report_runs import HOSTILE, flights, flights_plan, hostile_run, run_of

OURS = re.compile(r"data:,|#[a-z]+(-\d+)?")


class Parts(HTMLParser):
    """The elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.rows: list[list[str]] = []
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append("")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts[-1] += data
        elif self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


@pytest.mark.parametrize("make", [flights, flights_plan, hostile_run, lambda: run_of(40)])
def test_the_same_data_gives_the_same_bytes_and_is_left_as_it_was(make: Callable[[], dict[str, Any]]) -> None:
    found = make()
    before = copy.deepcopy(found)

    assert page(found).encode() == page(make()).encode()
    assert repr(found) == repr(before)  # by its text: a number that is none is not equal to itself


def test_hostile_text_adds_no_element_no_attribute_and_no_address() -> None:
    found = Parts(page(hostile_run()))

    assert {tag for tag, _ in found.elements} <= {tag for tag, _ in Parts(page(flights())).elements}
    assert [name for _, attributes in found.elements for name in attributes if name.startswith("on")] == []
    assert [attributes["src"] for _, attributes in found.elements if "src" in attributes] == []
    links = [attributes["href"] or "" for _, attributes in found.elements if "href" in attributes]
    assert [link for link in links if not OURS.fullmatch(link)] == []


def test_control_characters_colours_and_half_letters_are_gone() -> None:
    text = page(hostile_run())

    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text) == []
    assert "[31m" not in text and "title\x07" not in text


def test_the_scripts_read_back_every_name_as_it_was() -> None:
    (data,) = (script for script in Parts(page(hostile_run())).scripts if script.startswith("{"))

    names = [task["name"] for task in json.loads(data)["tasks"]]

    assert names[0] == f"{HOSTILE[0]} 0"
    assert names[-1] == f"{HOSTILE[-1]} {len(HOSTILE) - 1}"
    assert not set(data) & set("<>&\u2028\u2029")


def test_the_policy_lets_the_scripts_of_the_page_run_and_no_other() -> None:
    found = Parts(page(flights()))
    policy = next(
        attributes["content"] for tag, attributes in found.elements if tag == "meta" and "content" in attributes
    )
    programs = [script for script in found.scripts if not script.startswith("{")]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in programs]

    assert policy is not None and policy.startswith("default-src 'none'; ")
    assert "; script-src " + " ".join(f"'sha256-{digest}'" for digest in hashes) + "; " in policy
    assert "unsafe-eval" not in policy


def test_what_failed_comes_first_with_its_hint_its_command_and_its_log() -> None:
    text = page(flights())
    first = next(row for row in Parts(text).rows if row and row[0].startswith("jfk-train-model"))
    names = [row[0] for row in Parts(text).rows if row and row[0].startswith(("clean", "jfk-train-model"))]

    assert names[0].startswith("jfk-train-model")
    assert (
        first[1].endswith("failedattempt 2") and first[-1] == "node jfk.train_model: ValueError: Input X contains NaN."
    )
    top = text[text.index("What failed") : text.index('id="graph"')]
    assert "goes on with what has not succeeded" in top
    assert "python -m argo_kedro.task --env cloud --nodes jfk.train_model" in top
    assert "line 41, in train_model" in top and "312 lines before it left out" in top


def test_a_plan_says_planned_and_has_no_phases() -> None:
    text = page(flights_plan())

    assert "Planned times: estimates." in text and "planned" in text
    assert 'id="failed"' not in text and "✓" not in text
    assert "Machine types" in text


def test_the_critical_path_is_one_path() -> None:
    found = flights(phase="Succeeded")
    names = [task["name"] for task in found["tasks"]]
    edges = re.findall(r'class="edge critical".*?<title>(.*?) → (.*?)(?::.*?)?</title>', page(found))

    path = ["clean", "track-delays", "build-features", "jfk-split-data", "jfk-train-model", "jfk-evaluate-models"]
    assert sorted(edges) == sorted(pairwise(path))
    assert set(path) < set(names)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"title": "x", "tasks": [{"id": "a"}]},
        {"title": "x", "tasks": [{"id": "a", "needs": ["a", "gone"], "spans": None, "used": None, "log": None}]},
        {"title": "x", "tasks": [{"id": "a", "needs": ["b"]}, {"id": "b", "needs": ["a"]}]},
        {"title": "x", "tasks": [], "datasets": [{"name": "d", "producer": "gone", "consumers": ["gone"]}]},
        {
            "title": "x",
            "seconds": float("inf"),
            "tasks": [{"id": "a", "spans": [{"kind": "node", "from": 3, "to": 1}]}],
        },
    ],
)
def test_what_is_not_known_is_left_out(found: dict[str, Any]) -> None:
    text = page(found)

    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert "None" not in Parts(text).scripts[1] and "nan" not in text.partition("<script>")[0]


def test_a_page_of_many_tasks_names_each_of_them_in_its_table_and_its_details() -> None:
    found = run_of(300)
    text = page(found)

    for number, task in enumerate(found["tasks"]):
        assert f'<a class="name" href="#details-{number}">{task["name"]}</a>' in text
        assert f'<details id="details-{number}" class="one-task"' in text
