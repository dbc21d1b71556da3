"""A long range is computed season by season, with the rows of one that is computed at once."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import pytest
from pyarrow import parquet

from featurestore import league
from featurestore.compute import local
from featurestore.compute.request import ComputeRequest
from sync.model import DateRange
from sync.replica.file import Replica

SPAN = DateRange(date(2023, 10, 24), date(2025, 4, 30))
SUMMARY = "nba_analytics.player_game_summary"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATE = {
    "store": "SELECT * FROM nba_predictions.ml_feature_store_v2 ORDER BY ALL",
    "ledger": "SELECT * FROM featurestore.computed ORDER BY ALL",
    "gaps": """SELECT player_lookup, game_date, reason FROM nba_predictions.feature_store_gaps
        ORDER BY ALL""",
}


@pytest.fixture(scope="module")
def pulled(tmp_path_factory, prepare):
    """A folder with two seasons of four teams in its replica."""
    folder = tmp_path_factory.mktemp("pulled")
    made = league.generate(teams=4, games_per_team=10, seasons=(2023, 2024), seed=3)
    parquet.write_table(made.player_game_summary, folder / "rows.parquet")
    words = ("--start-date", str(SPAN.start), "--end-date", str(SPAN.end))
    return prepare(
        folder,
        ("init",),
        ("warehouse", "load", SUMMARY, "rows.parquet"),
        ("pull", *words),
    )


@pytest.fixture
def result_of(pulled, tmp_path):
    """Compute in a fresh copy; returns the report, the replica's state, and the progress."""

    def run(name, *, dry_run=False):
        shutil.copytree(pulled, tmp_path / name)
        replica = Replica(tmp_path / name / "data" / "replica.duckdb")
        progress = []
        report = local.compute(
            replica,
            ComputeRequest(SPAN, NOW),
            run_id="run",
            dry_run=dry_run,
            progress=lambda done, total: progress.append((done, total)),
        )
        with replica.read() as con:
            state = {name: con.execute(sql).fetchall() for name, sql in STATE.items()}
        return report, state, progress

    return run


def test_seasons_one_by_one_have_the_same_rows_as_all_at_once(result_of, monkeypatch):
    at_once, state, _ = result_of("at_once")
    monkeypatch.setattr(local, "MOST_ROWS", 100)
    by_season, state_by_season, progress = result_of("by_season")
    assert state["store"]
    assert state["gaps"]
    assert state_by_season == state
    for name in ("dates", "computed", "skipped", "rows", "gaps_logged"):
        assert getattr(by_season, name) == getattr(at_once, name), name
    assert set(by_season.detail) == set(at_once.detail)
    steps = [done for done, _ in progress]
    assert steps == sorted(set(steps))
    assert progress[-1][0] == progress[-1][1] == len(steps)


def test_a_dry_run_of_a_long_range_changes_nothing_and_counts_as_much(result_of, monkeypatch):
    monkeypatch.setattr(local, "MOST_ROWS", 100)
    done, _, _ = result_of("done")
    planned, state, _ = result_of("planned", dry_run=True)
    assert (planned.rows, planned.computed) == (done.rows, done.computed)
    assert state == {"store": [], "ledger": [], "gaps": []}
