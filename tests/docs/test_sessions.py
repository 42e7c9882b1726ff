"""The reading of pages and the playing of sessions: what they take, and what they do not let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

import pages
from sessions import Session, commands, comparable


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    return tmp_path / "page.md"


def play(page: Path, text: str, folder: Path | None = None) -> None:
    page.write_text(f"# Page\n\n<!-- in: here -->\n{text}\n", encoding="utf-8")
    Session(folder=folder or page.parent).play(pages.blocks(page))


def test_lines_that_a_command_prints_may_be_shown_with_others_left_out(page: Path) -> None:
    play(page, "```console\n$ printf 'a\\nb\\nc\\n'\na\n...\nc\n```")


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ echo a\nb\n```",
        "```console\n$ false\n```",
        "<!-- exit code: 3 -->\n```console\n$ true\n```",
        "<!-- exit code: 3 -->\n```console\n$ false\n$ exit 3\n```",
        "<!-- run -->\n```python\nprint(1)\n```\n\n```text\n2\n```",
        "<!-- run -->\n```python\nraise ValueError\n```",
        "<!-- apply -->\n```diff\n--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-no such line\n+b\n```",
    ],
)
def test_what_does_not_happen_is_not_let_pass(page: Path, text: str) -> None:
    (page.parent / "x.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        play(page, text)


def test_files_changes_and_python_work_in_one_folder_and_one_interpreter(page: Path) -> None:
    play(
        page,
        "<!-- file: in/x.txt -->\n```yaml\na\n```\n"
        "<!-- apply -->\n```diff\n--- a/in/x.txt\n+++ b/in/x.txt\n@@ -1 +1 @@\n-a\n+b\n```\n"
        "<!-- run -->\n```python\nfrom pathlib import Path\nfound = Path('in/x.txt').read_text()\n```\n"
        "<!-- run -->\n```python\nprint(found, end='')\n```\n\n```text\nb\n```\n"
        "<!-- exit code: 3 -->\n```console\n$ cat in/x.txt\nb\n$ exit 3\n```",
    )


def test_a_workflow_that_the_page_names_stands_for_the_one_that_ran(page: Path) -> None:
    (page.parent / "out.txt").write_text("09:00:00 flights-bcdfg: 18 tasks in 3.0 s\n", encoding="utf-8")
    play(page, "```console\n$ cat out.txt\n10:45:40 flights-79tmt: 18 tasks in 43.9 s\n$ echo flights-79tmt | rev\n```")

    with pytest.raises(AssertionError, match="flights-bcdfg"):
        play(page, "```console\n$ cat out.txt\nflights-79tmt: 18 tasks in 43.9 s\n$ echo flights-79tmt; exit 1\n```")


def test_a_block_that_is_not_run_is_not_run(page: Path) -> None:
    play(page, "<!-- not run: it needs an account -->\n```console\n$ false\n```\n```console\n$ true\n```")


@pytest.mark.parametrize("comment", ["<!-- inn: flights -->", "<!-- run: yes -->", "<!-- file -->", "<!-- apply -->"])
def test_a_comment_that_means_nothing_is_refused(page: Path, comment: str) -> None:
    page.write_text(f"# Page\n\n{comment}\n", encoding="utf-8")
    with pytest.raises(AssertionError):
        pages.blocks(page)


def test_a_command_may_go_on_in_the_next_line() -> None:
    (first, second) = commands("$ a \\\n    --b\nsaid\n$ c\n")

    assert (first.line, first.shown) == ("a \\\n    --b", ("said",))
    assert second.line == "c"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("09:45:42 clean succeeded in 1.8 s (1/18)", "23:00:01 clean succeeded in 2 min 01 s (3/18)"),
        ("flights-79tmt succeeded", "flights-2xq4z succeeded"),
        ("a  Succeeded  1.8 s   x", "a  Succeeded  10.0 s  x"),
        ("TASK  TIME   MESSAGE", "TASK  TIME  MESSAGE"),
        ("at 2026-11-21T08:03:47Z", "at 2025-01-01T00:00:00Z"),
    ],
)
def test_what_differs_from_run_to_run_is_not_compared(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("clean failed", "clean succeeded"),
        ("18 tasks", "17 tasks"),
        ("a  b", "a b"),
        ("Wrote argo/flights-model.yaml", "Wrote argo/flights-other.yaml"),
        ("(1/18)", "(1/17)"),
    ],
)
def test_what_a_reader_would_miss_is_compared(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)
