"""The pages that are made from the code are in step with it, and have what people look for."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import click
import pytest

from argo_kedro.cli.group import argo
from argo_kedro.workflows.causes import CAUSES
from argo_kedro.workflows.reasons import EXITS, PLACES, reason
from pages import ROOT

DOCS = ROOT / "docs"
# Not imported for the names alone: it takes a second.
MADE = re.findall(r'^    "([\w/.-]+\.md)": ', (DOCS / "generate.py").read_text(encoding="utf-8"), re.MULTILINE)
TROUBLESHOOTING = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
HINTS = [(cause.text, cause.hint) for cause in (*CAUSES, *PLACES)]


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("generate")


@pytest.mark.parametrize("name", MADE)
def test_a_page_that_is_made_from_the_code_is_in_step_with_it(generate: ModuleType, name: str) -> None:
    made = generate.PAGES[name]()
    shown = (DOCS / name).read_text(encoding="utf-8")
    kedro = re.search(r"Kedro (\d+\.\d+)", shown) if name == "reference/cli.md" else None
    if kedro and not version("kedro").startswith(f"{kedro[1]}."):
        pytest.skip(f"the page has the options of Kedro {kedro[1]}")

    assert shown == made, "make docs writes it"


def test_each_page_that_is_made_from_the_code_is_looked_at_here(generate: ModuleType) -> None:
    assert list(generate.PAGES) == MADE


def test_the_page_of_the_command_line_has_each_verb_and_each_of_its_options() -> None:
    page = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    with click.Context(argo) as context:
        for name in argo.list_commands(context):
            section = page.partition(f"\n## kedro argo {name}\n")[2].partition("\n## ")[0]
            shared = page.partition("\n## Options that choose what runs\n")[2].partition("\n## ")[0]
            verb = argo.get_command(context, name)
            assert verb is not None
            options = [each for each in verb.params if isinstance(each, click.Option) and not each.hidden]
            missing = [each.opts[0] for each in options if f"`{each.opts[0]}`" not in section + shared]
            assert section, name
            assert missing == [], name


def test_an_error_of_a_pod_is_found_by_the_cause_that_status_shows() -> None:
    message = 'CreateContainerConfigError: secret "nosuch" not found'

    assert message in TROUBLESHOOTING
    assert f"#### T{reason(message).text[1:]}\n" in TROUBLESHOOTING


@pytest.mark.parametrize(("cause", "hint"), HINTS)
def test_each_cause_is_on_the_page_of_error_texts_with_its_way_out(cause: str, hint: str) -> None:
    flat = TROUBLESHOOTING.replace("\\", "")
    for words in (cause, hint):
        pieces = [re.escape(piece) for piece in re.split(r"\{\w+\}", words.rstrip("."))]
        assert re.search(".*".join(pieces), flat, re.IGNORECASE), words


@pytest.mark.parametrize("code", EXITS)
def test_each_exit_code_is_on_the_page_of_error_texts(code: str) -> None:
    assert f"\nmain: Error (exit code {code})\n" in TROUBLESHOOTING


def _own_errors() -> Iterator[tuple[str, str]]:
    path = DOCS / "generators" / "own_errors.py"
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "OwnError":
            said, words, *_ = (ast.literal_eval(each) for each in call.args)
            yield said, words


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """All texts in the code, `{}` for each value in them."""
    return [text for file in sorted((ROOT / "src").rglob("*.py")) for text in _texts(file)]


def _texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize(("said", "words"), list(_own_errors()))
def test_an_error_that_the_page_shows_is_one_that_the_code_says(said: str, words: str, texts: list[str]) -> None:
    pieces = [re.escape(piece) for piece in words.split("{}")]

    assert any(words in text for text in texts), words
    assert re.search(".*".join(pieces), said), "what is shown has these words"


def test_the_errors_that_newcomers_meet_most_are_there() -> None:
    assert len(list(_own_errors())) >= 25
