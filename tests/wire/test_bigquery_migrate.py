"""Columns are added to a live table under the etag of the schema that was read.

The emulator takes the new schema and leaves its stored table as it was, so that no row can be
read from it afterwards: that rows which stand get NULL is seen in the embedded warehouse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sync.errors import Conflict
from sync.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

SUMMARY = Table(
    "nba",
    "summary",
    columns=(Column("player", "STRING", required=True), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player",),
    direction="pulled",
)
PLAYER = {"name": "Player", "type": "STRING", "mode": "REQUIRED", "description": "Lookup"}
FOUND = {
    "etag": "first",
    "tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "summary"},
    "schema": {"fields": [PLAYER]},
}
ADDED = (Column("minutes", "NUMERIC(5,1)", default="0"), Column("lines", "ARRAY<FLOAT64>"))


def test_all_columns_are_added_in_one_change_that_needs_the_etag_read_before(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    headers = []
    send = wire.send

    def note(request: Any, *args: Any, **kwargs: Any) -> Any:
        headers.append(request.headers.get("If-Match"))
        return send(request, *args, **kwargs)

    wire.send = note
    wire.add(
        fault("GET", "/tables/summary", body=FOUND), fault("PATCH", "/tables/summary", body=FOUND)
    )
    warehouse.add_columns(SUMMARY, [Column("player", "STRING"), *ADDED])
    assert [method for method, _, _ in wire.sent] == ["GET", "PATCH"]
    assert headers == [None, "first"]
    fields = json.loads(wire.sent[1][2])["schema"]["fields"]
    assert fields[0] == PLAYER
    minutes = {"name": "minutes", "type": "NUMERIC", "mode": "NULLABLE", "precision": 5, "scale": 1}
    assert {k: str(v) for k, v in fields[1].items()} == {k: str(v) for k, v in minutes.items()}
    assert (fields[2]["name"], fields[2]["mode"]) == ("lines", "REPEATED")


def test_a_schema_changed_meanwhile_is_a_conflict(scripted: Any, fault: Callable[..., Any]) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/tables/summary", body=FOUND),
        fault("PATCH", "/tables/summary", 412, "conditionNotMet", "Precondition check failed."),
    )
    with pytest.raises(Conflict, match=r"nba\.summary: changed meanwhile"):
        warehouse.add_columns(SUMMARY, ADDED)
    assert len(wire.sent) == 2


def test_columns_that_are_there_already_are_not_sent_again(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    wire.add(fault("GET", "/tables/summary", body=FOUND))
    warehouse.add_columns(SUMMARY, [Column("player", "STRING")])
    assert [method for method, _, _ in wire.sent] == ["GET"]
