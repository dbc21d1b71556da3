"""The BigQuery warehouse against an emulator: what is written is what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import Column, DateRange, Replacement, Table

if TYPE_CHECKING:
    from pathlib import Path

    from sync.bigquery import BigQueryWarehouse


STORE = Table(
    "nba",
    "store",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("points", "INT64"),
        Column("quality", "NUMERIC(5,1)"),
        Column("features", "ARRAY<FLOAT64>"),
        Column("detail", "STRUCT<games_found INT64,dates ARRAY<DATE>>"),
        Column("timing", "JSON"),
        Column("updated_at", "TIMESTAMP"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
    clustering=("player",),
    requires_filter=True,
)
FIRST, SECOND, THIRD = date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 2)


def row(player: str, day: date, points: int | None) -> dict[str, object]:
    return {
        "player": player,
        "game_date": day,
        "points": points,
        "quality": Decimal("7.5"),
        "features": [1.5, -0.1],
        "detail": {"games_found": 3, "dates": [FIRST]},
        "timing": '{"load_time":1.5}',
        "updated_at": datetime(2024, 3, 1, 1, 2, 3, 456789, UTC),
    }


SCHEMA = pa.schema(
    [
        ("player", pa.string()),
        ("game_date", pa.date32()),
        ("points", pa.int64()),
        ("quality", pa.decimal128(5, 1)),
        ("features", pa.list_(pa.float64())),
        ("detail", pa.struct([("games_found", pa.int64()), ("dates", pa.list_(pa.date32()))])),
        ("timing", pa.string()),
        ("updated_at", pa.timestamp("us", tz="UTC")),
    ]
)


def replacement(folder: Path, rows: list[dict[str, object]], **changes: object) -> Replacement:
    content = pa.Table.from_pylist(rows, schema=SCHEMA)
    path = folder / f"{abs(hash(str(rows)))}.parquet"
    pq.write_table(content, path)
    fields: dict[str, object] = {
        "table": STORE,
        "days": tuple(sorted({r["game_date"] for r in rows})),
        "parquet": path,
        "rows": len(rows),
        "key": STORE.key,
        "prune": False,
        "expected": {},
        "job_id": f"job-{abs(hash(str(rows)))}",
        "digest": f"digest-{abs(hash(str(rows)))}",
    }
    return Replacement(**{**fields, **changes})


def held(warehouse: BigQueryWarehouse, *days: date) -> list[dict[str, object]]:
    with (
        warehouse.snapshot() as snapshot,
        snapshot.read(STORE, STORE.column_names, days) as reader,
    ):
        assert reader.schema == SCHEMA
        rows = reader.read_all().to_pylist()
    return sorted(rows, key=lambda r: (r["game_date"], r["player"]))


def tokens(warehouse: BigQueryWarehouse) -> dict[date, str]:
    with warehouse.snapshot() as snapshot:
        partitions = snapshot.partitions(STORE, DateRange(FIRST, THIRD))
    return {day: partition.token for day, partition in partitions.items()}


def test_written_rows_are_read_back_exactly(warehouse: BigQueryWarehouse, tmp_path: Path) -> None:
    assert warehouse.create(STORE)
    assert not warehouse.create(STORE)
    rows = [row("a", FIRST, 1), row("b", FIRST, None), row("a", THIRD, 3)]
    done = warehouse.replace(replacement(tmp_path, rows))
    assert (done.inserted, done.deleted, done.kept, done.repeated) == (3, 0, 0, False)
    assert {day: p.rows for day, p in done.partitions.items()} == {FIRST: 2, THIRD: 1}
    assert held(warehouse, FIRST, SECOND, THIRD) == rows
    assert held(warehouse, THIRD) == rows[2:]
    assert {day: p.token for day, p in done.partitions.items()} == tokens(warehouse)


def test_scattered_dates_are_read_in_one_session(
    warehouse: BigQueryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a session takes a second; a second pull reads the few dates that changed."""
    warehouse.create(STORE)
    rows = [row("a", FIRST, 1), row("a", SECOND, 2), row("a", THIRD, 3)]
    warehouse.replace(replacement(tmp_path, rows))
    asked = []
    storage = warehouse.clients.storage
    original = storage.create_read_session

    def create(**named: Any) -> Any:
        asked.append(named["read_session"].read_options.row_restriction)
        return original(**named)

    monkeypatch.setattr(storage, "create_read_session", create)
    assert held(warehouse, THIRD, FIRST) == [rows[0], rows[2]]
    assert asked == [
        "`game_date` BETWEEN DATE '2024-02-28' AND DATE '2024-03-02'"
        " AND `game_date` IN (DATE '2024-02-28', DATE '2024-03-02')"
    ]


def test_rows_without_a_new_counterpart_stay_unless_pruned(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1), row("b", FIRST, 2)]))
    done = warehouse.replace(replacement(tmp_path, [row("a", FIRST, 9)]))
    assert (done.inserted, done.deleted, done.kept) == (1, 1, 1)
    assert held(warehouse, FIRST) == [row("a", FIRST, 9), row("b", FIRST, 2)]
    done = warehouse.replace(replacement(tmp_path, [row("c", FIRST, 5)], prune=True))
    assert (done.inserted, done.deleted, done.kept) == (1, 2, 0)
    assert held(warehouse, FIRST) == [row("c", FIRST, 5)]


def test_a_repeated_write_returns_its_result_and_writes_nothing(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    write = replacement(tmp_path, [row("a", FIRST, 1)])
    first = warehouse.replace(write)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 2)]))
    again = warehouse.replace(write)
    assert again.repeated
    assert (again.inserted, again.deleted) == (first.inserted, first.deleted)
    assert held(warehouse, FIRST) == [row("a", FIRST, 2)]


