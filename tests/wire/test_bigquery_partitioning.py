"""What ``tables.get`` says of a live table decides what its metadata can be believed for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sync.model import Column, DateRange, Table

if TYPE_CHECKING:
    from collections.abc import Callable

STORE = Table(
    "nba",
    "store",
    columns=(Column("player", "STRING"), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
)
WEEK = DateRange(date(2024, 11, 4), date(2024, 11, 10))
DAILY = {"timePartitioning": {"type": "DAY", "field": "game_date"}}
MONTHLY = {"timePartitioning": {"type": "MONTH", "field": "game_date"}}
OTHER = {"timePartitioning": {"type": "DAY", "field": "created_on"}}
BUFFER = {"streamingBuffer": {"estimatedRows": "7", "estimatedBytes": "70"}}


def live(**more: Any) -> dict[str, Any]:
    return {
        "tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "store"},
        "schema": {"fields": [{"name": "player", "type": "STRING"}]},
        "etag": "one",
        "numRows": "5",
        "numBytes": "123456",
        "lastModifiedTime": "1700000000000",
        **more,
    }


@pytest.mark.parametrize(
    ("partitioning", "words"),
    [
        ({}, "is not partitioned"),
        (MONTHLY, "is partitioned by MONTH of game_date"),
        (OTHER, "is partitioned by DAY of created_on"),
    ],
)
def test_a_live_table_that_every_query_reads_whole_is_named_with_its_size(
    scripted: Any, fault: Callable[..., Any], partitioning: dict[str, Any], words: str
) -> None:
    warehouse, wire = scripted
    wire.add(fault("GET", "/tables/store", body=live(**partitioning)))
    with warehouse.snapshot() as snapshot:
        (warning,) = snapshot.warnings(STORE)
    assert words in warning
    assert "reads the whole table, 123,456 bytes" in warning


def test_a_table_with_the_declared_partitions_needs_no_warning(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    wire.add(fault("GET", "/tables/store", body=live(**DAILY)))
    with warehouse.snapshot() as snapshot:
        assert snapshot.warnings(STORE) == ()


def test_an_etag_is_trusted_unless_rows_are_in_the_write_buffer(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    wire.add(fault("GET", "/tables/store", body=live(**DAILY), times=2))
    wire.add(fault("GET", "/tables/store", body=live(**DAILY, **BUFFER), times=2))
    with warehouse.snapshot() as snapshot:
        assert snapshot.etag(STORE) == snapshot.etag(STORE)
        assert snapshot.etag(STORE) != snapshot.etag(STORE)


@pytest.mark.parametrize("more", [{}, MONTHLY, OTHER, DAILY | BUFFER])
def test_contents_are_compared_for_dates_without_metadata(
    scripted: Any, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    """``tokens=modified`` would read partition ids such as NULL and 202411."""
    warehouse, wire = scripted
    warehouse.settings = replace(warehouse.settings, tokens="modified")
    wire.add(fault("GET", "/tables/store", body=live(**more)))
    asked: list[str] = []

    def rows(self: object, sql: str, subject: str) -> list[dict[str, int]]:
        asked.append(sql)
        return [{"row_count": 0}] if "IS NULL" in sql else []

    monkeypatch.setattr("sync.bigquery.jobs.Jobs.rows", rows)
    with warehouse.snapshot() as snapshot:
        monkeypatch.setattr(type(snapshot), "at", None)
        assert snapshot.partitions(STORE, WEEK) == {}
    assert not [sql for sql in asked if "INFORMATION_SCHEMA" in sql]
    assert any("FARM_FINGERPRINT" in sql for sql in asked)
