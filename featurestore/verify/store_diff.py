"""Compares the computed rows of a range with the warehouse's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from featurestore.verify import row_diff
from sync.duck.clauses import bind_days, on_days
from sync.duck.quoting import quote, quote_table
from sync.errors import Refused
from sync.replica.computed import computed_dates
from sync.sql_text import Sql, sql
from sync.transfer.push import VOLATILE

if TYPE_CHECKING:
    from featurestore.verify.comparison import Comparison
    from sync.model import Column, DateRange, Table
    from sync.replica.file import Replica
    from sync.warehouse import Snapshot, Warehouse


@dataclass(frozen=True, slots=True)
class Diff:
    """How the store here differs from the warehouse's.

    Attributes:
        dates: The range, both ends included.
        compared: Number of computed dates, all of which were compared.
        not_computed: Number of dates that were never computed here, which are not compared.
        not_in_warehouse: Columns that the warehouse's table lacks, which are not compared.
        comparison: Local rows against the warehouse's; the times of writing are ignored.
        prune: Whether rows that only the warehouse has count as a difference.
    """

    dates: DateRange
    compared: int
    not_computed: int
    not_in_warehouse: tuple[str, ...]
    comparison: Comparison
    prune: bool

    @property
    def is_same(self) -> bool:
        """Whether a push would change nothing."""
        comparison = self.comparison
        extra = comparison.only_there if self.prune else 0
        return not (comparison.only_here or comparison.different or extra)


def diff(replica: Replica, warehouse: Warehouse, dates: DateRange, *, prune: bool = False) -> Diff:
    """Compare the computed dates of a range, row by row and column by column; changes nothing.

    Args:
        replica: Holds the computed rows.
        warehouse: Its rows of the same dates are read, all columns.
        dates: Both ends included.
        prune: Count rows that only the warehouse has as a difference, as ``push --prune`` would.

    Raises:
        Refused: no date of the range was ever computed.
        WarehouseFailed: there is no such table, or the stream broke off.
    """
    table = tables.tables()[tables.STORE]
    with replica.read() as con:
        days = list(computed_dates(con, dates))
    if not days:
        raise Refused(
            f"{table.full_name}: no date of {dates} was computed here",
            hint=f"featurestore compute --start-date {dates.start} --end-date {dates.end}",
            table=table.full_name,
        )
    with warehouse.snapshot() as snapshot:
        columns, lacking = _columns(snapshot, table)
        names = [column.name for column in columns]
        with snapshot.read(table, names, days) as reader, replica.read() as con:
            row_diff.hold_stream(con, row_diff.REMOTE, table, columns, reader)
            row_diff.hold(con, row_diff.LOCAL, table, columns, _local_sql(table), bind_days(days))
            comparison = row_diff.compare(con, table, columns)
    return Diff(dates, len(days), dates.days - len(days), lacking, comparison, prune)


def _columns(snapshot: Snapshot, table: Table) -> tuple[list[Column], tuple[str, ...]]:
    """The declared columns that the live table has, and the names of the others."""
    # Reports a missing table.
    snapshot.etag(table)
    live = {column.name for column in snapshot.columns(table) or ()}
    compared = [column for column in table.columns if column.name not in VOLATILE]
    return (
        [column for column in compared if column.name in live],
        tuple(column.name for column in compared if column.name not in live),
    )


def _local_sql(table: Table) -> Sql:
    return sql(
        "SELECT * FROM {} WHERE {}", quote_table(table), on_days(quote(table.partition_column))
    )
