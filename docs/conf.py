"""The site, made by Sphinx of the pages as they are. docs/README.md says why, and how."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
FRONT = "index"  # its lists are the navigation: a page that is in none of them is an error
_SECTION = re.compile(r"^## ([^\n]+)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()((?:\.\./)+[^)#\s]+)(?:#[\w-]+)?(?=\))")
_ENTRY = re.compile(r"^\* ((?:\[[^]]+\]\([\w./-]+\.md\)(?:, )?)+)", re.MULTILINE)  # what a line begins with
_PAGE = re.compile(r"\[([^]]+)\]\(([\w./-]+)\.md\)")

project = "argo-kedro"
html_title = "argo-kedro"
extensions = ["myst_parser"]
exclude_patterns = ["README.md"]
myst_heading_anchors = 4  # as GitHub makes them
nitpicky = True
smartquotes = False  # of `--wait` they would make a dash
highlight_language = "none"
html_theme = "furo"
html_copy_source = False
html_use_index = False
html_show_sphinx = False
html_show_copyright = False
templates_path: list[str] = []


def _with_navigation(_app: Sphinx, name: str, source: list[str]) -> None:
    """Give the front page a hidden table of contents of what its own lists link to."""
    if name != FRONT:
        return
    for title, text in _SECTION.findall(source[0]):
        entries = [f"{words} <{page}>" for line in _ENTRY.findall(text) for words, page in _PAGE.findall(line)]
        if entries:
            lines = ["```{toctree}", ":hidden:", f":caption: {title}", "", *entries, "```"]
            source[0] += "\n" + "\n".join(lines) + "\n"


def _with_files(_app: Sphinx, name: str, source: list[str]) -> None:
    """Let links to what is no page of the site, such as an example, be links to the file, or to a folder's README."""
    folder = (HERE / name).parent

    def of_file(found: re.Match[str]) -> str:
        target = (folder / found[1]).resolve()
        if target.is_relative_to(HERE):
            return found[0]
        return f"path:{found[1].rstrip('/')}/README.md" if target.is_dir() else f"path:{found[1]}"

    source[0] = _LINK.sub(of_file, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("source-read", _with_navigation)
    app.connect("source-read", _with_files)
    return {"parallel_read_safe": True}
