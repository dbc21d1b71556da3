"""Every row and column of the store is as others computed it, from the contract and without SQL."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from featurestore.cli import errors
from featurestore.cli.app import app
from featurestore.definitions import tables

SHARED = Path(__file__).parents[2].parent / "shared"
DATA, TOOL = SHARED / "data", SHARED / "tools/compare_expected.py"
EXPECTED = DATA / "expected_features_2024-10-22_2024-12-31.parquet"

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="needs ../shared")


@pytest.fixture
def backfilled(tmp_path, monkeypatch):
    """``backfilled({table: files}, start, end)``: a replica, by the commands that a user runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def run(given, start, end):
        for words in (
            ["init"],
            *(["warehouse", "load", table, *map(str, files)] for table, files in given.items()),
            # The files begin where they begin: what lies before is no gap.
            [
                *("backfill", "--start-date", start, "--end-date", end),
                *("--include-bootstrap", "--no-push", "--skip-preflight"),
            ],
        ):
            assert errors.run(app, words) == 0
        return tmp_path / "data/replica.duckdb"

    return run


def compared(replica, expected):
    """What the tool says last, after all that it has found wrong."""
    done = subprocess.run(
        [sys.executable, TOOL, replica, expected], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_the_league_of_edge_cases_has_the_expected_rows(backfilled):
    replica = backfilled(
        {
            tables.SUMMARY: [DATA / "edge/player_game_summary.parquet"],
            tables.INJURIES: [DATA / "edge/nbac_injury_report.parquet"],
        },
        "2022-10-01",
        "2024-06-30",
    )
    comparison = compared(replica, DATA / "edge/expected_features.parquet")
    assert comparison == "3844 rows, 142 columns, 0 faults"


def test_the_autumn_of_2024_has_the_expected_rows(backfilled):
    seasons = [DATA / f"player_game_summary_{year}.parquet" for year in (2023, 2024)]
    replica = backfilled({tables.SUMMARY: seasons}, "2024-10-22", "2024-12-31")
    assert compared(replica, EXPECTED) == "12848 rows, 142 columns, 0 faults"
