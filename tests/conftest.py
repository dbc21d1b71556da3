"""Computes features of a few rows, by the product's own statements on a real DuckDB."""

from __future__ import annotations

from collections import defaultdict

import pytest
from whole_files import pytest_xdist_make_scheduler

from featurestore.testing import make_game as make_game_row
from featurestore.testing import store_rows

__all__ = ["pytest_xdist_make_scheduler"]


def pytest_addoption(parser):
    parser.addoption(
        "--live",
        metavar="PROJECT.DATASET",
        help="run tests/live over real BigQuery, in this dataset: it must not exist, is made and"
        " dropped; about half a dollar is billed",
    )
    parser.addoption(
        "--season",
        action="store_true",
        help="run the main job over the emulator with a real season, which takes minutes",
    )


def pytest_terminal_summary(terminalreporter):
    """Seconds by folder, setup and teardown included; over all workers."""
    seconds = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "nodeid") and hasattr(report, "duration"):
                folder = report.nodeid.partition("::")[0].rpartition("/")[0]
                seconds[folder] += report.duration
    if len(seconds) > 1:
        terminalreporter.section("seconds by folder")
        for folder, spent in sorted(seconds.items(), key=lambda item: -item[1]):
            terminalreporter.line(f"{spent:8.1f}  {folder}")


@pytest.fixture(scope="session")
def compute_rows():
    """``compute_rows(pgs, injuries, start, end, include_bootstrap=True, ...) -> list[dict]``."""

    def rows(pgs, injuries, start, end, include_bootstrap=True, include_injured=False):
        return store_rows(
            pgs,
            injuries,
            start,
            end,
            include_bootstrap=include_bootstrap,
            include_injured=include_injured,
        ).to_pylist()

    return rows


@pytest.fixture(scope="session")
def compute_table():
    """The same as a pyarrow table, with the number of threads."""
    return store_rows


@pytest.fixture(scope="session")
def make_game():
    return make_game_row
