"""What a backfill would do and how long it would take, from the warehouse's row counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.compute.inputs import pull_inputs
from featurestore.definitions import tables
from sync.duck.quoting import quote_table
from sync.model import DateRange
from sync.sql_text import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from featurestore.backfill.batch import Batch
    from sync.replica.file import Replica
    from sync.transfer.pull import PullReport
    from sync.warehouse import Warehouse

# Runs of another size tell little: what a run costs however small it is would count for much.
SIMILAR_FACTOR = 20


@dataclass(frozen=True, slots=True)
class Forecast:
    """The plan of a backfill.

    Attributes:
        pull: What would be pulled, by table, the lookback included.
        seasons: One entry a season and range: its first and last date, and its dates.
        dates: Number of dates.
        rows: Summary rows of the dates, each of which becomes a row of the store.
        rows_per_second: Median of the earlier backfills of a similar size; None without any.
        runs: How many those are.
    """

    pull: tuple[PullReport, ...]
    seasons: tuple[DateRange, ...]
    dates: int
    rows: int
    rows_per_second: float | None
    runs: int

    @property
    def seconds(self) -> float | None:
        """Expected duration; None without an earlier run to go by."""
        return self.rows / self.rows_per_second if self.rows_per_second else None


_SPEED = sql(
    """
    SELECT median(records_created / duration_seconds), count(*)
    FROM {}
    WHERE processor_name = 'featurestore.backfill' AND status = 'success'
        AND records_created > 0 AND duration_seconds > 0
        AND records_created BETWEEN $rows::DOUBLE / $factor AND $rows::DOUBLE * $factor
    """,
    quote_table(tables.RUNS),
)


def speed(con: duckdb.DuckDBPyConnection, rows: int) -> tuple[float | None, int]:
    """Rows per second of the earlier backfills of about as many rows, and how many there are."""
    found = con.execute(_SPEED, {"rows": rows, "factor": SIMILAR_FACTOR}).fetchall()[0]
    return (float(found[0]) if found[0] is not None else None, int(found[1]))


def forecast(replica: Replica, warehouse: Warehouse, batches: Sequence[Batch]) -> Forecast:
    """What running the batches would pull, compute and take; changes nothing."""
    summary = tables.tables()[tables.SUMMARY]
    span = DateRange(batches[0].span.start, batches[-1].span.end)
    # One plan over all: the seasons' lookbacks overlap.
    pulls = pull_inputs(replica, warehouse, span, dry_run=True)
    with warehouse.snapshot() as snapshot:
        found = snapshot.partitions(summary, span)
    days = {day for batch in batches for day in batch.days}
    rows = sum(partition.rows for day, partition in found.items() if day in days)
    with replica.read() as con:
        rows_per_second, runs = speed(con, rows)
    return Forecast(
        pull=pulls,
        seasons=tuple(batch.span for batch in batches),
        dates=len(days),
        rows=rows,
        rows_per_second=rows_per_second,
        runs=runs,
    )
