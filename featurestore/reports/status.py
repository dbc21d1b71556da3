"""What the replica holds: partitions, computed rows, what waits to be pushed, open gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from sync.replica.file import Replica


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: dates asked for, dates with rows, their rows, and when it was last touched."""

    table: str
    dates: int
    dates_with_rows: int
    rows: int
    first: date | None
    last: date | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a replica.

    Attributes:
        replica: Its file.
        size_bytes: Of the file.
        pulled: One entry a pulled table.
        computed: The computed dates.
        stale_dates: Computed dates that depend on a partition that changed since, or that another
            SQL computed, ascending; see ``featurestore.compute.staleness``.
        unpushed_dates: Computed dates that were not pushed, or found pushed, since.
        open_gaps: Gaps without a row.
        other_sql_dates: The stale dates that another SQL computed than the one here, ascending.
    """

    replica: str
    size_bytes: int
    pulled: tuple[Holding, ...]
    computed: Holding
    stale_dates: tuple[date, ...]
    unpushed_dates: int
    open_gaps: int
    other_sql_dates: tuple[date, ...] = ()


_PULLED = """
    SELECT table_name || CASE WHEN table_name = 'nba_predictions.ml_feature_store_v2'
            THEN ', as in the warehouse' ELSE '' END,
        count(*), count(*) FILTER (WHERE rows > 0), sum(rows)::BIGINT,
        min(partition_date) FILTER (WHERE rows > 0), max(partition_date) FILTER (WHERE rows > 0),
        max(pulled_at)
    FROM featurestore.partitions GROUP BY table_name ORDER BY table_name
"""
_COMPUTED = """
    SELECT 'nba_predictions.ml_feature_store_v2', count(*), count(*) FILTER (WHERE rows > 0),
        coalesce(sum(rows), 0)::BIGINT, min(partition_date) FILTER (WHERE rows > 0),
        max(partition_date) FILTER (WHERE rows > 0), max(computed_at)
    FROM featurestore.computed
"""
_UNPUSHED = """
    SELECT count(*) FROM featurestore.computed AS computed
    ANTI JOIN featurestore.pushed AS pushed
        ON pushed.partition_date = computed.partition_date
        AND pushed.pushed_at >= computed.computed_at
"""
_GAPS = "SELECT count(*) FROM nba_predictions.feature_store_gaps WHERE resolved_at IS NULL"


def status(replica: Replica) -> Status:
    """The state of the replica, from its ledger alone: no partition is scanned."""
    from featurestore.compute.staleness import every_stale_date, other_sql_dates

    with replica.read() as con:
        pulled = tuple(Holding(*row) for row in con.execute(_PULLED).fetchall())
        computed = Holding(*con.execute(_COMPUTED).fetchall()[0])
        stale = every_stale_date(con)
        other_sql = other_sql_dates(con)
        unpushed = con.execute(_UNPUSHED).fetchall()[0][0]
        gaps = con.execute(_GAPS).fetchall()[0][0]
    return Status(
        str(replica.path),
        replica.path.stat().st_size,
        pulled,
        computed,
        stale,
        unpushed,
        gaps,
        other_sql,
    )
