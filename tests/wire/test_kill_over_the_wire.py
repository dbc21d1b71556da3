"""``kill -9`` between two requests to BigQuery, then the same command: each row once.

Like tests/crash/test_kill_matrix.py, with a server that continues when its client dies.
"""

from __future__ import annotations

from contextlib import closing
from datetime import date

import crash_lab as lab
import pytest
from pyarrow import parquet

from featurestore.definitions import tables
from sync.bigquery import BigQueryWarehouse, Settings
from sync.bigquery.client import connect
from sync.model import DateRange, Replacement

STORE = tables.tables()[tables.STORE]
ALL = DateRange(date(2024, 10, 1), date(2025, 4, 30))

UPLOAD, SCRIPT = ["PUT", "/upload/"], ["POST", "/jobs", "BEGIN TRANSACTION"]
UNDO = "featurestore_undo_"
DROP = ["DELETE", "/tables/featurestore_staging"]
PUSH = {
    "staging table made, nothing uploaded": {"http": ["POST", "/upload/"]},
    "upload begun, no row sent": {"http": UPLOAD},
    "upload done, reply lost": {"http": UPLOAD, "when": "after"},
    "staging loaded, transaction not begun": {"http": SCRIPT},
    "COMMIT sent, reply lost": {"http": SCRIPT, "when": "after"},
    "job done, not recorded": {"call": "sync.bigquery.writing:Writer._answer"},
    "committed, staging not dropped": {"http": DROP},
    "staging dropped, not marked": {"http": DROP, "when": "after"},
}
SMALL_WINDOWS = {"sync.transfer.pull:WINDOW_ROWS": 60}
PULL = {
    "read session opened": {"call": "sync.bigquery.reading:drained"},
    "half of the windows, half of a stream": {"batch": True, "nth": 3, "set": SMALL_WINDOWS},
    "all rows arrived, not committed": {"call": "sync.transfer.ingest:check_counts"},
}


@pytest.fixture(scope="module")
def upstream(emulator, states):
    """A project with the summary."""
    settings = Settings("upstream", timeout_seconds=60)
    summary = tables.tables()[tables.SUMMARY]
    with BigQueryWarehouse(settings, connect(settings, emulator)) as new_warehouse:
        new_warehouse.create(summary)
        rows = parquet.read_table(states.summary)
        days = tuple(sorted(set(rows["game_date"].to_pylist())))
        new_warehouse.replace(
            Replacement(
                summary, days, states.summary, rows.num_rows, summary.key, False, {}, "up", "up"
            )
        )
        yield new_warehouse


def remote_rows(warehouse):
    with warehouse.snapshot() as snapshot:
        days = sorted(snapshot.partitions(STORE, ALL))
        with snapshot.read(STORE, STORE.column_names, days) as reader:
            rows = reader.read_all().to_pylist()
    return sorted(map(str, rows))


def local_rows(folder):
    with closing(
        lab.connections.connect(folder / "data" / "replica.duckdb", read_only=True)
    ) as con:
        written = ", ".join(STORE.column_names)
        rows = con.sql(f"SELECT {written} FROM {tables.STORE}").to_arrow_table().to_pylist()
        ledger = con.execute(
            "SELECT count(*), bool_and(state = 'done'), sum(rows) FROM featurestore.outbox"
        ).fetchall()
        dates = con.execute("SELECT count(*), sum(rows) FROM featurestore.pushed").fetchall()
    return sorted(map(str, rows)), ledger, dates


@pytest.mark.parametrize("point", PUSH.values(), ids=PUSH)
def test_a_killed_push_run_again_leaves_each_row_once(
    states, executioner, emulator, warehouse, tmp_path, point
):
    warehouse.create(STORE)
    folder = states.copy("computed", tmp_path / "work")
    there = {**emulator, "FEATURESTORE_WAREHOUSE": warehouse.url}
    executioner.kill(folder, point, "push", *lab.SPAN, **there)
    assert lab.command(folder, "push", *lab.SPAN, **there) == 0
    rows, outbox, dates = local_rows(folder)
    assert remote_rows(warehouse) == rows
    assert (len(rows), outbox, dates) == (50, [(1, True, 50)], [(61, 50)])
    tables = [table.table_id for table in warehouse.clients.rest.list_tables(STORE.dataset)]
    # The lock of the table stays, and for a week what the push replaced.
    assert [name for name in tables if not name.startswith(("featurestore_lock_", UNDO))] == [
        STORE.name
    ]
    scripts = [
        job.job_id
        for job in warehouse.clients.rest.list_jobs()
        if job.job_id.startswith("fs_push_") and "_load_" not in job.job_id
    ]
    assert len(scripts) == 1


def test_two_replicas_that_push_overlapping_dates_at_once_do_not_mix_rows(
    states, emulator, warehouse, tmp_path
):
    warehouse.create(STORE)
    folders = [states.copy("computed", tmp_path / name) for name in ("one", "two")]
    # The second machine computed at another moment: its rows differ from the first one's.
    assert lab.command(folders[1], "compute", *lab.SPAN) == 0
    there = {**emulator, "FEATURESTORE_WAREHOUSE": warehouse.url}
    # Both have looked at the warehouse and staged their rows before one of them is committed.
    point = {"http": SCRIPT, "pause": 2.0}
    ends = ("2024-12-31", "2024-12-30")
    processes = [
        lab.start(folder, point, "push", *lab.SPAN[:3], end, **there)
        for folder, end in zip(folders, ends, strict=True)
    ]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    codes = [process.returncode for process in processes]
    assert sorted(codes) == [0, 5], outputs
    assert "changed" in outputs[codes.index(5)]
    assert remote_rows(warehouse) == local_rows(folders[codes.index(0)])[0]
    # An entry that the warehouse refused is abandoned: nothing counts as pushed.
    assert local_rows(folders[codes.index(5)])[2] == [(0, None)]


@pytest.mark.parametrize("point", PULL.values(), ids=PULL)
def test_a_killed_pull_run_again_has_the_undisturbed_result(
    states, executioner, emulator, upstream, tmp_path, point
):
    there = {**emulator, "FEATURESTORE_WAREHOUSE": upstream.url}
    words = ("pull", *lab.SPAN)
    folders = [states.copy("loaded", tmp_path / name) for name in ("killed", "whole")]
    executioner.kill(folders[0], point, *words, **there)
    for folder in folders:
        assert lab.command(folder, *words, **there) == 0
    killed, undisturbed = (lab.contents(folder / "data" / "replica.duckdb") for folder in folders)
    assert killed == undisturbed
    assert len(killed[tables.SUMMARY]) == 307
