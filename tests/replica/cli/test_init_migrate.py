"""``init`` compares live columns with declared ones, and adds what may be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from featurestore.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

SUMMARY = "nba_analytics.player_game_summary"
LACKING = f"{SUMMARY}.points (INT64)"


@pytest.fixture
def alter(ready: Callable[..., object]) -> Callable[[str], None]:
    """Run DDL in the embedded warehouse, as another tool would."""

    def run(*statements: str) -> None:
        with duckdb.connect("data/warehouse.duckdb") as con:
            for statement in statements:
                con.execute(statement)

    return run


def columns() -> list[tuple[str, str]]:
    with duckdb.connect("data/warehouse.duckdb", read_only=True) as con:
        return [row[:2] for row in con.execute(f"DESCRIBE {SUMMARY}").fetchall()]


def test_a_missing_column_is_reported_and_added_only_on_request(ready, alter):
    alter(f"ALTER TABLE {SUMMARY} DROP COLUMN points")
    answer = ready("init")
    assert answer.code == 0
    assert f"missing warehouse column {LACKING}" in answer.out
    assert "hint: featurestore init --migrate" in answer.out
    assert ready("init", "--json").json["missing_columns"] == [LACKING]
    before = columns()
    answer = ready("init", "--migrate", "--dry-run")
    assert f"would create warehouse column {LACKING}" in answer.out
    assert columns() == before
    answer = ready("init", "--migrate")
    assert f"created warehouse column {LACKING}" in answer.out
    assert columns() == [*before, ("points", "BIGINT")]
    assert "nothing to do" in ready("init", "--migrate").out


def test_doctor_names_the_command_that_adds_a_column(ready, alter, monkeypatch):
    monkeypatch.setenv("FEATURESTORE_TODAY", "2026-01-10")
    alter(f"ALTER TABLE {SUMMARY} DROP COLUMN points")
    answer = ready("doctor", "--json")
    assert answer.code == 1
    (failed,) = [check for check in answer.json["checks"] if not check["is_ok"]]
    assert (failed["name"], failed["detail"]) == (SUMMARY, "points is missing")
    assert failed["hint"] == "featurestore init --migrate"
    ready("init", "--migrate")
    assert ready("doctor").code == 0


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            f"ALTER TABLE {SUMMARY} ALTER points TYPE VARCHAR",
            f"{SUMMARY}: points is STRING, declared INT64",
        ),
        (
            f"ALTER TABLE {SUMMARY} DROP COLUMN player_lookup",
            f"{SUMMARY}: player_lookup is missing and is REQUIRED, STRING",
        ),
    ],
)
def test_a_drift_that_no_new_column_fixes_is_refused_before_anything_is_changed(
    ready, alter, statement, message
):
    alter(
        statement,
        f"ALTER TABLE {SUMMARY} DROP COLUMN assists",
        "DROP TABLE nba_predictions.feature_store_gaps",
    )
    before = columns()
    answer = ready("init", "--migrate")
    assert answer.code == 3
    assert message in answer.err
    assert columns() == before
    with duckdb.connect("data/warehouse.duckdb", read_only=True) as con:
        left = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'feature_store_gaps'"
        assert con.execute(left).fetchall() == [(0,)]


def test_doctor_names_rows_without_a_date(ready, alter):
    alter(
        f"ALTER TABLE {SUMMARY} ALTER game_date DROP NOT NULL",
        f"UPDATE {SUMMARY} SET game_date = NULL WHERE player_lookup = 'bosplayer0'",
    )
    answer = ready("doctor")
    assert answer.code == 1
    assert f"FAIL  {SUMMARY}: 4 rows without game_date" in answer.out


@pytest.mark.parametrize(
    "words",
    [
        (
            "query",
            f"SELECT SUM(points) AS points FROM {SUMMARY} WHERE game_date = '2025-01-01'",
        ),
        ("compute", "--start-date", "2025-01-01", "--end-date", "2025-01-04"),
        ("show", "player_form", "--date", "2025-01-01"),
    ],
)
def test_a_replica_older_than_a_column_says_what_adds_it(ready, words):
    ready("pull", "--start-date", "2025-01-01", "--end-date", "2025-01-04")
    with duckdb.connect("data/replica.duckdb") as con:
        con.execute(f"ALTER TABLE {SUMMARY} DROP COLUMN points")
    answer = ready(*words)
    assert (answer.code, answer.err) == (
        3,
        f"error: {SUMMARY} in the replica: lacks 1 of its declared columns, first points\n"
        "hint: featurestore init\n",
    )
    ready("init")
    assert "Binder" not in ready(*words).err


def test_an_unknown_column_of_a_complete_replica_stays_the_error_that_it_is(ready):
    replica = options.open_replica(options.load_settings(None))
    with pytest.raises(duckdb.BinderException), replica.read() as con:
        con.execute(f"SELECT nothing FROM {SUMMARY}")
