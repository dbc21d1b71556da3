"""The outbox: pushes that were started, until they are known to be done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb

    from sync.model import DateRange, Partition, Replaced


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One replacement to be sent.

    Attributes:
        job_id: Derived from the content and from the expected state of the warehouse.
        target: Full table name.
        digests: Date to content digest of the rows that are sent.
        rows: Rows in the file.
        prune: Whether other rows of the dates are removed.
        expected: Date to the warehouse's token as last seen; None for no rows.
        parquet: The file.
        sql_versions: Digest of the SQL that computed the rows to their version.
    """

    job_id: str
    target: str
    digests: Mapping[date, str]
    rows: int
    prune: bool
    expected: Mapping[date, str | None]
    parquet: Path
    sql_versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One digest over all dates."""
        return _sha(sorted((str(day), digest) for day, digest in self.digests.items()))


def entry_job_id(
    target: str,
    url: str,
    digests: Mapping[date, str],
    expected: Mapping[date, str | None],
    *,
    prune: bool,
    attempt: int = 0,
) -> str:
    """The job id: the same content over the same warehouse state is the same job.

    The state of the warehouse is part of it, so that pushing A, then B, then A again is three jobs,
    while a push repeated after a lost reply finds its own job. After an undo the warehouse is in
    the same state as before: ``attempt`` counts the jobs of this content that were undone.
    """
    content = sorted((str(day), digest, expected.get(day)) for day, digest in digests.items())
    parts = [target, url, prune, content, *([attempt] if attempt else [])]
    return "fs_push_" + _sha(parts)[:40]


def is_undone(con: duckdb.DuckDBPyConnection, job_id: str) -> bool:
    """Whether a job of this replica was done and undone."""
    sql = "SELECT state = 'undone' FROM featurestore.outbox WHERE job_id = ?"
    return con.execute(sql, [job_id]).fetchall() == [(True,)]


def _sha(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def enqueue(con: duckdb.DuckDBPyConnection, url: str, entry: OutboxEntry, now: datetime) -> None:
    """Record an entry whose file is complete; from now on, a later push finishes it."""
    days = sorted(entry.digests)
    detail = {str(day): [entry.digests[day], entry.expected.get(day)] for day in days}
    con.execute(
        """INSERT OR REPLACE INTO featurestore.outbox
        VALUES ($job, $url, $target, $days, $rows, $digest, $prune, $expected, $path, 'ready',
            $now, NULL, NULL, $sql_versions)""",
        {
            "job": entry.job_id,
            "url": url,
            "target": entry.target,
            "days": days,
            "rows": entry.rows,
            "digest": entry.digest,
            "prune": entry.prune,
            "expected": json.dumps(detail),
            "path": entry.parquet.name,
            "now": now,
            "sql_versions": json.dumps(dict(entry.sql_versions)),
        },
    )


def unfinished(
    con: duckdb.DuckDBPyConnection, url: str, target: str, folder: Path
) -> list[OutboxEntry]:
    """Entries of earlier runs that are not known to be done, oldest first.

    Their files are in ``folder``, even if the replica has moved.
    """
    rows = con.execute(
        """SELECT job_id, target, rows, prune, expected, parquet_path FROM featurestore.outbox
        WHERE warehouse_url = ? AND target = ? AND state = 'ready' ORDER BY created_at""",
        [url, target],
    ).fetchall()
    entries = []
    for job_id, name, count, prune, expected, path in rows:
        detail = {date.fromisoformat(day): pair for day, pair in json.loads(expected).items()}
        entries.append(
            OutboxEntry(
                job_id=job_id,
                target=name,
                digests={day: pair[0] for day, pair in detail.items()},
                rows=count,
                prune=prune,
                expected={day: pair[1] for day, pair in detail.items()},
                parquet=folder / Path(path).name,
            )
        )
    return entries


def last_sql_versions(con: duckdb.DuckDBPyConnection, url: str, target: str) -> dict[str, str]:
    """The SQL of the last push that was done and not undone: digest to version.

    Empty if none is known. A version is empty if only the digest is known, from a push by an
    earlier program.
    """
    rows = con.execute(
        """SELECT sql_versions FROM featurestore.outbox
        WHERE warehouse_url = ? AND target = ? AND state = 'done' AND rows > 0
        ORDER BY finished_at DESC LIMIT 1""",
        [url, target],
    ).fetchall()
    return json.loads(rows[0][0]) if rows and rows[0][0] else {}


def named_files(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the files that entries still need, for any warehouse."""
    rows = con.execute(
        "SELECT parquet_path FROM featurestore.outbox WHERE state = 'ready'"
    ).fetchall()
    return {Path(row[0]).name for row in rows}


