"""A small warehouse and a replica, as files."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.embedded.warehouse import EmbeddedSnapshot, EmbeddedWarehouse
from sync.model import Column, Table
from sync.replica.file import Replica

TABLE = Table(
    dataset="d",
    name="games",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("points", "INT64"),
        Column("share", "FLOAT64"),
        Column("minutes", "NUMERIC(5,1)"),
        Column("note", "STRING"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pulled",
)
JANUARY = [date(2025, 1, day) for day in range(1, 32)]


@pytest.fixture
def table():
    return TABLE


@pytest.fixture
def warehouse(tmp_path):
    new_warehouse = EmbeddedWarehouse(tmp_path / "warehouse.duckdb", lock_wait_seconds=0.5)
    new_warehouse.create(TABLE)
    return new_warehouse


@pytest.fixture
def replica(tmp_path):
    new_replica = Replica(tmp_path / "replica.duckdb", lock_wait_seconds=0.5)
    new_replica.create([TABLE])
    return new_replica


@pytest.fixture
def store(table):
    """The table, pushed from the replica; its column ``note`` is the rows' version."""
    return dataclasses.replace(table, direction="pushed", version_column="note")


@pytest.fixture
def fill(warehouse):
    """Run SQL in the warehouse."""

    def run(*statements):
        with warehouse.writer() as con:
            for statement in statements:
                con.execute(statement)

    return run


@pytest.fixture
def filled(fill):
    """Three days with two players each."""
    fill(
        """INSERT INTO d.games SELECT p, DATE '2025-01-01' + n::INTEGER, n * 10, n / 4, 1.5, NULL
        FROM range(3) AS r(n), (VALUES ('ann'), ('bob')) AS v(p)"""
    )


@pytest.fixture
def rows_of():
    """All rows of a table of a replica or a warehouse, sorted."""

    def read(holder, name="d.games"):
        with holder.read() if isinstance(holder, Replica) else holder.writer() as con:
            return sorted(con.execute(f"FROM {name}").fetchall(), key=repr)

    return read


@pytest.fixture
def parquet_file(tmp_path):
    """``parquet_file({"player": [...], ...}) -> Path``."""
    count = 0

    def write(columns):
        nonlocal count
        count += 1
        file = tmp_path / f"rows{count}.parquet"
        parquet.write_table(pa.table(columns), file)
        return file

    return write


@pytest.fixture
def reads_pass_through(monkeypatch):
    """Within the block, what the warehouse reads passes through ``change(batches)``."""

    @contextmanager
    def run(change):
        original = EmbeddedSnapshot.read

        @contextmanager
        def read(self, *args):
            with original(self, *args) as reader:
                yield pa.RecordBatchReader.from_batches(reader.schema, change(reader))

        with monkeypatch.context() as patch:
            patch.setattr(EmbeddedSnapshot, "read", read)
            yield

    return run
