"""Faults between two requests of one write: nothing is half there, and the same write ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.errors import WarehouseFailed
from sync.model import Column, Replacement, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sync.bigquery import BigQueryWarehouse


DAY = date(2024, 1, 1)
STORE = Table(
    "nba",
    "store",
    columns=(Column("player", "STRING", required=True), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player",),
    direction="pushed",
)
PAGE = "<!DOCTYPE html><title>Error 502 (Server Error)!!1</title><p>Please try again in 30 seconds."


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.api_core.retry.retry_unary.time.sleep", lambda _: None)


@pytest.fixture
def write(tmp_path: Path) -> Replacement:
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"player": ["a", "b"], "game_date": [DAY, DAY]}), path)
    return Replacement(STORE, (DAY,), path, 2, ("player",), False, {DAY: None}, "job", "digest")


def players(warehouse: BigQueryWarehouse) -> list[str]:
    with warehouse.snapshot() as snapshot, snapshot.read(STORE, ["player"], [DAY]) as reader:
        return sorted(reader.read_all().column("player").to_pylist())


def run_once_more(warehouse: BigQueryWarehouse, write: Replacement) -> None:
    """Whatever the first attempt came to, the second leaves each row once."""
    try:
        warehouse.replace(write)
    except WarehouseFailed:
        assert players(warehouse) == []
        warehouse.replace(write)
    assert players(warehouse) == ["a", "b"]
    assert warehouse.replace(write).repeated
    assert players(warehouse) == ["a", "b"]
    tables = [table.table_id for table in warehouse.clients.rest.list_tables("nba")]
    # The lock stays: a write changes its one row.
    assert sorted(tables) == ["featurestore_lock_store", "store"]


@pytest.mark.parametrize(
    ("method", "part"),
    [("POST", "/tables"), ("POST", "/upload/"), ("PUT", "/upload/"), ("DELETE", "/tables/")],
)
def test_a_connection_reset_anywhere_in_a_write_leaves_each_row_once(
    faulty: Any, fault: Callable[..., Any], write: Replacement, method: str, part: str
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault(method, part, is_reset=True))
    run_once_more(warehouse, write)
    assert wire.faults[0].times == 0


@pytest.mark.parametrize(
    ("method", "part"), [("GET", "/tables/store"), ("POST", "/upload/"), ("PUT", "/upload/")]
)
@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_s_html_page_is_a_passing_error(
    faulty: Any, fault: Callable[..., Any], write: Replacement, method: str, part: str, status: int
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault(method, part, status, text=PAGE))
    run_once_more(warehouse, write)
    assert wire.faults[0].times == 0


def test_credentials_that_expire_in_the_middle_of_a_write_are_named_and_nothing_is_lost(
    faulty: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault("POST", "/upload/", 401, "authError", "Invalid Credentials", times=2))
    with pytest.raises(WarehouseFailed, match="Invalid Credentials") as caught:
        warehouse.replace(write)
    assert "gcloud auth" in caught.value.hint
    assert players(warehouse) == []
    wire.faults.clear()
    run_once_more(warehouse, write)


def test_a_job_that_is_done_after_we_gave_up_waiting_is_found_by_its_id(
    faulty: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    settings = warehouse.settings
    # It stays pending for us, and is done on the server.
    pending = {
        "jobReference": {"projectId": settings.project, "jobId": "job_g0", "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": "x"}},
        "status": {"state": "RUNNING"},
        "jobComplete": False,
    }
    wire.add(fault("GET", "/queries/job_g0", body=pending, times=100_000))
    start = warehouse.clients.rest.query

    def slow(sql: str, **options: Any) -> Any:
        job = start(sql, **options)
        if "BEGIN TRANSACTION" in sql:
            job._properties["status"] = {"state": "RUNNING"}
            wire.add(fault("GET", "/jobs/job_g0", body=pending, times=100_000))
        return job

    warehouse.clients.rest.query = slow
    warehouse.settings = replace(settings, timeout_seconds=1.0)
    with pytest.raises(WarehouseFailed, match="no answer in time"):
        warehouse.replace(write)
    wire.faults.clear()
    warehouse.settings = settings
    assert warehouse.replace(write).repeated
    assert players(warehouse) == ["a", "b"]
