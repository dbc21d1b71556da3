"""Reads a live table's metadata: expirations, partitions, rows without a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from google.cloud import bigquery

    from sync.model import Table


def expirations(live: bigquery.Table) -> tuple[str, ...]:
    """The expirations of its partitions and of the table, a sentence each."""
    kind = live.time_partitioning
    sentences = []
    if kind is not None and kind.expiration_ms:
        days = int(kind.expiration_ms) / 86_400_000
        sentences.append(
            f"partitions expire after {days:g} days: older dates are deleted when written"
        )
    if live.expires:
        sentences.append(f"the table expires on {live.expires:%Y-%m-%d %H:%M} UTC")
    return tuple(sentences)


def is_daily(live: bigquery.Table, table: Table) -> bool:
    """Whether the live table has a partition for each date of the declared column."""
    kind = live.time_partitioning
    return (
        kind is not None
        and kind.type_ == "DAY"
        and (kind.field or "").casefold() == table.partition_column.casefold()
    )


def refuse_undated(table: Table, partition: str, rows: int) -> None:
    """Refuse rows in ``partition``, one of those that belong to no date."""
    if rows:
        raise Refused(
            f"{table.full_name}: {rows} rows in {partition}, without a {table.partition_column}",
            hint=f"set their {table.partition_column}, or delete them in the warehouse",
            table=table.full_name,
            rows=rows,
        )


def missing(table: Table) -> WarehouseFailed:
    """The error for a missing table."""
    return WarehouseFailed(
        f"{table.full_name}: no such table in the warehouse",
        hint="featurestore init",
        table=table.full_name,
    )
