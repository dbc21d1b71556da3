"""The Storage Read API breaks in every way it can: all rows arrive once, or none does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import grpc
import pyarrow as pa
import pytest
from pyarrow import parquet

from sync.errors import WarehouseFailed
from sync.model import Column, DateRange, Replacement, Table
from sync.replica.file import Replica
from sync.transfer.pull import pull

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


DAYS = (date(2024, 2, 29), date(2024, 3, 2))
DATES = DateRange(*DAYS)
TABLE = Table(
    "nba",
    "games",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("note", "STRING"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pulled",
)
ROWS = sorted((f"p{number}", day) for day in DAYS for number in range(50))
CODE = grpc.StatusCode


@pytest.fixture
def upstream(tunnelled: Any, tmp_path: Path) -> Any:
    """A warehouse with fifty rows on each of two days, read by two streams, and its tunnel."""
    warehouse, tunnel = tunnelled
    object.__setattr__(warehouse.settings, "parallel", 2)
    warehouse.create(TABLE)
    path = tmp_path / "rows.parquet"
    players, days = zip(*ROWS, strict=True)
    # A megabyte: less is read by one stream.
    notes = ["x" * 12_000] * len(players)
    parquet.write_table(pa.table({"player": players, "game_date": days, "note": notes}), path)
    warehouse.replace(Replacement(TABLE, DAYS, path, 100, TABLE.key, False, {}, "job", "digest"))
    return warehouse, tunnel


@pytest.fixture
def read(upstream: Any) -> Callable[[], list[tuple[str, date]]]:
    warehouse, _ = upstream

    def rows() -> list[tuple[str, date]]:
        with (
            warehouse.snapshot() as snapshot,
            snapshot.read(TABLE, TABLE.column_names, DAYS) as reader,
        ):
            result = reader.read_all().to_pylist()
        return sorted((row["player"], row["game_date"]) for row in result)

    return rows


def offsets(tunnel: Any) -> list[int]:
    return sorted(offset for name, offset in tunnel.asked if "/streams/" in name)


def test_a_stream_cut_in_the_middle_resumes_at_the_row_where_it_broke(
    upstream: Any, read: Any, broken: Callable[..., Any]
) -> None:
    _, tunnel = upstream
    tunnel.breaks = [broken("ReadRows", CODE.UNAVAILABLE, after=3)]
    assert read() == ROWS
    assert offsets(tunnel) == [0, 0, 30]


@pytest.mark.parametrize("method", ["CreateReadSession", "ReadRows"])
@pytest.mark.parametrize("code", [CODE.UNAVAILABLE, CODE.RESOURCE_EXHAUSTED])
def test_a_refusal_that_passes_is_tried_again_after_a_wait(
    upstream: Any, read: Any, broken: Callable[..., Any], method: str, code: Any
) -> None:
    _, tunnel = upstream
    tunnel.breaks = [broken(method, code)]
    assert read() == ROWS
    assert tunnel.breaks[0].times == 0


@pytest.mark.parametrize("method", ["CreateReadSession", "ReadRows"])
def test_if_the_service_stays_unavailable_the_read_ends_at_the_deadline(
    upstream: Any, read: Any, broken: Callable[..., Any], method: str
) -> None:
    warehouse, tunnel = upstream
    object.__setattr__(warehouse.settings, "timeout_seconds", 1.0)
    tunnel.breaks = [broken(method, CODE.UNAVAILABLE, "out of order", times=10_000)]
    with pytest.raises(WarehouseFailed, match="in time"):
        read()


def test_a_missing_permission_is_named_at_once(
    upstream: Any, read: Any, broken: Callable[..., Any]
) -> None:
    _, tunnel = upstream
    message = "Permission bigquery.readsessions.create denied on project"
    tunnel.breaks = [broken("CreateReadSession", CODE.PERMISSION_DENIED, message)]
    with pytest.raises(WarehouseFailed, match=r"readsessions\.create") as caught:
        read()
    assert "roles/bigquery.readSessionUser" in caught.value.hint
    assert len(tunnel.asked) == 1


@pytest.mark.parametrize("code", [CODE.INTERNAL, CODE.RESOURCE_EXHAUSTED, CODE.ABORTED])
def test_if_one_of_two_streams_dies_no_row_reaches_the_replica(
    upstream: Any, tmp_path: Path, broken: Callable[..., Any], code: Any
) -> None:
    warehouse, tunnel = upstream
    replica = Replica(tmp_path / "replica.duckdb")
    replica.create([TABLE])
    tunnel.breaks = [broken("ReadRows", code, "cut in the middle", after=2)]
    with pytest.raises(WarehouseFailed, match="cut in the middle") as caught:
        pull(replica, warehouse, TABLE, DATES)
    assert caught.value.exit_code == 6
    assert held(replica) == ([], 0)
    pull(replica, warehouse, TABLE, DATES)
    assert held(replica) == (ROWS, 3)


def held(replica: Replica) -> tuple[list[tuple[Any, ...]], int]:
    with replica.read() as con:
        rows = con.execute("SELECT player, game_date FROM nba.games ORDER BY ALL").fetchall()
        dates = con.execute("SELECT count(*) FROM featurestore.partitions").fetchall()
    return rows, dates[0][0]


def test_a_stream_without_rows_is_not_an_error(upstream: Any, read: Any) -> None:
    _, tunnel = upstream
    tunnel.empty_stream = True
    assert read() == ROWS
    assert offsets(tunnel) == [0, 0, 0]


def test_slow_streams_arrive_completely(upstream: Any, read: Any) -> None:
    _, tunnel = upstream
    tunnel.delay_seconds = 0.05
    assert read() == ROWS
