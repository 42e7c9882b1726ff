"""Links between the pages of the repository lead somewhere, on GitHub as on the site; others are well formed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pages import ROOT, name_of

FILES = sorted(
    [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
        *(ROOT / "tests").rglob("*.md"),
    ]
)
_FENCED = re.compile(r"^ *(```+|~~~+).*?^ *\1`*~* *$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(\s*([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^)]*\)")
_HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)


def prose(text: str) -> str:
    """Without what stands in code."""
    return _CODE.sub("", _FENCED.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: list[str] = []
    for heading in _HEADING.findall(_FENCED.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("\\", "")
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        same = sum(each == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", each) is not None for each in found)
        found.append(f"{slug}-{same}" if same else slug)
    return set(found)


def broken(file: Path) -> Iterator[str]:
    """What is wrong with the links of a file."""
    for link in _LINK.findall(prose(file.read_text(encoding="utf-8"))):
        address = urlsplit(link)
        if address.scheme:
            if address.scheme != "https" or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.netloc):
                yield f"{link}: no address with https://"
            continue
        target = (file.parent / address.path).resolve() if address.path else file
        if not target.exists() or not target.is_relative_to(ROOT):
            yield f"{link}: there is no such file in the repository"
        elif address.fragment and address.fragment not in anchors(target.read_text(encoding="utf-8")):
            yield f"{link}: the page has no such heading"
        elif target.is_dir() and file.is_relative_to(ROOT / "docs") and not (target / "README.md").exists():
            yield f"{link}: the site has no folders, and this one no README.md to show in its place"


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_each_link_of_a_page_leads_somewhere(file: Path) -> None:
    assert list(broken(file)) == []


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("nosuch.md", "no such file"),
        ("#nosuch", "no such heading"),
        ("../outside.md", "no such file"),
        ("http://example.com/", "no address"),
        ("https://localhost/", "no address"),
        ("https://exa mple.com", "no address"),
        ("mailto:a@example.com", "no address"),
    ],
)
def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str, wrong: str) -> None:
    monkeypatch.setitem(broken.__globals__, "ROOT", tmp_path)
    (tmp_path / "page.md").write_text(f"# A page\n\n[words]({link}) and [good](#a-page)\n", encoding="utf-8")

    (said,) = broken(tmp_path / "page.md")

    assert wrong in said


def test_what_stands_in_code_is_no_link(tmp_path: Path) -> None:
    text = "`[a](nosuch.md)`\n\n```text\n[b](nosuch.md)\n# no heading\n```\n"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")

    assert list(broken(tmp_path / "page.md")) == []
    assert anchors(text) == set()


def test_anchors_are_those_of_github() -> None:
    text = "# `argo.yml`, key by key\n## A [link](b.md)\n## A link\n### env\\_from: 2\n"

    assert anchors(text) == {"argoyml-key-by-key", "a-link", "a-link-1", "env_from-2"}
