"""What the replica holds: partitions, computed rows, dates to be pushed, open gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from featurestore.definitions import tables
from sync.duck.quoting import quote_literal, quote_table
from sync.replica import ledger
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import date, datetime

    from sync.replica.computed import ComputedBy
    from sync.replica.file import Replica


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: its dates, dates with rows, rows, and when it last changed."""

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
        size_bytes: The size of the file.
        pulled: One entry for each pulled table.
        computed: The computed dates.
        stale_dates: Computed dates, ascending, that depend on a changed partition or were computed
            by different SQL; see ``featurestore.compute.staleness``.
        unpushed_dates: Dates that were computed after their last push.
        open_gaps: Gaps without a row.
        other_sql_dates: The stale dates that were computed by different SQL, ascending.
        computed_by: The computed dates with rows by the digest of their SQL, the newest first.
    """

    replica: str
    size_bytes: int
    pulled: tuple[Holding, ...]
    computed: Holding
    stale_dates: tuple[date, ...]
    unpushed_dates: int
    open_gaps: int
    other_sql_dates: tuple[date, ...] = ()
    computed_by: tuple[ComputedBy, ...] = ()


_PULLED = sql(
    """
    SELECT table_name, count(*), count(*) FILTER (WHERE rows > 0), sum(rows)::BIGINT,
        min(partition_date) FILTER (WHERE rows > 0), max(partition_date) FILTER (WHERE rows > 0),
        max(pulled_at)
    FROM {partitions} GROUP BY table_name ORDER BY table_name
    """,
    partitions=ledger.PARTITIONS,
)
_COMPUTED = sql(
    """
    SELECT {store}, count(*), count(*) FILTER (WHERE rows > 0),
        coalesce(sum(rows), 0)::BIGINT, min(partition_date) FILTER (WHERE rows > 0),
        max(partition_date) FILTER (WHERE rows > 0), max(computed_at)
    FROM {computed}
    """,
    store=quote_literal(tables.STORE),
    computed=ledger.COMPUTED,
)
_UNPUSHED = sql(
    """
    SELECT count(*) FROM {computed} AS computed
    ANTI JOIN {pushed} AS pushed
        ON pushed.partition_date = computed.partition_date
        AND pushed.pushed_at >= computed.computed_at
    """,
    computed=ledger.COMPUTED,
    pushed=ledger.PUSHED,
)
_GAPS = sql("SELECT count(*) FROM {} WHERE resolved_at IS NULL", quote_table(tables.GAPS))


def status(replica: Replica) -> Status:
    """The state of the replica, from its ledger: no partition is scanned."""
    from featurestore.compute.staleness import every_stale_date, other_sql_dates
    from sync.replica.computed import computed_by

    with replica.read() as con:
        pulled = tuple(Holding(*row) for row in con.execute(_PULLED).fetchall())
        computed = Holding(*con.execute(_COMPUTED).fetchall()[0])
        stale = every_stale_date(con)
        other_sql = other_sql_dates(con)
        by_sql = computed_by(con)
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
        by_sql,
    )
