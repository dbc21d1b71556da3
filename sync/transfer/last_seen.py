"""The last known state of the warehouse's dates, from pushes and pulls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync.replica import ledger
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import date, datetime

    import duckdb

    from sync.model import DateRange, Table


@dataclass(frozen=True, slots=True)
class Seen:
    """The last known state of a date: our digest (empty for a pull), the warehouse's token.

    ``is_here``: in this warehouse, or from a pull; otherwise in another one.
    """

    digest: str
    token: str | None
    at: datetime | None
    is_here: bool = True


def last_seen(
    con: duckdb.DuckDBPyConnection, url: str, table: Table, dates: DateRange
) -> dict[date, list[Seen]]:
    """The known states of each date, the most reliable first.

    Our newest push to this warehouse, or pull; then states of other warehouses, because a file may
    have been copied or moved: equal content is as well known there as here.
    """
    rows = con.execute(
        sql(
            """SELECT partition_date, digest, token, pushed_at, warehouse_url = $url FROM {}
            WHERE target = $table AND partition_date BETWEEN $start AND $end""",
            ledger.PUSHED,
        ),
        {"url": url, "table": table.full_name, "start": dates.start, "end": dates.end},
    ).fetchall()
    seen_by_day: dict[date, list[Seen]] = {row[0]: [Seen(*row[1:4])] for row in rows if row[4]}
    for day, held in ledger.held(con, table, dates).items():
        pulled = Seen("", held.token or None, held.pulled_at)
        mine = seen_by_day.setdefault(day, [])
        newer = bool(mine) and mine[0].at is not None and _is_later(mine[0].at, held.pulled_at)
        mine.insert(1 if newer else 0, pulled)
    for day, digest, token, at, is_here in rows:
        if not is_here and token is not None and "@" in token:
            seen_by_day.setdefault(day, []).append(Seen(digest, token, at, is_here=False))
    return seen_by_day


def _is_later(one: datetime, other: datetime | None) -> bool:
    return other is None or one >= other
