"""Computing in the warehouse: its rows take the same way as those that are computed here.

The engine is this test's own: DuckDB over the same tables, with the composed statement as one.
What the wire does to a query is tested in ``tests/wire/test_bigquery_run.py``; the emulator gives
other types than BigQuery for literals such as ``2.0``, and cannot run COUNTIF over a window.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from embedded_engine import EmbeddedEngine
from league_warehouse import league_warehouse

from featurestore import league
from featurestore.compute.local import compute
from featurestore.compute.request import ComputeRequest
from featurestore.compute.warehouse import (
    compute_in_warehouse,
    prices,
    require_engine,
    roots_of,
    statements,
)
from featurestore.definitions import tables
from sync.errors import BadInput, Refused
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer.pull import pull
from sync.transfer.push import push

DATES = DateRange(date(2024, 10, 30), date(2024, 11, 20))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORE = tables.tables()[tables.STORE]


@pytest.fixture(scope="module")
def made():
    return league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)


@pytest.fixture
def warehouse(tmp_path, made):
    return league_warehouse(tmp_path / "warehouse.duckdb", made)


@pytest.fixture
def replica(tmp_path):
    return replica_at(tmp_path / "there.duckdb")


def replica_at(path):
    new_replica = Replica(path)
    new_replica.create(list(tables.tables().values()))
    return new_replica


def rows_of(replica, table=tables.STORE):
    with replica.read() as con:
        rows = con.sql(f"FROM {table} ORDER BY ALL").to_arrow_table()
    return rows.to_pylist()


@pytest.mark.parametrize("include_bootstrap", [True, False], ids=["with first days", "without"])
def test_the_warehouse_computes_the_same_rows(warehouse, replica, tmp_path, include_bootstrap):
    engine = EmbeddedEngine(warehouse.path)
    request = ComputeRequest(DATES, NOW, include_bootstrap=include_bootstrap)
    theirs = compute_in_warehouse(replica, engine, request, run_id="r1")
    here = replica_at(tmp_path / "here.duckdb")
    for name in (tables.SUMMARY, tables.INJURIES):
        pull(here, warehouse, tables.tables()[name], DATES.with_lookback(365))
    ours = compute(here, request)
    for name in ("rows", "computed", "skipped", "gaps_logged"):
        assert getattr(theirs, name) == getattr(ours, name), name
    assert ours.rows >= 50
    assert bool(ours.skipped) is not include_bootstrap
    assert rows_of(replica) == rows_of(here)
    assert rows_of(replica, tables.GAPS) == rows_of(here, tables.GAPS)
    assert engine.asked == [roots_of(request)]
    assert ("bootstrap_gap" in roots_of(request)) is not include_bootstrap
    assert set(roots_of(request)) < set(theirs.detail)
    assert [labels["featurestore_run"] for labels in engine.labels] == ["r1"]


def test_rows_computed_by_the_warehouse_are_pushed_once(warehouse, replica):
    report = compute_in_warehouse(
        replica, EmbeddedEngine(warehouse.path), ComputeRequest(DATES, NOW)
    )
    assert push(replica, warehouse, STORE, DATES).rows == report.rows
    compute_in_warehouse(replica, EmbeddedEngine(warehouse.path), ComputeRequest(DATES, NOW))
    assert push(replica, warehouse, STORE, DATES).rows == 0


def test_rows_of_another_type_change_nothing(warehouse, replica):
    engine = EmbeddedEngine(warehouse.path)
    compute_in_warehouse(replica, engine, ComputeRequest(DATES, NOW))
    before = rows_of(replica)

    engine.change = "SELECT * REPLACE (feature_0_value::VARCHAR AS feature_0_value) FROM given"
    with pytest.raises(Refused, match="feature_0_value is VARCHAR"):
        compute_in_warehouse(replica, engine, ComputeRequest(DATES, NOW))
    assert rows_of(replica) == before


def test_the_price_is_that_of_the_composed_statements():
    estimate = prices(EmbeddedEngine(None), ComputeRequest(DATES, NOW))
    assert list(estimate) == [one.name for one in statements(*roots_of(ComputeRequest(DATES, NOW)))]


def test_a_file_is_not_an_engine(warehouse):
    with pytest.raises(BadInput, match="runs no queries") as caught:
        require_engine(warehouse)
    assert "bigquery://" in caught.value.hint
