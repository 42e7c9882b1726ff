"""A page that is open in the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page in the browser, and what one must not notice of it."""

    page: Page
    asked_for: list[str] = field(default_factory=list)  # addresses
    complaints: list[str] = field(default_factory=list)  # of the console, and errors

    def classes(self, selector: str) -> str:
        """The classes of the first element."""
        return self.page.locator(selector).first.get_attribute("class") or ""

    def name_in_panel(self) -> str:
        """The task whose details are open, or nothing."""
        return self.page.locator("#panel-title").inner_text() if self.page.locator("#panel").is_visible() else ""


Open = Callable[..., Opened]
