"""The page of a feature in a real browser: its boxes are reached, followed and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from featurestore.catalog.distribution import Distribution
from featurestore.definitions.features import features
from featurestore.pages import feature as feature_page

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver import Chrome

BREAKOUT = next(one for one in features() if one.feature_name == "breakout_flag")
VALUES = Distribution(1200, 200, 0, None, None, 0.0, 0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def browser(chrome: Chrome, tmp_path: Path) -> Chrome:
    text = feature_page.page(BREAKOUT, {"unit": BREAKOUT.unit, "meaning": "twice"}, VALUES)
    file = tmp_path / "feature.html"
    file.write_text(text, encoding="utf-8")
    assert len(text) < 300_000
    chrome.get(file.as_uri())
    return chrome


def test_the_page_shows_a_feature_s_inputs_as_a_picture_and_as_text(browser: Chrome) -> None:
    boxes = {
        box.get_attribute("data-box"): box.get_attribute("aria-label")
        for box in browser.find_elements("css selector", ".diagram a")
    }
    assert boxes["r-player_form"] == "player_form: points_avg_last_5, points_std_last_10"
    assert boxes["sources"] == "nba_analytics.player_game_summary: points, is_dnp, minutes_played"
    section = browser.find_element("id", "r-player_form").text
    assert "AVG(IF(games_later <= 5, points, NULL))" in section
    assert "Rows chosen by: " in section
    assert "appearance.is_played" in section
    text = browser.find_element("tag name", "body").text
    assert "WHEN points_above_breakout IS NULL THEN NULL" in text
    assert text.count("twice") == 0
    assert "1,200" in text
    assert browser.get_log("browser") == []


def test_the_keyboard_reaches_a_box_marks_its_lines_and_follows_it(browser: Chrome) -> None:
    from selenium.webdriver import ActionChains, Keys

    marked = "return [...document.querySelectorAll('.diagram path.on')].length"
    ActionChains(browser).send_keys(Keys.TAB).perform()
    # The part that scrolls sideways may be first.
    if browser.switch_to.active_element.get_attribute("data-box") is None:
        ActionChains(browser).send_keys(Keys.TAB).perform()
    first = browser.switch_to.active_element
    assert first.get_attribute("data-box") == "r-player_history"
    lines = "return document.querySelectorAll('path[data-target=r-player_history]').length"
    assert browser.execute_script(marked) == browser.execute_script(lines) > 0
    ActionChains(browser).send_keys(Keys.TAB, Keys.ENTER).perform()
    assert browser.current_url.endswith("#r-" + BOX_AFTER_THE_FEATURE)
    target = browser.find_element("id", "r-" + BOX_AFTER_THE_FEATURE)
    shown = "return arguments[0].getBoundingClientRect().top < window.innerHeight"
    assert browser.execute_script(shown, target)


BOX_AFTER_THE_FEATURE = "player_form"


def test_the_pointer_over_a_box_marks_its_lines_and_only_while_it_is_there(browser: Chrome) -> None:
    from selenium.webdriver import ActionChains

    marked = "return [...document.querySelectorAll('.diagram path.on')].length"
    box = browser.find_element("css selector", ".diagram a[data-box=r-player_form]")
    ActionChains(browser).move_to_element(box).perform()
    assert browser.execute_script(marked) > 2
    ActionChains(browser).move_to_element(browser.find_element("tag name", "h1")).perform()
    assert browser.execute_script(marked) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_boxes_of_the_picture_have_enough_contrast(browser: Chrome, scheme: str) -> None:
    features_ = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features_})

    def brightness(selector: str) -> float:
        color = browser.find_element("css selector", selector).value_of_css_property("fill")
        return sum(float(part) for part in color[color.index("(") + 1 : -1].split(",")[:3]) / 3

    difference = brightness(".diagram text:not(.title)") - brightness(".diagram rect")
    assert abs(difference) > 150
    assert (difference > 0) == (scheme == "dark")


@pytest.mark.parametrize("width", [360, 1600])
def test_the_page_never_scrolls_sideways(browser: Chrome, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    sideways = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(sideways) == 0
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
