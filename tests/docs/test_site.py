"""The site: it is built without a warning, and opens without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages import ROOT

pytestmark = pytest.mark.integration

DOCS = ROOT / "docs"


def _built(docs: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` does it."""
    (options,) = re.findall(r"-m (sphinx .+) docs build/site$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = [sys.executable, "-m", *options.split(), str(docs), str(site)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = _built(DOCS, folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_each_page_is_in_the_site(site: Path) -> None:
    pages = {page.relative_to(DOCS).as_posix().removesuffix(".md") for page in DOCS.rglob("*.md")} - {"README"}

    assert {page for page in pages if not (site / f"{page}.html").exists()} == set()


def test_nothing_in_a_page_comes_from_elsewhere(site: Path) -> None:
    loaded = re.compile(
        r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?(?:https?:)?//|<link\b[^>]*href=[\"']?(?:https?:)?//"
    )
    fetched = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//")

    assert [page.name for page in site.rglob("*.html") if loaded.search(page.read_text(encoding="utf-8"))] == []
    assert [sheet.name for sheet in site.rglob("*.css") if fetched.search(sheet.read_text(encoding="utf-8"))] == []


def test_an_error_text_is_found_by_the_search_of_the_site(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")

    assert "the secret nosuch is not there" in index.lower()


def test_broken_links_and_a_page_in_no_list_fail(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "conf.py").write_text((DOCS / "conf.py").read_text(encoding="utf-8"), encoding="utf-8")
    texts = {
        "index": "# Front\n\n## Pages\n\n* [A](a.md), [B](b.md): two\n",
        "a": "# A\n\n[words](nosuch.md)\n",
        "b": "# B\n\n[words](a.md#nosuch)\n",
        "lost": "# Lost\n",
    }
    for name, text in texts.items():
        (docs / f"{name}.md").write_text(text, encoding="utf-8")

    done = _built(docs, tmp_path / "site")

    assert done.returncode != 0
    for file, words in (("a", "nosuch.md"), ("b", "nosuch"), ("lost", "isn't included in any toctree")):
        assert any(f"{file}.md" in line and words in line for line in done.stderr.splitlines()), done.stderr
