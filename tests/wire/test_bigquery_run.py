"""Queries on the wire: typed parameters, a limit, a result that expires, a budget, a ledger."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.clock import utc_now
from featurestore.definitions import tables
from sync.budget import Account, record
from sync.errors import BadInput, OverBudget, WarehouseFailed
from sync.model import DateRange
from sync.renamed import renamed
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("emulator")
DATES = DateRange(date(2024, 11, 8), date(2024, 11, 20))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORE = tables.tables()[tables.STORE]
QUERY = "-- who asks? @nobody\nSELECT @day AS day, @sure AS sure, @count + 1 AS more"
VALUES = {"day": date(2024, 1, 2), "sure": True, "count": 1, "unused": object()}


def replica_at(path):
    replica = Replica(path)
    replica.create(list(tables.tables().values()))
    return replica


def test_a_query_s_rows_come_typed_and_its_table_goes(warehouse):
    warehouse.clients.rest.create_dataset("nba_predictions")
    with warehouse.run(QUERY, VALUES, subject="question", labels={}) as ran:
        assert ran.rows == 1
        assert ran.reader().read_all().to_pylist() == [
            {"day": date(2024, 1, 2), "sure": True, "more": 2}
        ]
    assert list(warehouse.clients.rest.list_tables("nba_predictions")) == []
    assert [(entry.kind, entry.subject) for entry in warehouse.account.entries] == [
        ("query", "question"),
        ("read", warehouse.account.entries[1].subject),
    ]


def test_the_table_goes_when_the_reader_fails(warehouse):
    warehouse.clients.rest.create_dataset("nba_predictions")
    with (
        pytest.raises(ZeroDivisionError),
        warehouse.run("SELECT 1 AS one", {}, subject="question", labels={}),
    ):
        raise ZeroDivisionError
    assert list(warehouse.clients.rest.list_tables("nba_predictions")) == []


def sent_jobs(wire) -> list[dict[str, Any]]:
    return [
        json.loads(body) for method, url, body in wire.sent if method == "POST" and "/jobs" in url
    ]


def scripted_job(fault: Callable[..., Any], scanned: int):
    """The reply to a dry run."""
    statistics = {
        "totalBytesProcessed": str(scanned),
        "query": {"totalBytesProcessed": str(scanned)},
    }
    body = {
        "jobReference": {"projectId": "project", "jobId": "dry", "location": "US"},
        "configuration": {"dryRun": True, "query": {"query": "x"}},
        "status": {"state": "DONE"},
        "statistics": statistics,
    }
    return fault("POST", "/jobs", body=body)


def test_a_query_over_the_runs_budget_is_refused_before_it_begins(scripted, fault):
    warehouse, wire = scripted
    warehouse.account.limit = 50 * 2**20
    wire.add(scripted_job(fault, 60 * 2**20), fault("DELETE", "/tables", 204, body={}))
    with (
        pytest.raises(OverBudget, match="of the run's 52,428,800 are left") as caught,
        warehouse.run(QUERY, VALUES, subject="question", labels={}),
    ):
        raise AssertionError
    assert caught.value.exit_code == 4
    assert "--max-bytes" in caught.value.hint
    (only,) = sent_jobs(wire)
    assert only["configuration"]["dryRun"] is True
    assert warehouse.account.entries == []


def test_a_query_has_typed_parameters_a_limit_and_labels(scripted, fault):
    warehouse, wire = scripted
    wire.add(
        scripted_job(fault, 1),
        fault("POST", "/jobs", 400, "invalidQuery", "stop here"),
        fault("DELETE", "/tables", 204, body={}),
    )
    with (
        pytest.raises(Exception, match="stop here"),
        warehouse.run(QUERY, VALUES, subject="question", labels={"featurestore_run": "R1"}),
    ):
        raise AssertionError
    _, sent = sent_jobs(wire)
    config = sent["configuration"]
    assert int(config["query"]["maximumBytesBilled"]) > 0
    assert config["labels"] == {"app": "featurestore", "featurestore_run": "r1"}
    assert config["query"]["query"].endswith(f"AS\n{QUERY}")
    assert "expiration_timestamp" in config["query"]["query"]
    given = {
        found["name"]: (found["parameterType"]["type"], found["parameterValue"]["value"])
        for found in config["query"]["queryParameters"]
    }
    assert given == {
        "count": ("INT64", "1"),
        "day": ("DATE", "2024-01-02"),
        "sure": ("BOOL", "true"),
    }


def test_a_parameter_without_a_value_is_named(warehouse):
    with (
        pytest.raises(BadInput, match="no value for @day"),
        warehouse.run("SELECT @day", {}, subject="question", labels={}),
    ):
        raise AssertionError


def test_a_query_that_takes_too_long_is_cancelled_on_the_server(scripted, fault, monkeypatch):
    from google.cloud.bigquery import QueryJob

    warehouse, wire = scripted
    running = {
        "jobReference": {"projectId": "project", "jobId": "slow", "location": "US"},
        "configuration": {"query": {"query": "x"}},
        "status": {"state": "RUNNING"},
        "statistics": {},
    }

    def never(self, *args, **kwargs):
        from concurrent.futures import TimeoutError as Late

        assert kwargs["timeout"] == warehouse.settings.query_seconds
        raise Late

    monkeypatch.setattr(QueryJob, "result", never)
    wire.add(
        scripted_job(fault, 1),
        fault("POST", "/jobs/slow/cancel", body={"job": running}),
        fault("POST", "/jobs", body=running),
        fault("DELETE", "/tables", 204, body={}),
    )
    with (
        pytest.raises(WarehouseFailed, match="no answer in time"),
        warehouse.run(QUERY, VALUES, subject="question", labels={}),
    ):
        raise AssertionError
    assert [
        url
        for _, url, _ in wire.sent
        if url.endswith("/jobs/slow/cancel?prettyPrint=false") or "/cancel" in url
    ]


def test_a_warehouse_with_other_dataset_names_runs_queries_by_them(scripted):
    warehouse, _ = scripted
    engine = renamed(warehouse, {"nba_analytics": "nba_dev"})
    assert engine.account is warehouse.account
    assert (
        engine._renamed("FROM nba_analytics.player_game_summary, my_nba_analytics.x")
        == "FROM nba_dev.player_game_summary, my_nba_analytics.x"
    )


def test_the_ledger_of_costs_holds_each_job_once(warehouse, tmp_path):
    replica = replica_at(tmp_path / "r.duckdb")
    warehouse.clients.rest.create_dataset("nba_predictions")
    with warehouse.run(QUERY, VALUES, subject="question", labels={}):
        pass
    for _ in range(2):
        with replica.write() as con:
            record(con, warehouse.url, "run-1", warehouse.account)
    with replica.read() as con:
        rows = con.execute("SELECT run_id, kind, subject FROM featurestore.jobs").fetchall()
    assert rows == [("run-1", "query", "question")]


def test_an_account_without_a_limit_allows_everything():
    Account().require(2**60, "anything")
    with pytest.raises(OverBudget, match="0 of the run's 10 are left"):
        Account(limit=10, entries=[*spent(7), *spent(5)]).require(1, "more")


def spent(billed):
    from sync.budget import Spent

    return [Spent(f"job{billed}", "query", "x", billed, billed, 0.1, utc_now())]
