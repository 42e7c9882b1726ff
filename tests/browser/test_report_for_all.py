"""The report for everyone: by axe-core's rules, in both themes, on a small screen, on paper, without motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from opened import Open, Opened

from report_runs import flights, flights_plan, run_of

INKS = ("--ink", "--soft", "--link", "--good", "--failed", "--runs", "--waits", "--idle", "--critical")
GROUNDS = ("--page", "--card", "--sunk", "--failed-wash")
# The contrast of two colours of the page, as WCAG 2 counts it.
CONTRAST = """([ink, ground]) => {
    const light = (name) => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
        probe.remove();
        const even = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        const [red, green, blue] = parts.map(even);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [low, high] = [light(ink), light(ground)].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
}"""


def violations(opened: Opened) -> list[str]:
    """What axe-core finds, as `rule: element`."""
    found = Axe().run(opened.page).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_while_a_task_and_a_search_are_open(open_report: Open, theme: str) -> None:
    opened = open_report(flights(), color_scheme=theme)
    opened.page.locator("#task-table a").first.click()
    opened.page.get_by_role("combobox", name="Find").fill("train")

    assert violations(opened) == []


def test_axe_finds_nothing_in_a_plan(open_report: Open) -> None:
    assert violations(open_report(flights_plan())) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_inks_can_be_read_on_all_grounds(open_report: Open, theme: str) -> None:
    page = open_report(flights(), color_scheme=theme).page
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS] + [("--on-node", "--kind-node")]

    low = {pair: round(page.evaluate(CONTRAST, pair), 2) for pair in pairs}

    assert {pair: contrast for pair, contrast in low.items() if contrast < 4.5} == {}


def test_the_switch_changes_the_theme_and_the_next_look_keeps_it(open_report: Open) -> None:
    page = open_report(flights(), color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    switch = page.get_by_role("button", name="Theme")

    switch.click()
    switch.click()
    assert switch.inner_text() == "Theme: dark" and page.evaluate(ground) != light
    page.reload()
    assert switch.inner_text() == "Theme: dark" and page.evaluate(ground) != light
    switch.click()
    assert page.evaluate(ground) == light


@pytest.mark.parametrize("found", [flights(), run_of(200)])
def test_a_small_screen_is_never_scrolled_to_the_side(open_report: Open, found: dict[str, object]) -> None:
    page = open_report(found, viewport={"width": 400, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 400

    page.locator("#task-table a").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator("#panel-title").is_visible()


def test_paper_has_the_content_and_none_of_the_tools(open_report: Open) -> None:
    page = open_report(flights(), color_scheme="dark").page

    page.emulate_media(media="print")

    assert not any(page.locator(tool).is_visible() for tool in (".bar", "#filter", "[data-zoom=in]", "#panel"))
    assert page.locator("#task-table").is_visible() and page.locator("#graph-svg").is_visible()
    ink = page.evaluate("getComputedStyle(document.body).color.match(/\\d+/g).map(Number)")
    assert max(ink) < 100  # dark on white, whatever the screen has
    assert page.pdf()[:4] == b"%PDF"


def test_who_wants_no_motion_has_none(open_report: Open) -> None:
    page = open_report(flights(), reduced_motion="reduce").page

    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
