"""What the warehouse's jobs cost, as the ledger records it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from sync.budget import Account


def record_jobs(con: duckdb.DuckDBPyConnection, url: str, run_id: str, account: Account) -> None:
    """Write the jobs of a run into the replica's ledger; may be repeated."""
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
