"""The pages in a real browser: clicked, hovered, walked with the keyboard, light and dark."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from featurestore.pages import coverage as coverage_page
from featurestore.reports.coverage import Coverage, Missing, Period
from sync.model import DateRange

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

FIRST = date(2024, 11, 25)
DAYS = [str(FIRST + timedelta(n)) for n in range(40)]


def page() -> str:
    lines = tuple(
        Period(day, "2024-25", 10, 8, 2, 80.0, 0, 0, 0, 0, 0, {"missing_phase4": 2}) for day in DAYS
    )
    missing = {day: (Missing("ann", "missing_phase4"), Missing("bob", "unlogged")) for day in DAYS}
    tables = {"all": lines[:1], "month": lines[:1], "date": lines}
    span = DateRange(FIRST, date.fromisoformat(DAYS[-1]))
    return coverage_page.page(Coverage(span, "local", (), tables, missing))


@pytest.fixture
def browser(chrome: Chrome, tmp_path: Path) -> Chrome:
    file = tmp_path / "page.html"
    file.write_text(page(), encoding="utf-8")
    chrome.get(file.as_uri())
    return chrome


def cell(browser: Chrome, day: str):
    return browser.find_element("css selector", f"button[data-day='{day}']")


def detail(browser: Chrome) -> str:
    return browser.find_element("id", "day").text


def test_a_click_shows_who_is_missing_and_the_command_that_repairs_it(browser: Chrome) -> None:
    cell(browser, DAYS[3]).click()
    text = detail(browser)
    assert "Thursday 2024-11-28" in text
    assert "missing_phase4: ann" in text
    assert "unlogged: bob" in text
    assert f"featurestore backfill --start-date {DAYS[3]} --end-date {DAYS[3]}" in text
    assert cell(browser, DAYS[3]).get_attribute("aria-pressed") == "true"
    cell(browser, DAYS[4]).click()
    assert cell(browser, DAYS[3]).get_attribute("aria-pressed") == "false"


def test_the_pointer_over_a_date_shows_its_words_and_hides_them_again(browser: Chrome) -> None:
    from selenium.webdriver import ActionChains

    tip = browser.find_element("id", "tip")
    ActionChains(browser).move_to_element(cell(browser, DAYS[10])).perform()
    assert tip.is_displayed()
    assert tip.text == "Thu 2024-12-05: 80.00 %, 8 stored, 2 missing"
    ActionChains(browser).move_to_element(browser.find_element("tag name", "h1")).perform()
    assert not tip.is_displayed()


def test_the_keyboard_reaches_every_date(browser: Chrome) -> None:
    from selenium.webdriver import ActionChains, Keys

    browser.refresh()
    keys = ActionChains(browser)
    keys.send_keys(Keys.TAB).send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ENTER).perform()
    assert browser.switch_to.active_element.get_attribute("data-day") == DAYS[8]
    assert "2024-12-03" in detail(browser)
    ActionChains(browser).send_keys(Keys.END).perform()
    assert browser.switch_to.active_element.get_attribute("data-day") == DAYS[-1]
    ActionChains(browser).send_keys(Keys.HOME, Keys.ARROW_UP).perform()
    assert browser.switch_to.active_element.get_attribute("data-day") == DAYS[0]


@pytest.mark.parametrize(("scheme", "expected"), [("light", 255), ("dark", 18)])
def test_the_page_follows_the_reader_s_color_scheme(
    browser: Chrome, scheme: str, expected: int
) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    color = browser.find_element("tag name", "body").value_of_css_property("background-color")
    assert int(color.split("(")[1].split(",")[0]) == expected


@pytest.mark.parametrize("width", [360, 1600])
def test_the_page_itself_never_scrolls_sideways(browser: Chrome, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    sideways = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(sideways) == 0
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_browser_logs_no_error(browser: Chrome) -> None:
    assert browser.get_log("browser") == []
