"""What the emulator cannot show of the warehouse contract, with BigQuery's documented replies."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.bigquery.reading import BigQuerySnapshot
from sync.errors import Refused
from sync.model import Column, Replacement, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = date(2024, 2, 29)
TABLE = Table(
    "nba",
    "games",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("minutes", "NUMERIC(5,1)"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
)
# As tables.get answers: numbers are texts.
FOUND = {
    "kind": "bigquery#table",
    "etag": "first",
    "tableReference": {"projectId": "project", "datasetId": "nba", "tableId": "games"},
    "schema": {
        "fields": [
            {"name": "player", "type": "STRING", "mode": "REQUIRED"},
            {"name": "game_date", "type": "DATE", "mode": "REQUIRED"},
            {"name": "minutes", "type": "NUMERIC", "precision": "5", "scale": "1"},
        ]
    },
    "numRows": "4",
    "lastModifiedTime": "1709251199000",
    "timePartitioning": {"type": "DAY", "field": "game_date"},
}


DATASET = {"datasetReference": {"projectId": "project", "datasetId": "nba"}, "location": "US"}


def test_a_table_is_created_with_precision_and_described_with_it(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/tables/games", 404, "notFound"),
        fault("GET", "/datasets/nba", body=DATASET),
        fault("POST", "/tables", body=FOUND),
        fault("GET", "/tables/games", body=FOUND, times=2),
    )
    assert warehouse.create(TABLE) is True
    (sent,) = [json.loads(body) for method, _, body in wire.sent if method == "POST"]
    numbers = {name: int(sent["schema"]["fields"][2][name]) for name in ("precision", "scale")}
    assert numbers == {"precision": 5, "scale": 1}
    assert sent["timePartitioning"] == {"type": "DAY", "field": "game_date"}
    assert warehouse.create(TABLE) is False
    with warehouse.snapshot() as snapshot:
        live = snapshot.columns(TABLE)
    assert live == TABLE.columns


def test_the_etag_changes_only_with_the_table(scripted: Any, fault: Callable[..., Any]) -> None:
    warehouse, wire = scripted
    wire.add(
        fault("GET", "/tables/games", body=FOUND, times=2),
        fault("GET", "/tables/games", body={**FOUND, "etag": "second"}),
        fault("GET", "/tables/games", body={**FOUND, "numRows": "5"}),
    )
    seen = []
    for _ in range(4):
        with warehouse.snapshot() as snapshot:
            seen.append(snapshot.etag(TABLE))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3
    assert {method for method, _, _ in wire.sent} == {"GET"}


def test_tokens_cover_the_declared_columns_that_the_live_table_has(
    scripted: Any, fault: Callable[..., Any]
) -> None:
    warehouse, wire = scripted
    fields = [*FOUND["schema"]["fields"], {"name": "secret", "type": "STRING"}]  # type: ignore[index]
    wire.add(
        fault("GET", "/tables/games", body={**FOUND, "schema": {"fields": fields}}),
        fault("POST", "/jobs", body=job("dry"), times=9),
        fault("POST", "/queries", body={**counted(0), "rows": [], "totalRows": "0"}, times=9),
        fault("GET", "/queries/", body={**counted(0), "rows": [], "totalRows": "0"}, times=9),
        fault("GET", "/jobs/", body=job("counted"), times=9),
    )
    declared = replace(TABLE, columns=(*TABLE.columns, Column("coming", "STRING")))
    snapshot = BigQuerySnapshot(warehouse.clients, warehouse.settings, warehouse.jobs, newest=True)
    snapshot.digests(declared, [DAY])
    snapshot.digests(declared, [DAY], ("player", "game_date"))
    asked = "".join(body for method, _, body in wire.sent if method == "POST")
    # A dry run, then the query.
    assert asked.count("SELECT `game_date`, `minutes`, `player` FROM `project.nba.games`") == 2
    assert asked.count("SELECT `player`, `game_date` FROM `project.nba.games`") == 2
    assert not re.search(r"secret|coming|\*", asked.replace("COUNT(*)", ""))


def counted(rows: int) -> dict[str, Any]:
    """A finished query with one row, ``row_count``."""
    return {
        "kind": "bigquery#queryResponse",
        "jobReference": {"projectId": "project", "jobId": "counted", "location": "US"},
        "jobComplete": True,
        "schema": {
            "fields": [
                {"name": "row_count", "type": "INTEGER"},
                {"name": "now", "type": "TIMESTAMP"},
            ]
        },
        "rows": [{"f": [{"v": str(rows)}, {"v": "1700000000000000"}]}],
        "totalRows": "1",
        "totalBytesProcessed": "0",
    }


def job(job_id: str) -> dict[str, Any]:
    return {
        "jobReference": {"projectId": "project", "jobId": job_id, "location": "US"},
        "configuration": {"jobType": "QUERY", "query": {"query": "x"}},
        "status": {"state": "DONE"},
        "statistics": {"query": {"totalBytesProcessed": "0"}},
    }


@pytest.mark.parametrize(
    ("minutes", "players", "wrong"),
    [
        (["1.25"], ["a"], r"nba\.games\.minutes"),
        (["1.5", "2.5"], ["a", "a"], "player = a, game_date = 2024-02-29 is repeated"),
    ],
    ids=["scale", "key twice"],
)
def test_a_value_with_too_many_digits_is_refused_before_anything_is_loaded(
    scripted: Any,
    fault: Callable[..., Any],
    tmp_path: Path,
    minutes: list[str],
    players: list[str],
    wrong: str,
) -> None:
    warehouse, wire = scripted
    path = tmp_path / "rows.parquet"
    content = {
        "player": players,
        "game_date": [DAY] * len(players),
        "minutes": list(map(Decimal, minutes)),
    }
    parquet.write_table(pa.table(content), path)
    staging = {**FOUND, "tableReference": {**FOUND["tableReference"], "tableId": "s"}}
    wire.add(
        fault("GET", "/jobs/job_g0", 404, "notFound"),
        fault("GET", "/tables/games", body=FOUND),
        fault("POST", "/tables", body=staging),
        fault("POST", "/jobs", body=job("dry"), times=2),
        fault("POST", "/queries", body=counted(0)),
        fault("POST", "/jobs", body=job("counted"), times=2),
        fault("GET", "/queries/", body=counted(0), times=3),
        fault("GET", "/jobs/job_load", 404, "notFound"),
    )
    write = Replacement(TABLE, (DAY,), path, len(players), TABLE.key, False, {}, "job", "digest")
    with pytest.raises(Refused, match=wrong):
        warehouse.replace(replace(write, digest="other"))
    sent = [(method, url.partition("?")[0], body) for method, url, body in wire.sent]
    assert not [url for _, url, _ in sent if "/upload/" in url]
    assert not [body for _, _, body in sent if "BEGIN TRANSACTION" in body]
