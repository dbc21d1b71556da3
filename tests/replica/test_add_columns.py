"""The embedded warehouse after columns were appended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from sync.errors import BadInput, WarehouseFailed
from sync.model import Column

RATING, TEAM = Column("rating", "FLOAT64", default="1.5"), Column("team", "STRING")


def test_existing_rows_get_null_for_any_default(warehouse, fill, table):
    fill("INSERT INTO d.games VALUES ('ann', '2025-01-01', 1, 1, 1, NULL)")
    warehouse.add_columns(table, [RATING, TEAM])
    wider = replace(table, columns=(*table.columns, RATING, TEAM))
    names = ("player", "rating", "team")
    with (
        warehouse.snapshot() as snapshot,
        snapshot.read(wider, names, [date(2025, 1, 1)]) as reader,
    ):
        assert reader.read_all().to_pylist() == [{"player": "ann", "rating": None, "team": None}]


def test_columns_are_added_all_or_none(warehouse, table, monkeypatch):
    make = "sync.embedded.warehouse.add_column_sql"
    texts = iter(["ALTER TABLE d.games ADD COLUMN rating DOUBLE", "ALTER TABLE d.games ADD COLUMN"])
    monkeypatch.setattr(make, lambda *_: next(texts))
    with pytest.raises((WarehouseFailed, duckdb.Error)):
        warehouse.add_columns(table, [RATING, TEAM])
    with warehouse.snapshot() as snapshot:
        assert [c.name for c in snapshot.columns(table)] == list(table.column_names)


def test_a_missing_file_gets_no_columns(warehouse, table):
    warehouse.path.unlink()
    with pytest.raises(BadInput, match="no such file"):
        warehouse.add_columns(table, [TEAM])


def test_a_table_in_a_dataset_of_another_name_gets_the_columns(warehouse, table):
    declared = replace(table, dataset="ours")
    renamed = type(warehouse)(warehouse.path, datasets={"ours": "d"})
    renamed.add_columns(declared, [TEAM])
    with renamed.snapshot() as snapshot:
        assert snapshot.columns(declared)[-1] == TEAM
        assert snapshot.blocking_issues(declared) == ()


def test_rows_without_a_date_are_counted(warehouse, fill, table):
    fill(
        "ALTER TABLE d.games ALTER game_date DROP NOT NULL",
        "INSERT INTO d.games VALUES ('ann', NULL, 1, 1, 1, NULL)",
    )
    with warehouse.snapshot() as snapshot:
        assert snapshot.blocking_issues(table) == ("1 row without game_date",)
