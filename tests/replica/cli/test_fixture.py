"""``featurestore fixture make``: a slice that gives the same features elsewhere."""

from __future__ import annotations

import json

import pytest
from pyarrow import parquet

from sync.duck import connections

STORE = "nba_predictions.ml_feature_store_v2"
SUMMARY = "nba_analytics.player_game_summary"
LAST = ("--start-date", "2025-01-03", "--end-date", "2025-01-04")


@pytest.fixture
def computed(ready, span):
    assert ready("backfill", *span, "--include-bootstrap", "--no-push").code == 0
    return ready


def rows(file):
    table = parquet.read_table(file)
    kept = [name for name in table.column_names if name not in ("created_at", "updated_at")]
    return table.select(kept).to_pylist()


def test_a_fixture_gives_the_same_rows_in_another_workspace(computed, tmp_path, monkeypatch):
    made = computed("fixture", "make", "slice", *LAST, "--json")
    assert made.code == 0, made.err
    assert [(file["table"], file["rows"]) for file in made.json] == [(SUMMARY, 24), (STORE, 12)]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert computed("init").code == 0
    loaded = computed("warehouse", "load", SUMMARY, f"../slice/{SUMMARY}.parquet")
    assert loaded.code == 0, loaded.err
    assert computed("backfill", *LAST, "--include-bootstrap", "--no-push").code == 0
    assert computed("fixture", "make", "again", *LAST).code == 0
    mine, theirs = (
        rows(folder / f"{STORE}.parquet") for folder in (elsewhere / "again", tmp_path / "slice")
    )
    assert mine == theirs
    assert len(mine) == 12


def test_a_fixture_has_only_the_columns_that_features_read(computed, tmp_path):
    computed("fixture", "make", "slice", *LAST)
    columns = parquet.read_schema(tmp_path / "slice" / f"{SUMMARY}.parquet").names
    assert {"player_lookup", "game_date", "points", "minutes_played"} <= set(columns)
    assert "assists" not in columns


def test_an_existing_fixture_is_not_overwritten(computed, tmp_path):
    computed("fixture", "make", "slice", *LAST)
    before = {path.name: path.read_bytes() for path in (tmp_path / "slice").iterdir()}
    again = computed("fixture", "make", "slice", *LAST)
    assert (again.code, "exists already" in again.err) == (2, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "slice").iterdir()} == before


def test_a_dry_run_writes_nothing(computed, tmp_path):
    answer = computed("fixture", "make", "slice", *LAST, "--dry-run")
    assert "would write" in answer.out
    assert not (tmp_path / "slice").exists()


def test_a_range_that_was_never_pulled_is_refused(ready):
    answer = ready("fixture", "make", "slice", *LAST)
    assert (answer.code, "never pulled" in answer.err) == (3, True)


def test_rows_that_other_sql_computed_are_refused(computed, tmp_path):
    with connections.opened(tmp_path / "data/replica.duckdb") as con:
        con.execute(
            "UPDATE featurestore.computed SET sql_digest = 'old'"
            " WHERE partition_date = DATE '2025-01-04'"
        )
    answer = computed("fixture", "make", "slice", *LAST)
    assert (answer.code, answer.out) == (3, "")
    assert "1 of the 2 dates" in answer.err
    assert "computed by other SQL, first 2025-01-04, last 2025-01-04" in answer.err
    assert not (tmp_path / "slice").exists()
    assert computed("compute", *LAST, "--include-bootstrap").code == 0
    assert computed("fixture", "make", "slice", *LAST).code == 0


def test_the_ledger_says_with_which_options_a_date_was_computed(ready, tmp_path):
    def recorded():
        with connections.opened(tmp_path / "data/replica.duckdb") as con:
            (text,) = con.execute(
                "SELECT options FROM featurestore.computed WHERE partition_date = '2025-01-04'"
            ).fetchall()[0]
        return json.loads(text)

    assert ready("pull", *LAST).code == 0
    assert ready("compute", *LAST, "--include-bootstrap").code == 0
    assert recorded() == {
        "include_bootstrap": True,
        "include_injured": False,
        "bootstrap_days": 14,
    }
    assert ready("compute", *LAST, "--include-injured").code == 0
    assert recorded() == {
        "include_bootstrap": False,
        "include_injured": True,
        "bootstrap_days": 14,
    }
