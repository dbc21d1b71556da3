"""Queries on the wire: typed parameters, a limit, a result that expires, a budget, a ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from google.cloud.bigquery import QueryJob

from featurestore.clock import utc_now
from featurestore.definitions import tables
from sync.bigquery import BigQueryWarehouse
from sync.budget import Account
from sync.errors import BadInput, OverBudget, Refused, WarehouseFailed
from sync.query_engine import Statement
from sync.replica.file import Replica
from sync.replica.jobs import record_jobs

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = Statement("first_part", "-- who asks? @nobody\nSELECT @day AS day, @sure AS sure", False)
SECOND = Statement("second_part", "SELECT day, sure, @count + 1 AS more FROM first_part", False)
VALUES = {"day": date(2024, 1, 2), "sure": True, "count": 1, "unused": object()}
READING = Statement("read_part", "SELECT @day AS day FROM nba_raw.nbac_injury_report", True)


def replica_at(path):
    replica = Replica(path)
    replica.create(list(tables.tables().values()))
    return replica


def run(warehouse, *statements, labels=None, values=VALUES):
    names = [statements[-1].name]
    return warehouse.engine.run(
        statements,
        names,
        values,
        dataset="nba_predictions",
        subject="question",
        labels=labels or {},
    )


def test_a_script_s_result_is_typed_and_its_table_is_dropped(warehouse):
    warehouse.clients.rest.create_dataset("nba_predictions")
    with run(warehouse, FIRST, SECOND) as ran:
        (table,) = ran.results.values()
        assert table.rows == 1
        assert table.reader().read_all().to_pylist() == [
            {"day": date(2024, 1, 2), "sure": True, "more": 2}
        ]
    assert list(warehouse.clients.rest.list_tables("nba_predictions")) == []
    assert [entry.kind for entry in warehouse.account.entries] == ["query", "read"]


def test_a_script_can_run_again_with_the_same_names(warehouse):
    warehouse.clients.rest.create_dataset("nba_predictions")
    for count in (1, 5):
        with run(warehouse, FIRST, SECOND, values={**VALUES, "count": count}) as ran:
            (table,) = ran.results.values()
            assert table.reader().read_all().to_pylist()[0]["more"] == count + 1


def test_the_table_is_dropped_if_the_reader_fails(warehouse):
    warehouse.clients.rest.create_dataset("nba_predictions")
    with pytest.raises(ZeroDivisionError), run(warehouse, FIRST):
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


def test_a_script_over_the_runs_budget_is_refused_before_it_begins(scripted, fault):
    warehouse, wire = scripted
    warehouse.account.limit = 50 * 2**20
    wire.add(scripted_job(fault, 60 * 2**20))
    with (
        pytest.raises(OverBudget, match="of the run's 52,428,800 are left") as caught,
        run(warehouse, READING, FIRST),
    ):
        raise AssertionError
    assert caught.value.exit_code == 4
    assert "--max-bytes" in caught.value.hint
    (only,) = sent_jobs(wire)
    assert only["configuration"]["dryRun"] is True
    assert only["configuration"]["query"]["query"].startswith("SELECT DATE '2024-01-02'")
    assert warehouse.account.entries == []


def test_the_parts_of_a_script_are_priced_one_by_one_and_together(scripted, fault):
    warehouse, wire = scripted
    wire.add(scripted_job(fault, 60 * 2**20))
    estimate = warehouse.engine.price([READING, FIRST], VALUES, subject="question")
    assert estimate == {"read_part": 60 * 2**20, "first_part": 10 * 2**20}
    warehouse.account.limit = 65 * 2**20
    wire.add(scripted_job(fault, 60 * 2**20))
    with pytest.raises(OverBudget):
        warehouse.engine.price([READING, FIRST], VALUES, subject="question")


def test_a_script_has_a_limit_and_labels_and_no_dry_run(scripted, fault):
    warehouse, wire = scripted
    wire.add(
        fault("POST", "/jobs", 400, "invalidQuery", "stop here"),
        fault("DELETE", "/tables", 204, body={}),
    )
    with (
        pytest.raises(Exception, match="stop here"),
        run(warehouse, FIRST, SECOND, labels={"featurestore_run": "R1"}),
    ):
        raise AssertionError
    (sent,) = sent_jobs(wire)
    config = sent["configuration"]
    assert int(config["query"]["maximumBytesBilled"]) > 0
    assert config["labels"] == {"app": "featurestore", "featurestore_run": "r1"}
    text = config["query"]["query"]
    assert text.count("CREATE OR REPLACE TEMP TABLE") == 2
    assert "INTERVAL 1 DAY" in text
    assert "queryParameters" not in config["query"]


def test_each_statement_has_the_seconds_of_its_job(scripted, fault):
    warehouse, wire = scripted
    began = 1_700_000_000_000

    def job(name, query, begin, end):
        return {
            "jobReference": {"projectId": "project", "jobId": name, "location": "US"},
            "configuration": {"jobType": "QUERY", "query": {"query": query}},
            "status": {"state": "DONE"},
            "statistics": {"startTime": str(began + begin), "endTime": str(began + end)},
        }

    script = job("script", "x", 0, 4000)
    children = [
        job("one", "CREATE OR REPLACE TEMP TABLE `first_part` AS\nSELECT 1", 0, 1500),
        job("kept", "CREATE TABLE `p.d.t` AS SELECT * FROM `first_part`", 1500, 4000),
    ]
    empty = {"numRows": "0", "schema": {"fields": [{"name": "day", "type": "DATE"}]}}
    name = {"tableReference": {"projectId": "p", "datasetId": "d", "tableId": "t"}}
    answer = {"jobComplete": True, "totalRows": "0", "jobReference": script["jobReference"]}
    wire.add(
        fault("POST", "/jobs", body=script),
        fault("GET", "/queries/", body=answer),
        fault("GET", "/queries/", body=answer),
        fault("GET", "/jobs?", body={"jobs": children}),
        fault("GET", "/tables/", body={**name, **empty}),
        fault("DELETE", "/tables", 204, body={}),
    )
    with run(warehouse, FIRST) as ran:
        assert ran.seconds == {"first_part": 1.5}


def test_a_parameter_without_a_value_is_named(warehouse):
    with (
        pytest.raises(BadInput, match="no value for @day"),
        run(warehouse, FIRST, values={}),
    ):
        raise AssertionError


def test_a_script_that_takes_too_long_is_cancelled_on_the_server_and_recorded(
    scripted, fault, monkeypatch
):
    warehouse, wire = scripted
    warehouse.settings = replace(warehouse.settings, timeout_seconds=0.3)
    running = {
        "jobReference": {"projectId": "project", "jobId": "slow", "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": "x"}},
        "status": {"state": "RUNNING"},
        "statistics": {"query": {"totalBytesProcessed": "0"}},
    }
    ended = running | {
        "status": {"state": "DONE", "errorResult": {"reason": "stopped", "message": "cancelled"}},
        "statistics": {"query": {"totalBytesBilled": "20971520"}},
    }

    def cancelled(job, **options):
        # From here on the server is on its way to the end; it gets there at the third look.
        wire.faults = [one for one in wire.faults if one.method != "GET"]
        wire.add(
            fault("GET", "/jobs/slow", body=running, times=2),
            fault("GET", "/jobs/slow", body=ended, times=100),
        )
        return cancel(job, **options)

    cancel = QueryJob.cancel
    monkeypatch.setattr(QueryJob, "cancel", cancelled)
    wire.add(
        fault("POST", "/jobs/slow/cancel", body={"job": running}),
        fault("POST", "/jobs", body=running),
        fault("GET", "/jobs/slow", body=running, times=1000),
        fault("DELETE", "/tables", 204, body={}),
    )
    with pytest.raises(WarehouseFailed, match="no answer in time"), run(warehouse, FIRST):
        raise AssertionError
    assert [url for _, url, _ in wire.sent if "/jobs/slow/cancel" in url]
    # A cancelled job is billed, too, and says for what once it has ended.
    assert [entry.billed_bytes for entry in warehouse.account.entries] == [20 * 2**20]
    sent = json.loads(next(b for m, u, b in wire.sent if m == "POST" and "cancel" not in u))
    assert int(sent["configuration"]["jobTimeoutMs"]) == 300


DRY = {
    "jobReference": {"projectId": "project", "jobId": "dry", "location": "US"},
    "configuration": {"query": {"query": "x"}, "dryRun": True},
    "status": {"state": "DONE"},
    "statistics": {"query": {"totalBytesProcessed": "1"}},
}


def test_a_script_names_the_datasets_of_the_project(scripted, fault):
    """Priced and run by them, results included; names may swap."""
    inner, wire = scripted
    datasets = {"nba_analytics": "nba_raw", "nba_raw": "nba_dev", "nba_predictions": "nba_made"}
    warehouse = BigQueryWarehouse(replace(inner.settings, datasets=datasets), inner.clients)
    query = "SELECT 1 AS one FROM nba_analytics.games, nba_raw.games AS g -- nba_raw.games"
    wire.add(
        fault("POST", "/jobs", body=DRY),
        fault("POST", "/jobs", 400, "invalidQuery", "enough"),
        fault("DELETE", "/tables/", 404, "notFound"),
    )
    with (
        pytest.raises(Refused, match="enough"),
        run(warehouse, Statement("both", query, reads_tables=True)),
    ):
        raise AssertionError
    dry, script = [
        json.loads(body)["configuration"]["query"]["query"]
        for method, _, body in wire.sent
        if method == "POST"
    ]
    assert dry == "SELECT 1 AS one FROM nba_raw.games, nba_dev.games AS g -- nba_raw.games"
    assert dry in script
    assert "CREATE TABLE `project.nba_made.featurestore_result_" in script


def test_the_ledger_of_costs_has_each_job_once(warehouse, tmp_path):
    replica = replica_at(tmp_path / "r.duckdb")
    warehouse.clients.rest.create_dataset("nba_predictions")
    with run(warehouse, FIRST):
        pass
    for _ in range(2):
        with replica.write() as con:
            record_jobs(con, warehouse.url, "run-1", warehouse.account)
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
