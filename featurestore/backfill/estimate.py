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

# Runs of another size say little: in a small one, the fixed cost of a run outweighs the rows.
SIMILAR_FACTOR = 20


@dataclass(frozen=True, slots=True)
class Forecast:
    """The plan of a backfill.

    Attributes:
        pull: What would be pulled, by table, the lookback included.
        seasons: The dates of each batch.
        dates: Number of dates.
        rows: Summary rows of the dates, each of which becomes a row of the store.
        rows_per_second: Median of earlier backfills of a similar size; None if there are none.
        runs: Number of those backfills.
    """

    pull: tuple[PullReport, ...]
    seasons: tuple[DateRange, ...]
    dates: int
    rows: int
    rows_per_second: float | None
    runs: int

    @property
    def seconds(self) -> float | None:
        """Expected duration; None without a similar earlier run."""
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
    """Median rows per second of earlier backfills of a similar size, and their number."""
    row = con.execute(_SPEED, {"rows": rows, "factor": SIMILAR_FACTOR}).fetchall()[0]
    return (float(row[0]) if row[0] is not None else None, int(row[1]))


def forecast(replica: Replica, warehouse: Warehouse, batches: Sequence[Batch]) -> Forecast:
    """What running the batches would pull, compute and take; changes nothing."""
    summary = tables.tables()[tables.SUMMARY]
    dates = DateRange(batches[0].dates.start, batches[-1].dates.end)
    # One plan for all batches: the seasons' lookbacks overlap.
    pulls = pull_inputs(replica, warehouse, dates, dry_run=True)
    with warehouse.snapshot() as snapshot:
        partitions = snapshot.partitions(summary, dates)
    days = {day for batch in batches for day in batch.days}
    rows = sum(partition.rows for day, partition in partitions.items() if day in days)
    with replica.read() as con:
        rows_per_second, runs = speed(con, rows)
    return Forecast(
        pull=pulls,
        seasons=tuple(batch.dates for batch in batches),
        dates=len(days),
        rows=rows,
        rows_per_second=rows_per_second,
        runs=runs,
    )
