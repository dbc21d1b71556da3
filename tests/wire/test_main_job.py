"""The main job, unchanged, with BigQuery's protocol on the wire: the same rows as embedded."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from featurestore import league, run_history
from featurestore.backfill.run import backfill
from featurestore.config import Settings
from featurestore.definitions import tables
from sync.bigquery import BigQueryWarehouse
from sync.bigquery import Settings as WireSettings
from sync.bigquery.client import connect
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange, Replacement
from sync.replica.file import Replica

DATES = DateRange(date(2024, 10, 22), date(2024, 12, 31))
DAYS = DateRange(date(2023, 11, 1), date(2023, 11, 3))
SEASON = DateRange(date(2023, 10, 1), date(2024, 6, 30))
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "player_game_summary_2023.parquet"


@pytest.fixture(scope="module")
def small():
    return league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)


@pytest.fixture
def generated(small):
    return {tables.SUMMARY: small.player_game_summary, tables.INJURIES: small.injury_report}


@pytest.fixture
def run_main_job(tmp_path):
    def run(warehouse, name, given, dates=DATES):
        declared = tables.tables()
        for table in declared.values():
            warehouse.create(table)
        for full_name, rows in given.items():
            table = declared[full_name]
            file = tmp_path / f"{name}.{table.name}.parquet"
            pq.write_table(rows, file)
            days = tuple(sorted(set(rows[table.partition_column].to_pylist())))
            # A hand-made job: several hourly reports share a key of the declared table.
            warehouse.replace(
                Replacement(
                    table=table,
                    days=days,
                    parquet=file,
                    rows=rows.num_rows,
                    key=tuple(rows.column_names),
                    prune=True,
                    expected={},
                    job_id=f"load_{name}_{table.name}",
                    digest=hashlib.sha256(file.read_bytes()).hexdigest(),
                )
            )
        replica = Replica(tmp_path / f"{name}.duckdb")
        replica.create(list(declared.values()))
        reports = []
        for _ in range(2):
            with run_history.record(replica, "backfill", dates) as record:
                reports.append(
                    backfill(replica, warehouse, dates, Settings(), record, include_bootstrap=True)
                )
        return reports

    return run


def stored(warehouse, days):
    table = tables.tables()[tables.STORE]
    names = [n for n in table.column_names if n not in ("created_at", "updated_at")]
    with warehouse.snapshot() as snapshot, snapshot.read(table, names, days) as reader:
        rows = reader.read_all().to_pylist()
    return sorted(rows, key=lambda row: (row["player_lookup"], row["game_date"]))


def test_a_backfill_over_the_wire_has_the_embedded_warehouse_s_rows(
    warehouse: BigQueryWarehouse, tmp_path, run_main_job, generated
):
    first, second = run_main_job(warehouse, "wire", generated)
    assert first.computed.rows == first.pushed.rows > 200
    assert (second.pushed.pushed, second.pulled[0].rows) == ((), 0)
    embedded = EmbeddedWarehouse(tmp_path / "warehouse.duckdb")
    run_main_job(embedded, "embedded", generated)
    days = list(first.pushed.pushed)
    theirs, ours = stored(warehouse, days), stored(embedded, days)
    assert len(ours) == first.computed.rows
    assert theirs == ours


@pytest.mark.skipif(not REAL.exists(), reason="needs ../shared/data")
def test_real_games_over_the_wire_have_the_embedded_warehouse_s_rows(
    emulator, tmp_path, run_main_job, request
):
    """Three days; with ``--season`` the whole season, for which the emulator needs minutes.

    Tokens are the partitions' modification times: the emulator takes most of its time for digests.
    """
    dates = SEASON if request.config.getoption("--season") else DAYS
    settings = WireSettings(f"project-{uuid.uuid4().hex[:8]}", tokens="modified")
    source = {tables.SUMMARY: pq.read_table(REAL, filters=[("game_date", "in", set(dates))])}
    with BigQueryWarehouse(settings, connect(settings, emulator)) as warehouse:
        first, second = run_main_job(warehouse, "wire", source, dates)
        assert first.computed.rows == first.pushed.rows == source[tables.SUMMARY].num_rows > 300
        assert (second.pushed.pushed, second.pulled[0].rows) == ((), 0)
        days = list(first.pushed.pushed)
        theirs = stored(warehouse, days)
    embedded = EmbeddedWarehouse(tmp_path / "warehouse.duckdb")
    run_main_job(embedded, "embedded", source, dates)
    assert theirs == stored(embedded, days)
