"""The page as a browser gets it: whole, and closed to the network."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.reports import coverage_page
from featurestore.reports.coverage import Coverage, Period
from sync.errors import BadInput
from sync.model import DateRange

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2024, 11, 25)
DAYS = [FIRST + timedelta(n) for n in range(0, 60, 3)]
HOSTILE = "</script><img src=x onerror=alert(1)>"


def line(period: str, reasons: dict[str, int], season: str = "2024-25") -> Period:
    missing = sum(reasons.values())
    return Period(period, season, 10, 9 - missing, missing, 90.0, 1, 0, 0, 0, 0, reasons)


@pytest.fixture(scope="module")
def found() -> Coverage:
    days = [line(str(day), {"missing_phase4": 1, HOSTILE: 2}) for day in DAYS]
    days.append(line("2025-11-05", {}, "2025-26"))
    months = [line("2024-11", {"missing_phase4": 4}), line("2024-12", {HOSTILE: 20})]
    everything = replace(line("all", {"missing_phase4": 20, HOSTILE: 40}), coverage_pct=66.6)
    tables: dict[Any, Any] = {"all": (everything,), "month": tuple(months), "date": tuple(days)}
    return Coverage(DateRange(FIRST, date(2025, 11, 5)), "local", (), tables)


@pytest.fixture(scope="module")
def text(found: Coverage) -> str:
    return coverage_page.page(found)


class Parsed(HTMLParser):
    """Elements with their attributes, and the scripts' contents by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.by_id: dict[str, str] = {}
        self.script: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.script = dict(attrs).get("id") or "" if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self.script = None

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.scripts.append(data)
            self.by_id[self.script] = data


@pytest.fixture(scope="module")
def parsed(text: str) -> Parsed:
    return Parsed(text)


def figures(parsed: Parsed) -> dict[str, Any]:
    """The data of each figure by its element's id, as the page hands them to the library."""
    decode = json.JSONDecoder().raw_decode
    made = {}
    for script in parsed.scripts:
        for match in re.finditer(r'Plotly\.newPlot\(\s*"([\w-]+)",\s*', script):
            made[match[1]] = decode(script, match.end())[0]
    return made


def test_no_element_names_anything_outside_the_page(parsed: Parsed) -> None:
    loading = {"src", "href", "srcset", "data", "action", "poster", "background"}
    found = [(tag, name) for tag, attrs in parsed.elements for name in attrs if name in loading]
    assert found == []
    assert not {"link", "iframe", "object", "embed", "base", "img"} & {
        t for t, _ in parsed.elements
    }


def test_the_page_forbids_itself_to_load_anything(parsed: Parsed) -> None:
    (policy,) = (
        attrs["content"]
        for tag, attrs in parsed.elements
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'unsafe-inline'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
    }


def test_every_date_has_its_cell_and_its_details(parsed: Parsed) -> None:
    expected = {str(day) for day in DAYS} | {"2025-11-05"}
    details = json.loads(parsed.by_id["days"])
    assert set(details) == expected
    assert details[str(FIRST)]["reasons"] == {"missing_phase4": 1, HOSTILE: 2}
    made = figures(parsed)
    cells = {
        name: {day for row in traces[0]["customdata"] for day in row}
        for name, traces in made.items()
        if name.startswith("season")
    }
    assert set(cells) == {"season-0", "season-1"}
    assert {str(day) for day in DAYS} <= cells["season-0"]
    assert "2025-11-05" in cells["season-1"]
    # The days between, without games, have their cells, too.
    assert str(FIRST + timedelta(1)) in cells["season-0"]


def test_reasons_are_stacked_by_month_with_bootstrap_apart(parsed: Parsed) -> None:
    bars = {bar["name"]: bar["y"] for bar in figures(parsed)["reasons"]}
    hostile = "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"
    assert bars == {"missing_phase4": [4, 0], hostile: [0, 20], "bootstrap (not due)": [1, 1]}


def test_a_reason_with_markup_stays_text(text: str, parsed: Parsed) -> None:
    assert HOSTILE not in text
    assert "<img" not in text.partition("</head>")[2]
    hovers = [words for row in figures(parsed)["season-0"][0]["text"] for words in row]
    assert any("&lt;img" in words for words in hovers)
    assert not any("<img" in words for words in hovers)


def test_a_missing_library_is_told_before_anything_is_counted(
    monkeypatch: pytest.MonkeyPatch, found: Coverage, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(BadInput, match="plotly") as caught:
        coverage_page.write(tmp_path / "page.html", found)
    assert caught.value.hint == "pip install 'featurestore[html]'"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named(found: Coverage, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        coverage_page.write(tmp_path / "no" / "page.html", found)


def test_a_range_without_rows_still_gives_a_page(found: Coverage) -> None:
    empty = replace(found, tables={"all": (), "month": (), "date": ()})
    assert json.loads(Parsed(coverage_page.page(empty)).by_id["days"]) == {}
