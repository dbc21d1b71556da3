"""The site in a real browser, served from its folder: ``make docs`` builds it."""

from __future__ import annotations

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

SITE = Path(__file__).parents[2] / "site"
pytestmark = pytest.mark.skipif(
    not (SITE / "index.html").exists(), reason="needs the site: make docs"
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Log no request."""


@pytest.fixture
def address(chrome: Chrome) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()
    chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def show(chrome: Chrome, url: str, width: int, scheme: str) -> None:
    scheme_feature = {"name": "prefers-color-scheme", "value": scheme}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme_feature]})
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    chrome.get(url)


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1400, "light")])
@pytest.mark.parametrize("page", ["index", "features", "reference/settings"])
def test_a_page_fits_its_window_and_loads_nothing_from_elsewhere(
    chrome: Chrome, address: str, page: str, width: int, scheme: str
) -> None:
    show(chrome, f"{address}{page}.html", width, scheme)
    assert chrome.execute_script("return document.documentElement.scrollWidth") <= width
    loaded = chrome.execute_script(
        "return performance.getEntriesByType('resource').map(one => one.name)"
    )
    assert loaded
    assert [one for one in loaded if not one.startswith(address)] == []
    color = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
    red = int(color.strip("rgba()").split(",")[0])
    assert red > 200 if scheme == "light" else red < 60


def test_the_search_finds_a_setting_without_a_network(chrome: Chrome, address: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    show(chrome, f"{address}index.html", 1400, "light")
    ActionChains(chrome).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    wait = WebDriverWait(chrome, 60)
    search = wait.until(opened)
    search.send_keys("max_bytes_per_run")
    wait.until(lambda _: any("/reference/settings.html" in one for one in results(search)))


def opened(chrome: Chrome) -> WebElement | None:
    """The search, once it has the focus; its own elements are in a tree of its own."""
    focused = chrome.switch_to.active_element
    return focused if chrome.execute_script("return !!arguments[0].shadowRoot", focused) else None


def results(search: WebElement) -> list[str]:
    """Where the results lead."""
    links = search.shadow_root.find_elements("css selector", "a")
    return [one.get_attribute("href") or "" for one in links]


def test_the_index_of_the_search_and_llms_txt_are_beside_the_pages() -> None:
    assert json.loads((SITE / "search.json").read_text(encoding="utf-8"))
    assert "(reference/settings.md)" in (SITE / "llms.txt").read_text(encoding="utf-8")
    assert (SITE / "reference/settings.md").is_file()
