"""The report in a real browser: nothing is loaded, each view selects in all, and the keys do what the mouse does."""

from __future__ import annotations

import re

import pytest
from opened import Open, Opened
from playwright.sync_api import expect

from report_runs import flights, flights_plan, hostile_run, run_of

TASK = "jfk-train-model"
NUMBER = next(number for number, task in enumerate(flights()["tasks"]) if task["id"] == TASK)
ROW = "#timeline-chart text"


def selected(opened: Opened) -> set[str]:
    """Where the task is shown as the selected one."""
    page = opened.page
    page.locator('#timeline-chart path[fill="var(--focus)"]').wait_for()
    found = {
        "graph": "selected" in opened.classes(f'.task[data-task="{NUMBER}"]').split(),
        "table": "selected" in opened.classes(f'tr[data-task="{NUMBER}"]').split(),
        "panel": opened.name_in_panel() == TASK,
        "use": page.locator('#use-chart path[fill="var(--focus)"]').count() == 1,
    }
    return {place for place, there in found.items() if there}


@pytest.mark.parametrize("found", [flights(), flights_plan(), hostile_run(), {"title": "nothing", "tasks": []}])
def test_nothing_is_loaded_nothing_complains_and_no_name_runs(open_report: Open, found: dict[str, object]) -> None:
    opened = open_report(found)

    opened.page.evaluate("document.querySelectorAll('#task-table a').forEach((link) => link.click())")
    assert opened.page.locator("#panel").is_visible() == bool(found["tasks"])
    assert opened.page.evaluate("window.ran") is None
    assert [address for address in opened.asked_for if not address.startswith("file:")] == []
    assert len(opened.asked_for) == 1
    assert opened.complaints == []


def test_the_policy_stops_a_script_that_comes_in_all_the_same(open_report: Open) -> None:
    page = open_report(flights()).page

    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"window.ran = 1\">')")
    page.wait_for_timeout(100)

    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    "place",
    [
        f'.task[data-task="{NUMBER}"] .title',
        f"{ROW} >> text={TASK}",
        f"#use-chart text >> text={TASK}",
        f'tr[data-task="{NUMBER}"] .message',
    ],
)
def test_a_task_is_selected_everywhere_wherever_it_is_clicked(open_report: Open, place: str) -> None:
    opened = open_report(flights())

    opened.page.locator(place).first.click()

    assert selected(opened) == {"graph", "table", "panel", "use"}
    assert "ValueError: Input X contains NaN." in opened.page.locator("#panel").inner_text()
    assert "line 41, in train_model" in opened.page.locator("#panel pre.log").inner_text()


def test_the_search_finds_tasks_nodes_and_datasets_and_shows_them(open_report: Open) -> None:
    opened = open_report(flights())
    field = opened.page.get_by_role("combobox", name="Find a task, a node or a dataset")

    opened.page.keyboard.press("/")
    for text, wanted in (
        ("summarise_w", "clean"),
        ("comparison", "compare-airports"),
        ("train-model", "ewr-train-model"),
    ):
        field.fill(text)
        opened.page.keyboard.press("Enter")
        assert opened.name_in_panel() == wanted

    field.fill("no such thing")
    assert opened.page.locator("#said").inner_text() == "Nothing found."


def test_a_page_is_walked_through_with_the_keys_alone(open_report: Open) -> None:
    opened = open_report(flights())
    keys, page = opened.page.keyboard, opened.page

    keys.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    for _ in range(60):
        keys.press("Tab")
        if page.locator("#graph-view:focus").count():
            break
    keys.press("ArrowRight")  # what failed is where it begins
    assert opened.name_in_panel() == TASK
    keys.press("ArrowLeft")
    assert opened.name_in_panel() == "jfk-split-data"
    keys.press("ArrowUp")
    assert opened.name_in_panel() == "ewr-split-data"
    assert page.locator("#said").inner_text() == "ewr-split-data, succeeded. Needs 1, needed by 3."
    before = page.locator("#graph-world").get_attribute("transform") or ""
    keys.press("+")
    expect(page.locator("#graph-world")).not_to_have_attribute("transform", before)
    keys.press("Enter")
    assert page.locator("#panel-title:focus").inner_text() == "ewr-split-data"
    keys.press("Escape")
    assert opened.name_in_panel() == ""
    assert page.locator("#graph-view:focus").count() == 1


def test_the_timeline_is_walked_through_and_zoomed_with_the_keys(open_report: Open) -> None:
    opened = open_report(flights())
    chart = opened.page.locator("#timeline-chart")

    chart.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        chart.press(key)
    assert opened.name_in_panel() == "clean"
    begin = chart.locator(".role-axis-label text").filter(has_text=re.compile("^0 s$"))
    chart.press("+")
    expect(begin).to_have_count(0)
    chart.press("0")
    expect(begin).to_have_count(1)


def test_the_table_is_sorted_and_filtered(open_report: Open) -> None:
    page = open_report(flights()).page
    names = page.locator("#task-table tbody tr:visible th a")

    page.get_by_role("button", name="Takes").click()
    page.get_by_role("button", name="Takes").click()
    assert names.first.inner_text() == "clean"  # what never ran is last, both ways
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Takes")

    page.get_by_label("Phase").select_option("omitted")
    expect(page.locator("#filter-count")).to_have_text("4 of 18 tasks")
    page.get_by_label("Names with").fill("plot_")
    expect(page.locator("#filter-count")).to_have_text("1 of 18 tasks")
    assert names.all_inner_texts() == ["report"]


def test_an_address_with_a_task_opens_it(open_report: Open) -> None:
    assert open_report(flights(), place=f"#details-{NUMBER}").name_in_panel() == TASK


def test_without_scripts_all_of_it_can_be_read(open_report: Open) -> None:
    page = open_report(flights(), java_script_enabled=False).page

    details = page.locator(f"#details-{NUMBER}")
    assert "Input X contains NaN" in details.inner_text()
    assert "line 41, in train_model" in details.locator("pre.log").inner_text()
    assert page.locator("#graph-svg .task").count() == 18
    assert page.get_by_role("row", name="jfk-train-hindsight-model").first.is_visible()
    assert page.locator("#search").is_hidden() and page.locator("#panel").is_hidden()


def test_2000_tasks_draw_no_more_rows_than_are_in_sight(open_report: Open) -> None:
    opened = open_report(run_of(2000))
    page = opened.page
    chart = page.locator("#timeline-chart")

    assert page.locator(f"{ROW} >> text=/^task-/").count() < 60
    chart.evaluate("chart => { chart.scrollTop = chart.scrollHeight }")
    page.locator(f"{ROW} >> text=task-1999").first.wait_for()
    page.get_by_role("button", name="Next failed").click()
    name = opened.name_in_panel()
    assert name.startswith("task-")
    page.locator(f"{ROW} >> text=/^{name}$/").first.wait_for()
    assert page.locator(".task.selected .title").text_content() == name
    assert page.locator("#map").is_visible()
