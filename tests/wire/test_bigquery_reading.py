"""Reading in parallel: all rows or an error, whichever stream dies."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from google.api_core import exceptions as google

from sync.bigquery import reading
from sync.bigquery.streams import QUEUED_BATCHES, drained
from sync.errors import WarehouseFailed
from sync.model import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.bigquery import BigQueryWarehouse

LOOSE = Table(
    "nba",
    "loose",
    columns=(Column("player", "STRING"), Column("game_date", "DATE")),
    partition_column="game_date",
    key=("player",),
    direction="pulled",
)


def batch(value: int) -> pa.RecordBatch:
    return pa.record_batch({"value": [value]})


def test_all_batches_of_all_streams_arrive_once() -> None:
    sources = [lambda first=first: map(batch, range(first, first + 50)) for first in (0, 50, 100)]
    with drained(sources, 2, "t") as batches:
        values = sorted(one.column("value")[0].as_py() for one in batches)
    assert values == list(range(150))


def test_a_stream_that_dies_raises_and_stops_the_others() -> None:
    def dies() -> Iterator[pa.RecordBatch]:
        yield batch(1)
        raise google.ServiceUnavailable("stream cut in the middle")

    def endless() -> Iterator[pa.RecordBatch]:
        while True:
            yield batch(2)

    before = threading.active_count()
    with (
        pytest.raises(WarehouseFailed, match="stream cut"),
        drained([endless, dies, endless], 3, "nba.store") as batches,
    ):
        for _ in batches:
            pass
    assert threading.active_count() == before


def test_a_consumer_that_leaves_early_stops_the_streams_within_bounds() -> None:
    made = []

    def endless() -> Iterator[pa.RecordBatch]:
        while True:
            made.append(1)
            yield batch(0)

    with drained([endless], 1, "t") as batches:
        next(batches)
    assert len(made) <= QUEUED_BATCHES + 3


def test_without_streams_there_is_no_batch() -> None:
    with drained([], 4, "t") as batches:
        assert list(batches) == []


def test_a_stream_that_ends_too_early_is_an_error(
    warehouse: BigQueryWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.create(LOOSE)
    day = date(2024, 1, 1)
    insert = (
        f"INSERT INTO `{warehouse.settings.project}.nba.loose` (player, game_date)"
        " SELECT CAST(x AS STRING), DATE '2024-01-01' FROM UNNEST(GENERATE_ARRAY(1, 100)) AS x"
    )
    warehouse.clients.rest.query(insert).result()
    with warehouse.snapshot() as snapshot:
        with snapshot.read(LOOSE, ["player"], [day]) as reader:
            assert reader.read_all().num_rows == 100
        stream = reading.read_stream
        last: list[Any] = []

        def cut(*words: Any) -> Any:
            read = list(stream(*words))
            last.append(words)
            return read if len(last) > 1 else []

        monkeypatch.setattr(reading, "read_stream", cut)
        with (
            snapshot.read(LOOSE, ["player"], [day]) as reader,
            pytest.raises(WarehouseFailed, match="100 were counted"),
        ):
            reader.read_all()
