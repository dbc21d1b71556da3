"""What a live table's own description says of it: expirations, partitions, rows without a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from google.cloud import bigquery

    from sync.model import Table


def expirations(found: bigquery.Table) -> tuple[str, ...]:
    """When its rows, or itself, vanish by themselves, a sentence each; a dataset's default too."""
    kind = found.time_partitioning
    told = []
    if kind is not None and kind.expiration_ms:
        days = int(kind.expiration_ms) / 86_400_000
        told.append(f"partitions expire after {days:g} days: older dates vanish when written")
    if found.expires:
        told.append(f"the table expires on {found.expires:%Y-%m-%d %H:%M} UTC")
    return tuple(told)


def is_daily(found: bigquery.Table, table: Table) -> bool:
    """Whether the live table has a partition for each date of the declared column."""
    kind = found.time_partitioning
    return (
        kind is not None
        and kind.type_ == "DAY"
        and (kind.field or "").casefold() == table.partition_column.casefold()
    )


def refuse_undated(table: Table, partition: str, rows: int) -> None:
    """Refused if ``partition``, one of those that belong to no date, holds rows."""
    if rows:
        raise Refused(
            f"{table.full_name}: {rows} rows in {partition}, without a {table.partition_column}",
            hint=f"give them a {table.partition_column} or delete them in the warehouse",
            table=table.full_name,
            rows=rows,
        )


def missing(table: Table) -> WarehouseFailed:
    """The error for a table that is not there."""
    return WarehouseFailed(
        f"{table.full_name}: no such table in the warehouse",
        hint="featurestore init",
        table=table.full_name,
    )