@dataclass(frozen=True, slots=True)
class SentEntry:
    """An entry that was sent: its target, dates, and present ``state``."""

    job_id: str
    target: str
    days: tuple[date, ...]
    state: str


def sent_entry(con: duckdb.DuckDBPyConnection, job_id: str) -> SentEntry | None:
    """The entry of a job in any state; None if this replica has no such job."""
    row = con.execute(
        "SELECT job_id, target, dates, state FROM featurestore.outbox WHERE job_id = ?",
        [job_id],
    ).fetchone()
    if row is None:
        return None
    job, target, days, state = row
    return SentEntry(job, target, tuple(days), state)


def undoable(con: duckdb.DuckDBPyConnection, since: datetime) -> set[str]:
    """Jobs whose undo files are needed: those in progress, and those done after ``since``."""
    rows = con.execute(
        """SELECT job_id FROM featurestore.outbox
        WHERE state = 'ready' OR (state = 'done' AND finished_at >= ?)""",
        [since],
    ).fetchall()
    return {row[0] for row in rows}


def mark_undone(con: duckdb.DuckDBPyConnection, job_id: str, now: datetime) -> None:
    """Mark a job as undone, and its dates as not pushed, in one transaction."""
    con.execute("BEGIN")
    con.execute(
        "UPDATE featurestore.outbox SET state = 'undone', finished_at = ? WHERE job_id = ?",
        [now, job_id],
    )
    con.execute("DELETE FROM featurestore.pushed WHERE job_id = ?", [job_id])
    con.execute("COMMIT")


def mark_same(
    con: duckdb.DuckDBPyConnection,
    url: str,
    target: str,
    contents: Mapping[date, tuple[str, Partition]],
    now: datetime,
) -> None:
    """Record dates whose content is already in the warehouse, written by any program."""
    con.execute(
        """INSERT OR REPLACE INTO featurestore.pushed
        SELECT $target, $url, unnest($days::DATE[]), unnest($digests::VARCHAR[]),
            unnest($tokens::VARCHAR[]), unnest($rows::BIGINT[]), $now::TIMESTAMPTZ, ''""",
        {
            "target": target,
            "url": url,
            "days": list(contents),
            "digests": [digest for digest, _ in contents.values()],
            "tokens": [partition.token for _, partition in contents.values()],
            "rows": [partition.rows for _, partition in contents.values()],
            "now": now,
        },
    )


def confirm(
    con: duckdb.DuckDBPyConnection,
    url: str,
    target: str,
    dates: DateRange,
    others: Sequence[date],
    now: datetime,
) -> None:
    """Record that the pushed dates of a range, except ``others``, are still in the warehouse."""
    con.execute(
        """UPDATE featurestore.pushed SET pushed_at = ?
        WHERE target = ? AND warehouse_url = ? AND partition_date BETWEEN ? AND ?
            AND partition_date NOT IN (SELECT unnest(?::DATE[]))""",
        [now, target, url, dates.start, dates.end, list(others)],
    )


def mark_done(
    con: duckdb.DuckDBPyConnection, url: str, entry: OutboxEntry, done: Replaced, now: datetime
) -> None:
    """Mark the entry done and its dates pushed, in one transaction."""
    days = sorted(entry.digests)
    partitions = [done.partitions.get(day) for day in days]
    con.execute("BEGIN")
    con.execute(
        "UPDATE featurestore.outbox SET state = 'done', finished_at = ? WHERE job_id = ?",
        [now, entry.job_id],
    )
    con.execute(
        """INSERT OR REPLACE INTO featurestore.pushed
        SELECT $target, $url, unnest($days::DATE[]), unnest($digests::VARCHAR[]),
            unnest($tokens::VARCHAR[]), unnest($rows::BIGINT[]), $now::TIMESTAMPTZ, $job""",
        {
            "target": entry.target,
            "url": url,
            "days": days,
            "digests": [entry.digests[day] for day in days],
            "tokens": [partition.token if partition else None for partition in partitions],
            "rows": [partition.rows if partition else 0 for partition in partitions],
            "now": now,
            "job": entry.job_id,
        },
    )
    con.execute("COMMIT")


def abandon(
    con: duckdb.DuckDBPyConnection,
    entry: OutboxEntry,
    error: str,
    now: datetime,
    *,
    undone: bool = False,
) -> None:
    """Mark an entry as failed: the warehouse refused it, and nothing was written.

    ``undone``: its job had been done, and was undone, from another replica.
    """
    con.execute(
        """UPDATE featurestore.outbox SET state = ?, finished_at = ?, error = ?
        WHERE job_id = ?""",
        ["undone" if undone else "failed", now, error, entry.job_id],
    )