def test_a_job_id_with_other_content_is_refused(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1)], job_id="same"))
    with pytest.raises(Refused, match="other content"):
        warehouse.replace(replacement(tmp_path, [row("a", FIRST, 2)], job_id="same"))
    assert held(warehouse, FIRST) == [row("a", FIRST, 1)]


def test_a_partition_changed_since_it_was_seen_is_a_conflict(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1), row("a", SECOND, 1)]))
    seen = tokens(warehouse)
    warehouse.replace(replacement(tmp_path, [row("a", SECOND, 2)]))
    write = replacement(
        tmp_path, [row("a", FIRST, 7), row("a", SECOND, 7)], expected={**seen, THIRD: None}
    )
    with pytest.raises(Conflict) as caught:
        warehouse.replace(write)
    assert caught.value.facts["dates"] == [str(SECOND)]
    assert held(warehouse, FIRST, SECOND) == [row("a", FIRST, 1), row("a", SECOND, 2)]


def test_a_change_between_the_check_and_the_transaction_is_a_conflict(
    warehouse: BigQueryWarehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.bigquery.staging_table import StagingTable

    warehouse.create(STORE)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1)]))
    write = replacement(tmp_path, [row("a", FIRST, 7)], expected=tokens(warehouse))
    other = replacement(tmp_path, [row("a", FIRST, 2)])
    fill = StagingTable.fill

    def late(staging: StagingTable, columns: Any) -> str:
        # A copy of it, with the names that the warehouse has.
        if staging._todo.job_id == write.job_id:
            warehouse.replace(other)
        return fill(staging, columns)

    monkeypatch.setattr(StagingTable, "fill", late)
    with pytest.raises(Conflict):
        warehouse.replace(write)
    assert held(warehouse, FIRST) == [row("a", FIRST, 2)]
    monkeypatch.undo()
    write = replacement(tmp_path, [row("a", FIRST, 7)], expected=tokens(warehouse))
    assert not warehouse.replace(write).repeated
    assert held(warehouse, FIRST) == [row("a", FIRST, 7)]


def test_equal_rows_in_another_order_have_equal_tokens(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    rows = [row("a", FIRST, 1), row("b", FIRST, 2)]
    warehouse.replace(replacement(tmp_path, rows))
    before = tokens(warehouse)
    warehouse.replace(replacement(tmp_path, rows[::-1]))
    assert tokens(warehouse) == before
    warehouse.replace(replacement(tmp_path, [row("b", FIRST, 3)]))
    assert tokens(warehouse) != before


def test_no_staging_table_is_left(warehouse: BigQueryWarehouse, tmp_path: Path) -> None:
    warehouse.create(STORE)
    warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1)]))
    left = {t.table_id for t in warehouse.clients.rest.list_tables(STORE.dataset)}
    # The lock's table stays: each transaction changes its row.
    assert left == {"store", "featurestore_lock_store"}


def test_a_missing_table_is_named(warehouse: BigQueryWarehouse, tmp_path: Path) -> None:
    with warehouse.snapshot() as snapshot:
        assert snapshot.columns(STORE) is None
        with pytest.raises(WarehouseFailed, match=r"nba\.store: no such table"):
            snapshot.etag(STORE)
    with pytest.raises(WarehouseFailed, match=r"nba\.store: no such table"):
        warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1)]))


def test_an_unknown_column_and_a_row_of_another_date_are_refused(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    write = replacement(tmp_path, [row("a", FIRST, 1)])
    with pytest.raises(Refused, match="2024-02-28"):
        warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1)], days=(SECOND,)))
    content = pq.read_table(write.parquet).append_column("extra", pa.array([1]))
    pq.write_table(content, write.parquet)
    with pytest.raises(Refused, match="no column extra"):
        warehouse.replace(write)
    assert tokens(warehouse) == {}


def test_rows_without_a_date_are_refused_with_their_number(
    warehouse: BigQueryWarehouse,
) -> None:
    nullable = Table(
        "nba",
        "loose",
        columns=(Column("player", "STRING"), Column("game_date", "DATE")),
        partition_column="game_date",
        key=("player",),
        direction="pulled",
    )
    warehouse.create(nullable)
    insert = f"INSERT INTO `{warehouse.settings.project}.nba.loose` (player) VALUES ('a'), ('b')"
    warehouse.clients.rest.query(insert).result()
    with warehouse.snapshot() as snapshot, pytest.raises(Refused, match="2 rows in __NULL__"):
        snapshot.partitions(nullable, DateRange(FIRST, THIRD))


def test_tokens_by_last_modification_need_no_scan_and_still_guard_a_write(
    warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    warehouse.create(STORE)
    warehouse.settings = replace(warehouse.settings, tokens="modified")
    done = warehouse.replace(replacement(tmp_path, [row("a", FIRST, 1), row("a", THIRD, 1)]))
    seen = tokens(warehouse)
    assert {day: partition.token for day, partition in done.partitions.items()} == seen
    assert all(token.startswith("m1:1:2") for token in seen.values())
    warehouse.replace(replacement(tmp_path, [row("b", FIRST, 2)]))
    with pytest.raises(Conflict):
        warehouse.replace(replacement(tmp_path, [row("c", FIRST, 3)], expected=seen))
    done = warehouse.replace(
        replacement(tmp_path, [row("c", FIRST, 4)], expected=tokens(warehouse))
    )
    assert (done.inserted, done.deleted, done.kept) == (1, 0, 2)
