"""Checks a file of the outbox against its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from sync.duck.clauses import parquet_rows
from sync.duck.digest import partition_digests_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.model import Table
    from sync.replica.file import Replica
    from sync.replica.outbox import OutboxEntry


def is_whole(replica: Replica, table: Table, columns: Sequence[str], entry: OutboxEntry) -> bool:
    """Whether the file exists and its rows have the digests of the entry.

    Args:
        replica: Its DuckDB instance is used; none of its tables is read.
        table: The entry's target.
        columns: The columns that the digests were made over.
        entry: The entry.
    """
    if not entry.parquet.exists():
        return False
    digests = partition_digests_sql(parquet_rows(entry.parquet), table.partition_column, columns)
    with replica.read() as con:
        try:
            held = {day: digest for day, _, digest in con.execute(digests).fetchall()}
        except duckdb.Error:
            # Cut short, overwritten, or with pages that cannot be unpacked.
            return False
    # A date without rows has the digest "empty".
    return {day: held.pop(day, "empty") for day in entry.digests} == entry.digests and not held
