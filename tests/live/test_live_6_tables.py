"""Tables that are not as declared: they expire, are not partitioned, or are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.cloud import bigquery
from live_bigquery import Scratch, points, replacement
from warehouse_contract import DATES, FIRST, SECOND, TABLE, row

from sync.bigquery import BigQueryWarehouse
from sync.errors import WarehouseFailed


def test_rows_of_a_date_that_has_expired_are_a_failure_that_names_it(scratch, warehouse, tmp_path):
    """Partitions that expire after a day, and rows of 2024: they are gone when they are written.

    Costs about 0.003 dollars: a push.
    """
    warehouse.create(TABLE)
    live_table = scratch.rest.get_table(scratch.id("games"))
    live_table.time_partitioning = bigquery.TimePartitioning(
        type_="DAY", field="game_date", expiration_ms=86_400_000
    )
    scratch.rest.update_table(live_table, ["time_partitioning"])
    with warehouse.snapshot() as snapshot:
        assert "partitions expire after 1 days" in " ".join(snapshot.warnings(TABLE))
    with pytest.raises(WarehouseFailed, match="partitions expire after 1 days"):
        warehouse.replace(replacement(tmp_path, [row("ann", FIRST)]))


def test_a_table_that_expires_is_reported(scratch, warehouse):
    """Costs nothing: only metadata."""
    warehouse.create(TABLE)
    live_table = scratch.rest.get_table(scratch.id("games"))
    live_table.expires = datetime.now(UTC) + timedelta(days=3)
    scratch.rest.update_table(live_table, ["expires"])
    with warehouse.snapshot() as snapshot:
        assert "the table expires on" in " ".join(snapshot.warnings(TABLE))


@pytest.mark.parametrize("tokens", ["digest", "modified"])
def test_a_table_without_partitions_is_named_written_and_read(scratch, warehouse, tmp_path, tokens):
    """With each kind of token.

    Costs about 0.008 dollars, both together: two pushes and two reads.
    """
    fields = "player STRING NOT NULL, game_date DATE NOT NULL, points INT64"
    scratch.query(f"CREATE TABLE {{dataset}}.games ({fields})")
    settings = replace(scratch.inner.settings, tokens=tokens)
    with BigQueryWarehouse(settings) as inner:
        ours = Scratch(inner, scratch.dataset).warehouse()
        rows = [
            {"player": "ann", "game_date": FIRST, "points": 1},
            {"player": "bob", "game_date": SECOND, "points": 2},
        ]
        ours.replace(replacement(tmp_path, rows))
        with ours.snapshot() as snapshot:
            assert "is not partitioned, declared by DAY" in " ".join(snapshot.warnings(TABLE))
            seen = snapshot.partitions(TABLE, DATES)
            assert {day: partition.rows for day, partition in seen.items()} == {FIRST: 1, SECOND: 1}
            names = ["player", "game_date", "points"]
            with snapshot.read(TABLE, names, [FIRST, SECOND]) as reader:
                read = points(reader.read_all().to_pylist())
    assert read == {("ann", FIRST): 1, ("bob", SECOND): 2}


def test_a_missing_table_and_a_missing_dataset_have_different_messages(
    scratch, warehouse, tmp_path
):
    """The service's 404 message decides the hint. Costs nothing: only metadata."""
    with pytest.raises(WarehouseFailed, match="no such table") as caught:
        warehouse.replace(replacement(tmp_path, [row("ann", FIRST)]))
    assert caught.value.hint == "featurestore init"
    nowhere = replace(TABLE, dataset=f"{scratch.dataset.dataset_id}_nowhere")
    with scratch.inner.snapshot() as snapshot, pytest.raises(WarehouseFailed) as caught:
        snapshot.etag(nowhere)
    assert caught.value.facts["object"] == "dataset"
