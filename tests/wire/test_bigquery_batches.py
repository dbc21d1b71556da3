"""Batches arrive with the live table's spelling of names, and leave with the declared one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from google.api_core import exceptions as google
from google.cloud.bigquery import SchemaField

from sync.bigquery.batches import checked, in_lower_case
from sync.bigquery.reading import BigQuerySnapshot
from sync.bigquery.schema import live_columns
from sync.errors import Refused, WarehouseFailed
from sync.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

FOUND = {"tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "games"}}
INNER = pa.struct([("Games_Found", pa.int64()), ("is_complete", pa.bool_())])
LIVE = pa.schema(
    [("GAME_DATE", pa.int64()), ("Facts", INNER), ("Parts", pa.list_(INNER)), ("plain", pa.int64())]
)
ROWS = [
    {
        "GAME_DATE": 1,
        "Facts": {"Games_Found": 3, "is_complete": True},
        "Parts": [{"Games_Found": 4, "is_complete": None}, None],
        "plain": 7,
    },
    {"GAME_DATE": 2, "Facts": None, "Parts": [], "plain": 8},
    {"GAME_DATE": 3, "Facts": {"Games_Found": 5, "is_complete": None}, "Parts": [], "plain": None},
]


def lowered(value: object) -> object:
    if isinstance(value, dict):
        return {name.lower(): lowered(inner) for name, inner in value.items()}
    return [lowered(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("start", [0, 1], ids=["whole", "sliced"])
def test_names_of_columns_and_of_struct_fields_become_lower_case(start: int) -> None:
    batch = pa.RecordBatch.from_pylist(ROWS, LIVE)
    moved = in_lower_case(batch.slice(start) if start else batch)
    assert moved.to_pylist() == [lowered(row) for row in ROWS[start:]]


def test_a_struct_in_another_case_keeps_its_values() -> None:
    """Arrow would cast the field that it does not find to NULL."""
    struct = pa.struct([("games_found", pa.int64()), ("is_complete", pa.bool_())])
    schema = pa.schema([("facts", struct), ("game_date", pa.int32())])
    batches = iter([pa.RecordBatch.from_pylist(ROWS, LIVE)])
    (batch,) = checked(batches, schema, len(ROWS), "nba.games")
    assert batch.to_pylist() == [
        {"facts": lowered(row["Facts"]), "game_date": row["GAME_DATE"]} for row in ROWS
    ]


def test_a_value_that_does_not_become_its_declared_type_is_refused() -> None:
    batches = iter([pa.RecordBatch.from_pylist([{"A": 300}], pa.schema([("A", pa.int64())]))])
    with pytest.raises(Refused, match=r"nba\.games: a column's type differs"):
        list(checked(batches, pa.schema([("a", pa.int8())]), 1, "nba.games"))


def test_a_live_struct_is_described_in_lower_case() -> None:
    fields = [SchemaField("Games_Found", "INTEGER"), SchemaField("Of", "STRING", "REPEATED")]
    (columns,) = live_columns([SchemaField("Facts", "RECORD", fields=fields)])
    assert (columns.name, columns.type) == ("facts", "STRUCT<games_found INT64,of ARRAY<STRING>>")


def test_the_read_api_is_called_with_the_live_table_s_spelling(
    scripted: Any, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page does not say that the names of selected fields have no case."""
    warehouse, wire = scripted
    fields = [
        {"name": name, "type": kind} for name, kind in (("Player", "STRING"), ("DAY", "DATE"))
    ]
    wire.add(fault("GET", "/tables/games", body={**FOUND, "schema": {"fields": fields}}))
    asked: list[Any] = []

    def refuse(**request: Any) -> None:
        asked.append(request["read_session"])
        raise google.PermissionDenied("enough")

    monkeypatch.setattr(warehouse.clients.storage, "create_read_session", refuse)
    columns = (Column("day", "DATE"), Column("player", "STRING"))
    table = Table("nba", "games", columns, "day", ("player",), "pulled")
    with (
        pytest.raises(WarehouseFailed, match="enough"),
        BigQuerySnapshot(warehouse.clients, warehouse.settings, warehouse.jobs, newest=True).read(
            table, ["player", "day"], [date(2024, 1, 1)]
        ),
    ):
        raise AssertionError
    (session,) = asked
    assert list(session.read_options.selected_fields) == ["Player", "DAY"]
    assert "`DAY` BETWEEN" in session.read_options.row_restriction
    assert session.table.endswith("/tables/games")
