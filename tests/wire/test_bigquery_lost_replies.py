"""Replies that get lost, job ids that are burnt or taken: each write happens once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sync.errors import Refused, WarehouseFailed
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


@pytest.fixture
def write(tmp_path: Path) -> Replacement:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"player": ["a", "b"], "game_date": pa.array([DAY, DAY])}), path)
    return Replacement(STORE, (DAY,), path, 2, ("player",), False, {DAY: None}, "job", "digest")


def players(warehouse: BigQueryWarehouse) -> list[str]:
    with warehouse.snapshot() as snapshot, snapshot.read(STORE, ["player"], [DAY]) as reader:
        return sorted(reader.read_all().column("player").to_pylist())


def inserts(wire: Any, url: str, text: str = "") -> int:
    return sum(m == "POST" and url in u and text in body for m, u, body in wire.sent)


def test_the_lost_reply_of_a_finished_transaction_is_found_by_its_job_id(
    faulty: Any, fault: Callable[..., Any], write: Replacement, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    start = warehouse.clients.rest.query

    def lose_script(sql: str, **options: Any) -> Any:
        if "BEGIN TRANSACTION" in sql:
            wire.add(fault("POST", "/jobs"))
            # A retry would meet this server's missing check for a job id that is taken.
            options["retry"] = None
        return start(sql, **options)

    monkeypatch.setattr(warehouse.clients.rest, "query", lose_script)
    done = warehouse.replace(write)
    assert done.repeated
    assert (done.inserted, done.deleted) == (2, 0)
    assert inserts(wire, "/jobs", "BEGIN TRANSACTION") == 1
    assert players(warehouse) == ["a", "b"]
    assert warehouse.replace(write).repeated
    assert players(warehouse) == ["a", "b"]


def test_the_lost_reply_of_a_finished_load_is_found_by_its_rows(
    faulty: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault("PUT", "/upload/"))
    done = warehouse.replace(write)
    assert (done.inserted, done.deleted) == (2, 0)
    assert players(warehouse) == ["a", "b"]


def test_an_upload_that_fails_writes_nothing_and_may_be_repeated(
    faulty: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault("POST", "/upload/", 403, "accessDenied", "Permission bigquery.jobs.create"))
    with pytest.raises(WarehouseFailed, match=r"bigquery\.jobs\.create"):
        warehouse.replace(write)
    assert players(warehouse) == []
    assert not warehouse.replace(write).repeated
    assert players(warehouse) == ["a", "b"]


def test_after_a_job_done_with_an_error_the_next_generation_is_used(
    faulty: Any, write: Replacement, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    from sync.bigquery import write_sql

    replace_sql = write_sql.replace_sql
    monkeypatch.setattr(
        write_sql,
        "replace_sql",
        lambda *args, **named: replace_sql(*args, **named).replace(
            "COMMIT TRANSACTION;", "SELECT ERROR('disk on fire'); COMMIT TRANSACTION;"
        ),
    )
    with pytest.raises(Refused, match="disk on fire"):
        warehouse.replace(write)
    assert players(warehouse) == []
    monkeypatch.undo()
    assert not warehouse.replace(write).repeated
    assert players(warehouse) == ["a", "b"]
    assert inserts(wire, "/jobs", '"job_g0"') == 1
    assert inserts(wire, "/jobs", '"job_g1"') == 1


def test_a_staging_table_that_expired_is_loaded_again(
    faulty: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    wire.add(fault("DELETE", "/tables/featurestore_staging", 403, "accessDenied"))
    with pytest.raises(WarehouseFailed):
        warehouse.replace(write)
    for table in warehouse.clients.rest.list_tables("nba"):
        if table.table_id.startswith("featurestore_staging"):
            assert table.expires is None or table.expires > table.created
            warehouse.clients.rest.delete_table(table)
    again = warehouse.replace(write)
    assert again.repeated
    assert players(warehouse) == ["a", "b"]


def job(job_id: str, query: str, error: str = "") -> dict[str, Any]:
    status: dict[str, Any] = {"state": "DONE"}
    if error:
        status["errorResult"] = {"reason": "invalidQuery", "message": error}
    return {
        "kind": "bigquery#job",
        "jobReference": {"projectId": "project", "jobId": job_id, "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": query}},
        "status": status,
        "statistics": {"query": {"totalBytesProcessed": "0"}},
    }


def test_a_taken_job_id_with_other_content_is_not_accepted(
    scripted: Any, fault: Callable[..., Any], write: Replacement
) -> None:
    warehouse, wire = scripted
    text = "-- featurestore push job content other\nINSERT INTO `project.nba.store` (x)"
    wire.add(
        fault("GET", "/jobs/job_g0", body=job("job_g0", text)),
        fault("GET", "/queries/job_g0", body={"jobComplete": True, "totalRows": "0"}, times=3),
    )
    with pytest.raises(Refused, match="other content"):
        warehouse.replace(write)
    assert not any(method == "POST" for method, _, _ in wire.sent)


def test_a_conflict_of_job_ids_is_solved_by_the_job_that_has_it(
    scripted: Any, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse, wire = scripted
    monkeypatch.setattr("sync.bigquery.named_jobs.CONFLICT_WAIT_SECONDS", 0)
    wire.add(
        # Not there, then taken by another process, then not found yet, then found.
        fault("GET", "/jobs/job_g0", 404, "notFound"),
        fault("POST", "/jobs", 409, "duplicate", "Already Exists: Job project:US.job_g0"),
        fault("GET", "/jobs/job_g0", 404, "notFound"),
        fault("GET", "/jobs/job_g0", body=job("job_g0", "SELECT 1")),
        fault("GET", "/queries/job_g0", body={"jobComplete": True, "totalRows": "0"}, times=3),
    )
    seen: list[Any] = []
    rest = warehouse.clients.rest

    def start(job_id: str) -> Any:
        return rest.query("SELECT 1", job_id=job_id, job_retry=None)

    done, repeated = warehouse.jobs.once("job", "nba.store", start, seen.append)
    assert repeated
    assert done.job_id == "job_g0"
    assert seen == [done]


def test_labels_and_a_limit_of_bytes_are_on_every_job(faulty: Any, write: Replacement) -> None:
    warehouse, wire = faulty
    warehouse.create(STORE)
    warehouse.replace(replace(write, labels={"verb": "Push!", "run": "R1"}))
    scripts = [body for _, _, body in wire.sent if "BEGIN TRANSACTION" in body]
    assert len(scripts) == 1
    for part in ('"verb": "push-"', '"run": "r1"', '"app": "featurestore"'):
        assert part in scripts[0]
    queries = [b for m, u, b in wire.sent if m == "POST" and "/upload/" not in u and '"query"' in b]
    assert queries
    assert all("maximumBytesBilled" in body or '"dryRun": true' in body for body in queries)
    staged = [b for m, u, b in wire.sent if m == "POST" and "featurestore_staging" in b]
    assert '"expirationTime"' in staged[0]
