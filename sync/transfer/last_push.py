"""The newest push of a date, compared with the replica's present rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.model import DateRange
from sync.replica import ledger
from sync.sql_text import sql
from sync.transfer.push_plan import local_digests, pushed_digest

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

    from sync.model import Table


@dataclass(frozen=True, slots=True)
class LastPush:
    """The newest push of a date, to whichever warehouse.

    Attributes:
        at: When it ended, or when a later push saw that its rows were still in the warehouse.
        is_as_here: The replica's rows of the date equal those that were pushed, except for the
            times of writing.
    """

    at: datetime
    is_as_here: bool


def last_push(con: duckdb.DuckDBPyConnection, table: Table, day: date) -> LastPush | None:
    """The newest push of a date; None if it was never pushed, or the push was undone."""
    row = con.execute(
        sql(
            """SELECT pushed_at, digest FROM {}
        WHERE target = ? AND partition_date = ? ORDER BY pushed_at DESC LIMIT 1""",
            ledger.PUSHED,
        ),
        [table.full_name, day],
    ).fetchone()
    if row is None:
        return None
    at, digest = row
    here = local_digests(con, table, DateRange(day, day)).get(day, "")
    return LastPush(at, digest in {pushed_digest(here, prune=prune) for prune in (False, True)})
