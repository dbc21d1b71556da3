"""The costs of the warehouse's jobs in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sync.prices import TIB
from sync.replica.ledger import JOBS
from sync.sql_text import sql

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

    from sync.budget import Account
    from sync.prices import Prices

BILLING_ZONE = ZoneInfo("America/Los_Angeles")


def record_jobs(con: duckdb.DuckDBPyConnection, url: str, run_id: str, account: Account) -> None:
    """Record the jobs of a run in the replica's ledger; may be repeated."""
    if not account.entries:
        return
    con.executemany(
        """INSERT OR REPLACE INTO featurestore.jobs
        VALUES ($job_id, $url, $run_id, $kind, $subject, $scanned, $billed, $seconds, $at)""",
        [
            {
                "job_id": entry.job_id,
                "url": url,
                "run_id": run_id,
                "kind": entry.kind,
                "subject": entry.subject,
                "scanned": entry.scanned_bytes,
                "billed": entry.billed_bytes,
                "seconds": entry.seconds,
                "at": entry.finished_at,
            }
            for entry in account.entries
        ],
    )


def free_bytes(con: duckdb.DuckDBPyConnection, prices: Prices, now: datetime) -> int:
    """Bytes of queries that are still free in the month of ``now``, by the replica's ledger.

    BigQuery's months are those of its bills, in Pacific time. The ledger does not know what others
    with the same billing account have used.
    """
    month = now.astimezone(BILLING_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ((used,),) = con.execute(
        sql(
            """SELECT coalesce(sum(billed_bytes), 0)::BIGINT FROM {}
            WHERE kind = 'query' AND finished_at >= ?""",
            JOBS,
        ),
        [month],
    ).fetchall()
    return max(int(prices.free_tib * TIB) - int(used), 0)
