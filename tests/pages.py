"""The Markdown pages of the repository: their blocks, and what comments in front of them say of how they are executed.

`docs/README.md` lists the comments. A README that PyPI shows has none: its places are in `_PLACES_OF_HEADINGS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "examples/flights/README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_PLACES_OF_HEADINGS = {
    "README.md": {"## In your own project": "new project", "## A first session": "flights"},
    "docs/README.md": {},  # shows the comments themselves
}
_COMMENT = re.compile(r"<!-- (?P<word>in|not run|exit code|file|apply|run)(?:: (?P<value>\S.*))? -->")
_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[\w-]*)$")
_WITHOUT_VALUE = {"apply", "run"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    page: str  # its path in the repository
    line: int
    place: str = ""  # what the last `in:` before it names
    not_run: str = ""  # the reason
    exit_code: int = 0  # of its last command
    file: str = ""  # that holds this text, whole
    applied: bool = False  # a change of files
    run: bool = False  # Python, in the interpreter of the page

    @property
    def where(self) -> str:
        """For the messages of tests."""
        return f"{self.page}:{self.line}"

    @property
    def is_session(self) -> bool:
        """Whether it shows commands and what they print."""
        return self.language == "console" and bool(re.search(r"^\$ ", self.text, re.MULTILINE))


def name_of(page: Path) -> str:
    """Its path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    return list(_blocks(page.read_text(encoding="utf-8").splitlines(), name_of(page)))


def _blocks(lines: list[str], page: str) -> Iterator[Block]:
    place, said, places = "", dict[str, str](), _PLACES_OF_HEADINGS.get(page)
    numbered = iter(enumerate(lines, 1))
    for number, line in numbered:
        if places is not None and line.startswith("## "):
            place = places.get(line, "")
        comment = _COMMENT.fullmatch(line.strip())
        if comment and comment["word"] == "in":
            place = comment["value"] or ""
        elif comment:
            assert bool(comment["value"]) != (comment["word"] in _WITHOUT_VALUE), f"{page}:{number}: {line}"
            said[comment["word"]] = comment["value"] or "yes"
        else:
            assert not line.startswith("<!--"), f"{page}:{number}: no comment that says how a block is executed: {line}"
        fence = _FENCE.fullmatch(line)
        if fence:
            yield _block(page, number, fence["language"], _inside(numbered, fence), place, said)
            said = {}
    assert not said, f"{page}: no block comes after {said}"


def _inside(lines: Iterator[tuple[int, str]], fence: re.Match[str]) -> str:
    """The lines up to the closing fence, without the indent of the opening one."""
    found: list[str] = []
    for _, line in lines:
        if line.strip().startswith(fence["fence"]) and not line.strip().strip(fence["fence"][0]):
            return "".join(f"{each.removeprefix(fence['indent'])}\n" for each in found)
        found.append(line)
    raise AssertionError(f"a fence is not closed: {fence[0]}")


def _block(page: str, line: int, language: str, text: str, place: str, said: dict[str, str]) -> Block:
    return Block(
        language=language,
        text=text,
        page=page,
        line=line,
        place=place,
        not_run=said.get("not run", ""),
        exit_code=int(said.get("exit code", 0)),
        file=said.get("file", ""),
        applied="apply" in said,
        run="run" in said,
    )


def played() -> list[tuple[str, str]]:
    """The pages and places that have something to execute: ("docs/tutorial.md", "flights")."""
    found = [(each.page, each.place) for page in PAGES for each in blocks(page) if is_played(each)]
    return list(dict.fromkeys(found))


def is_played(block: Block) -> bool:
    """Whether something is done with a block in its place."""
    return bool(block.place) and (block.is_session or block.run or block.applied or bool(block.file))


def parts(page: str, place: str) -> list[Block]:
    """What is to be done in this place, in order; the text after a Python block is what it prints."""
    return [each for each in blocks(ROOT / page) if each.place == place]
