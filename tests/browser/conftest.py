"""A real Chromium, and a report that is opened in it from a file, as people do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opened import Open, Opened
from playwright.sync_api import Browser, sync_playwright

from argo_kedro.views.report import page as report

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("There is no Chromium here. Way out: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report of this data: `open_report(flights(), color_scheme="dark")`."""
    contexts = []

    def opened(found: Mapping[str, Any], *, place: str = "", **context: Any) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(report(found), encoding="utf-8")
        contexts.append(browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context}))
        made = Opened(page=contexts[-1].new_page())
        made.page.on("request", lambda request: made.asked_for.append(request.url))
        made.page.on("console", lambda message: made.complaints.append(message.text))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.set_default_timeout(20_000)
        made.page.goto(file.as_uri() + place)
        if context.get("java_script_enabled", True):
            made.page.wait_for_selector("html.ready")
        return made

    yield opened
    for each in contexts:
        each.close()
