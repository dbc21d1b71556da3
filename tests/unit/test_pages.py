"""Pages as a browser gets them: complete, small, without network access, every value escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from featurestore.pages import coverage as coverage_page
from featurestore.pages import diff as diff_page
from featurestore.pages import frame
from featurestore.pages import status as status_page
from featurestore.pages import timings as timings_page
from featurestore.reports.coverage import Coverage, Missing, Period
from featurestore.reports.status import Holding, Status
from featurestore.reports.timings import Change, Part, Processor, StaleRun, Timings
from featurestore.verify.comparison import ColumnDifference, Comparison, DateDifference
from featurestore.verify.store_diff import Diff
from sync.errors import BadInput
from sync.model import DateRange

FIRST = date(2024, 11, 25)
DAYS = [FIRST + timedelta(n) for n in range(0, 60, 3)]
HOSTILE = "</script><img src=x onerror=alert(1)>"
AT = datetime(2025, 1, 1, tzinfo=UTC)


def period(name: str, reasons: dict[str, int], season: str = "2024-25") -> Period:
    missing = sum(reasons.values())
    return Period(name, season, 10, 9 - missing, missing, 90.0, 1, 0, 0, 0, 0, reasons)


def coverage() -> Coverage:
    days = [period(str(day), {"missing_phase4": 1, HOSTILE: 2}) for day in DAYS]
    months = (period("2024-11", {"missing_phase4": 4}), period("2024-12", {HOSTILE: 20}))
    everything = replace(period("all", {"missing_phase4": 20, HOSTILE: 40}), coverage_pct=66.6)
    tables: dict[Any, Any] = {"all": (everything,), "month": months, "date": tuple(days)}
    missing = {
        str(day): (Missing("ann", "missing_phase4"), Missing("bob", HOSTILE)) for day in DAYS
    }
    return Coverage(DateRange(FIRST, DAYS[-1]), "local", (), tables, missing)


def empty_coverage() -> Coverage:
    tables: dict[Any, Any] = {"all": (), "month": (), "date": ()}
    return Coverage(DateRange(FIRST, DAYS[-1]), "local", (FIRST,), tables)


def timings() -> Timings:
    return Timings(
        DateRange(FIRST, DAYS[-1]),
        (Processor(HOSTILE, "p", 3, 2, 1, 0, 0, 0, 1.5, 2.5),),
        (Part(HOSTILE, "stage", "save_time", 2, 1.0, 2.0, 3.0, 75.0),),
        (Part(HOSTILE, "query", "feature_value", 2, 1.0, 2.0, 4.0, 50.0),),
        (Change(HOSTILE, "r", AT, 2.0, 5, 1.0, 0.1, 100.0, True),),
        (StaleRun(HOSTILE, "r0", AT),),
    )


def status() -> Status:
    held = Holding(HOSTILE, 5, 4, 1234, FIRST, DAYS[-1], AT)
    return Status("data/replica.duckdb", 5_000_000, (held,), held, (FIRST, DAYS[1]), 3, 2)


def diff() -> Diff:
    column = ColumnDifference("feature_0_value", 7, f"player {HOSTILE}", "1.5", None)
    day = DateDifference(FIRST, 0, 1, 7)
    comparison = Comparison(10, 11, 0, 1, 7, None, "player bob", (column,), (day,))
    return Diff(DateRange(FIRST, DAYS[-1]), 20, 3, ("feature_36_value",), comparison, False)


PAGES = {
    "coverage": lambda: coverage_page.page(coverage()),
    "timings": lambda: timings_page.page(timings(), 10),
    "status": lambda: status_page.page(status()),
    "diff": lambda: diff_page.page(diff()),
}


class Elements(HTMLParser):
    """Elements with their attributes, and the text of the page without scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._hidden = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


def test_a_page_is_small_and_loads_nothing(page: str) -> None:
    assert len(page) < 300_000
    elements = Elements(page)
    policy = [attrs for tag, attrs in elements.elements if "http-equiv" in attrs]
    assert [attrs["content"] for attrs in policy] == [
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"
    ]
    assert not [attrs for _, attrs in elements.elements if attrs.keys() & {"src", "href"}]
    assert not re.search(r"url\(|@import|https?://", page)


def test_foreign_text_is_text(page: str) -> None:
    elements = Elements(page)
    assert "img" not in [tag for tag, _ in elements.elements]
    assert not [attrs for _, attrs in elements.elements if "onerror" in attrs]
    assert page.count("</script>") == page.count("<script")


def test_a_page_has_one_heading_a_language_and_both_schemes(page: str) -> None:
    elements = Elements(page)
    tags = [tag for tag, _ in elements.elements]
    assert tags.count("h1") == 1
    assert ("html", {"lang": "en"}) in elements.elements
    assert "prefers-color-scheme: dark" in page


def test_every_table_cell_with_a_number_is_in_a_column_with_a_heading(page: str) -> None:
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        if 'class="calendar"' in table:
            continue
        heads = table.count('scope="col"')
        rows = table.split("<tbody>")[1].split("</tr>")[:-1]
        assert rows
        assert {row.count('scope="row"') + row.count("<td") for row in rows} == {heads}


def test_each_date_with_rows_is_a_button_that_says_what_it_shows() -> None:
    elements = Elements(PAGES["coverage"]())
    buttons = [attrs for tag, attrs in elements.elements if tag == "button"]
    assert [attrs["data-day"] for attrs in buttons if attrs["data-day"] in map(str, DAYS)]
    assert len(buttons) == len(DAYS)
    assert all("missing" in str(attrs["aria-label"]) for attrs in buttons)


def test_the_first_week_of_a_season_names_its_month() -> None:
    head = PAGES["coverage"]().split("<thead>")[1].split("</thead>")[0]
    assert re.findall(r'scope="col">(\w*)<', head) == ["Dec", *[""] * 4, "Jan", *[""] * 3]


def test_without_games_the_page_says_so_and_draws_nothing() -> None:
    page_text = coverage_page.page(empty_coverage())
    assert "No game summary in this range." in page_text
    assert "<table" not in page_text
    assert "1 date never pulled" in page_text


def test_stale_unpushed_and_open_dates_have_their_command() -> None:
    elements = Elements(PAGES["status"]()).text
    assert "featurestore backfill --start-date 2024-11-25 --end-date 2024-11-28 --stale" in elements
    assert "featurestore push --start-date" in elements


def test_a_missing_library_is_named_before_anything_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadInput, match="jinja2") as caught:
        frame.require_library()
    assert caught.value.hint.endswith(" 'featurestore[html]'")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Any) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        frame.write(tmp_path / "missing" / "page.html", "text")
