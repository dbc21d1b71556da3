"""Both engines run one statement, and what differs is found; the result stands until it is stale.

The second engine is this test's own: DuckDB over the warehouse's tables, whose rows a test may
change on their way.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from embedded_engine import EmbeddedEngine
from league_warehouse import league_warehouse

from featurestore import dialect, league
from featurestore.compute import plan
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.warehouse import statements
from featurestore.definitions import tables
from featurestore.verify import parity, parity_history
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import Refused
from sync.model import DateRange
from sync.replica.file import Replica

DATES = DateRange(date(2024, 10, 30), date(2024, 11, 20))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    """A folder with a warehouse, and a replica that pulled what the features read."""
    folder = tmp_path_factory.mktemp("pulled")
    made = league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)
    warehouse = league_warehouse(folder / "warehouse.duckdb", made)
    replica = Replica(folder / "replica.duckdb")
    replica.create(list(tables.tables().values()))
    pull_inputs(replica, warehouse, DATES)
    return folder


@pytest.fixture
def warehouse(tmp_path, pulled):
    new_warehouse = EmbeddedWarehouse(Path(shutil.copy(pulled / "warehouse.duckdb", tmp_path)))
    new_warehouse.engine = EmbeddedEngine(new_warehouse.path)
    return new_warehouse


@pytest.fixture
def replica(tmp_path, pulled):
    return Replica(Path(shutil.copy(pulled / "replica.duckdb", tmp_path)))


def check(replica, warehouse):
    return parity.check(replica, warehouse, DATES, now=NOW, run_id="r1")


def last(replica):
    with replica.read() as con:
        return parity_history.last(con)


@pytest.fixture
def some_rows(replica, warehouse):
    """Three rows that the statement returns, by player and date."""
    check(replica, warehouse)
    result = warehouse.engine.answered[plan.STORE].to_pylist()
    rows = [row for row in result if row["feature_0_value"] is not None]
    return sorted((row["player_lookup"], row["game_date"]) for row in rows)[:3]


def at(row):
    return f"(player_lookup = '{row[0]}' AND game_date = DATE '{row[1]}')"


def test_the_shipped_features_use_only_proven_constructs():
    result = parity_history.state()
    assert result.unproven == ()
    assert {"QUALIFY", "SAFE_DIVIDE/2", "LEFT JOIN"} <= set(result.constructs)
    assert result.sql_digest == plan.sql_digest()


def test_agreeing_engines_are_recorded_with_the_number_of_rows(replica, warehouse):
    result = check(replica, warehouse)
    assert result.is_good
    assert result.comparison.rows_here == result.comparison.rows_there > 100
    assert set(result.seconds) == {"duckdb", "bigquery"}
    assert warehouse.engine.labels == [{"featurestore_run": "r1", "featurestore_verb": "parity"}]
    kept = last(replica)
    assert (kept.checked_at, kept.dates, kept.warehouse_url) == (
        NOW,
        (DATES.start, DATES.end),
        warehouse.url,
    )
    assert (kept.rows, kept.is_same, kept.changed) == (result.comparison.rows_here, True, ())


def test_the_store_is_not_touched(replica, warehouse):
    check(replica, warehouse)
    with replica.read() as con:
        for name in (tables.STORE, tables.GAPS, "featurestore.computed"):
            assert con.execute(f"SELECT count(*) FROM {name}").fetchall() == [(0,)]


def test_one_altered_value_and_one_missing_row_are_found_and_a_rounding_is_not(
    replica, warehouse, some_rows
):
    altered, rounded, missing = some_rows
    warehouse.engine.change = f"""SELECT * REPLACE (
        CASE WHEN {at(altered)} THEN feature_0_value + 0.5 ELSE feature_0_value END
            AS feature_0_value,
        CASE WHEN {at(rounded)} THEN feature_2_value * (1 + 1e-12) ELSE feature_2_value END
            AS feature_2_value)
    FROM given WHERE NOT {at(missing)}"""
    result = check(replica, warehouse)
    assert not result.is_good
    comparison = result.comparison
    assert (comparison.only_here, comparison.only_there, comparison.different) == (1, 0, 1)
    assert comparison.row_only_here == f"player_lookup {missing[0]}, game_date {missing[1]}"
    (column,) = comparison.columns
    assert (column.column, column.rows) == ("feature_0_value", 1)
    assert column.row == f"player_lookup {altered[0]}, game_date {altered[1]}"
    assert float(column.there) == pytest.approx(float(column.here) + 0.5)
    kept = last(replica)
    assert not kept.is_same
    assert "DIFFERENT" in str(kept)
    with replica.read() as con:
        stored = con.execute("SELECT differences FROM featurestore.parity").fetchall()[-1][0]
    assert json.loads(stored)["columns"][0]["column"] == "feature_0_value"


def test_the_two_engines_types_of_one_number_do_not_differ(replica, warehouse):
    """BigQuery returns NUMERIC with nine decimals, and an empty array where DuckDB returns NULL."""
    warehouse.engine.change = """SELECT * REPLACE (
        feature_quality_score::DECIMAL(38, 9) AS feature_quality_score,
        coalesce(default_feature_indices, []) AS default_feature_indices) FROM given"""
    assert check(replica, warehouse).is_good


def test_a_result_is_stale_when_the_sql_or_a_version_changed(replica, warehouse):
    check(replica, warehouse)
    for column, told in (
        ("sql_digest", "the SQL"),
        ("sqlglot_version", "sqlglot (1.0, now "),
        ("duckdb_version", "duckdb (1.0, now "),
    ):
        with replica.write() as con:
            (good,) = con.execute(f"SELECT {column} FROM featurestore.parity").fetchone()
            con.execute(f"UPDATE featurestore.parity SET {column} = '1.0'")
        (changed,) = last(replica).changed
        assert changed.startswith(told)
        assert "stale, changed since then" in str(last(replica))
        with replica.write() as con:
            con.execute(f"UPDATE featurestore.parity SET {column} = ?", [good])
        assert last(replica).changed == ()


def test_with_a_warehouse_that_runs_no_queries_only_the_statement_is_reported(replica, warehouse):
    result = check(replica, EmbeddedWarehouse(warehouse.path))
    assert result.is_good
    assert result.comparison is None
    assert last(replica) is None
    with replica.read() as con:
        ((constructs, rows),) = con.execute(
            "SELECT constructs, rows FROM featurestore.parity"
        ).fetchall()
    assert (constructs, rows) == (len(result.statement.constructs), None)


def test_an_unproven_construct_is_named_and_nothing_is_run(replica, warehouse, monkeypatch):
    proven = {name: case for name, case in dialect.PROVEN.items() if name != "QUALIFY"}
    monkeypatch.setattr(dialect, "PROVEN", proven)
    result = check(replica, warehouse)
    assert result.statement.unproven == ("QUALIFY",)
    assert not result.is_good
    assert warehouse.engine.labels == []


def test_inputs_that_changed_in_the_warehouse_are_refused_before_anything_is_run(
    replica, warehouse
):
    with warehouse.writer() as con:
        (day,) = con.execute(
            f"SELECT max(game_date) FROM {tables.SUMMARY} WHERE game_date <= '{DATES.end}'"
        ).fetchone()
        con.execute(f"UPDATE {tables.SUMMARY} SET points = points + 1 WHERE game_date = ?", [day])
    with pytest.raises(Refused, match=f"the warehouse differs on 1 date, first {day}"):
        parity.check(replica, warehouse, DATES, now=NOW)
    assert warehouse.engine.labels == []


def test_inputs_that_were_never_pulled_are_refused(tmp_path, warehouse):
    empty = Replica(tmp_path / "empty.duckdb")
    empty.create(list(tables.tables().values()))
    with pytest.raises(Refused, match="never pulled"):
        check(empty, warehouse)


def test_the_price_is_reported_without_running_anything(warehouse):
    estimate = parity.price(warehouse.engine, DATES, NOW)
    assert list(estimate) == [one.name for one in statements(plan.STORE)]
    assert warehouse.engine.labels == []
