"""``parity`` states what is proven of the features' SQL, and compares where two engines are."""

from __future__ import annotations

import re

import duckdb
import pytest
from embedded_engine import EmbeddedEngine

from featurestore import dialect
from featurestore.compute import plan, warehouse
from sync.embedded.warehouse import EmbeddedWarehouse

# Each relation is a statement of the script.
PARTS = len(warehouse.statements(plan.STORE))


@pytest.fixture
def engine(monkeypatch):
    """Lets the warehouse of the settings run queries over its own tables."""
    changed = {"select": "FROM given"}

    def engine_of(warehouse):
        return EmbeddedEngine(warehouse.path, changed["select"])

    monkeypatch.setattr(EmbeddedWarehouse, "engine", property(engine_of))
    return changed


def test_without_a_second_engine_only_the_statement_is_reported(ready, span):
    answer = ready("parity", *span)
    assert answer.code == 0
    assert f"sha256      {plan.sql_digest()}" in answer.out
    assert "QUALIFY" in answer.out
    assert "the engines have not been compared before" in answer.out
    assert re.search(
        r"no rows were compared: warehouse /\S+/data/warehouse.duckdb runs no", answer.out
    )
    document = ready("parity", "--json", *span).json
    assert document["is_good"] is True
    assert document["statement"]["unproven"] == []
    assert (document["comparison"], document["before"]) == (None, None)


def test_rows_are_compared_and_the_result_is_shown_the_next_time(ready, span, engine):
    ready("pull", *span)
    answer = ready("parity", *span)
    assert (answer.code, "2025-01-01 to 2025-01-04: the same" in answer.out) == (0, True)
    assert f"[QUERY_TIMING] parity bigquery: {0.25 * PARTS:.2f}s" in answer.err
    again = ready("parity", "--json", *span).json
    assert again["before"]["rows"] == again["comparison"]["rows_there"] == 24
    assert again["before"]["changed"] == []
    with duckdb.connect("data/replica.duckdb", read_only=True) as con:
        runs = con.execute(
            "SELECT status, records_processed FROM nba_reference.processor_run_history"
            " WHERE processor_name = 'featurestore.parity' AND status <> 'running'"
        ).fetchall()
    assert runs == [("success", 24), ("success", 24)]


def test_a_difference_is_exit_code_1_and_the_doctor_reports_it(ready, span, engine):
    ready("pull", *span)
    engine["select"] = "SELECT * REPLACE (feature_0_value + 1 AS feature_0_value) FROM given"
    answer = ready("parity", *span)
    assert answer.code == 1
    assert "feature_0_value" in answer.out
    assert "2025-01-01 to 2025-01-04: different" in answer.out
    (check,) = [c for c in ready("doctor", "--json").json["checks"] if c["name"] == "parity"]
    assert not check["is_ok"]
    assert check["hint"] == "featurestore parity --start-date 2025-01-01 --end-date 2025-01-04"


def test_an_unproven_construct_is_exit_code_1_and_named(ready, span, monkeypatch):
    proven = {name: case for name, case in dialect.PROVEN.items() if name != "QUALIFY"}
    monkeypatch.setattr(dialect, "PROVEN", proven)
    answer = ready("parity", *span)
    assert answer.code == 1
    assert "NOT proven: QUALIFY" in answer.out
    assert "no rows were compared: a construct is not proven" in answer.out


def test_a_dry_run_prints_the_price_and_records_nothing(ready, span, engine):
    answer = ready("parity", "--dry-run", *span)
    assert answer.code == 0
    assert f"in BigQuery: {PARTS} jobs, {PARTS * 10 * 2**20:,} bytes billed" in answer.out
    assert ready("parity", "--dry-run", "--json", *span).json["cost"]["jobs"] == PARTS
    with duckdb.connect("data/replica.duckdb", read_only=True) as con:
        assert con.execute("SELECT count(*) FROM featurestore.parity").fetchall() == [(0,)]


def test_inputs_that_were_never_pulled_are_refused_with_the_command(ready, span, engine):
    answer = ready("parity", *span)
    assert answer.code == 3
    assert "hint: featurestore pull --start-date 2025-01-01" in answer.err
