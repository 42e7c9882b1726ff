"""What a page shows is what happens: its commands print what it says, its code runs."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from pages import PAGES, Block, blocks, name_of, parts, played
from places import PLACES
from sessions import Session

# Where a page is played beside other tests that go on with what it made.
ELSEWHERE = {
    ("README.md", "flights"): "tests/integration/test_flights.py",
    ("docs/how-to/profiles.md", "two pipelines"): "tests/integration/test_profiles_in_kedro.py",
}
ON_THE_CLUSTER = "cluster"
HERE = [each for each in played() if each not in ELSEWHERE and each[1] != ON_THE_CLUSTER]
BLOCKS = [block for page in PAGES for block in blocks(page)]
NOT_RUN = [block for block in BLOCKS if block.not_run]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The places that were made, for pages to copy; one that no page is played in is not made."""
    return {
        place: PLACES[place](tmp_path_factory.mktemp("place")) for place in dict.fromkeys(place for _, place in HERE)
    }


@pytest.mark.integration
@pytest.mark.parametrize(("page", "place"), HERE)
def test_what_a_page_shows_is_what_happens(page: str, place: str, made: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / made[place].name
    shutil.copytree(made[place], folder)
    Session(folder=folder).play(parts(page, place))


def test_each_page_that_is_played_elsewhere_is_there_and_has_something_to_play() -> None:
    assert set(ELSEWHERE) <= set(played())


def test_each_place_is_one_that_tests_can_make() -> None:
    known = {*PLACES, ON_THE_CLUSTER, *(place for _, place in ELSEWHERE)}

    assert {(page, place) for page, place in played() if place not in known} == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_session_of_a_page_is_played_or_says_why_not(page: Path) -> None:
    left = [each.where for each in blocks(page) if each.is_session and not each.place and not each.not_run]

    assert left == [], "write <!-- in: flights --> or <!-- not run: why --> before it, see docs/README.md"


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "console"], ids=lambda each: each.where)
def test_a_session_in_the_docs_shows_its_commands_behind_a_dollar(block: Block) -> None:
    assert block.is_session or not block.page.startswith("docs/")


def test_few_sessions_are_not_played_and_each_says_why() -> None:
    assert [each.where for each in NOT_RUN if len(each.not_run.split()) < 3] == [], "a reason has three words at least"
    assert len(NOT_RUN) <= len([each for each in BLOCKS if each.is_session]) // 3


@pytest.mark.parametrize("block", [each for each in BLOCKS if each.language == "python"], ids=lambda each: each.where)
def test_python_on_a_page_compiles_and_finds_what_it_imports(block: Block) -> None:
    tree = ast.parse(block.text, filename=block.where)
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            _import_from(node, block.where)
        for name in names:
            assert importlib.util.find_spec(name), f"{block.where}: import {name}"


def _import_from(node: ast.ImportFrom, where: str) -> None:
    """Where the module is ours, what is imported from it is there."""
    module = node.module or ""
    if re.match(r"(your|my)_", module):  # the reader's own
        return
    assert importlib.util.find_spec(module), f"{where}: from {module}"
    if module.partition(".")[0] == "argo_kedro":
        found = importlib.import_module(module)
        missing = [alias.name for alias in node.names if not hasattr(found, alias.name)]
        assert missing == [], f"{where}: from {module}"
