"""The outbox: what was decided to be pushed, kept until it is known to be done."""

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
    """One replacement on its way.

    Attributes:
        job_id: Derived from the content and from what the warehouse is expected to hold.
        target: Full table name.
        digests: Date to content digest of the rows that are sent.
        rows: Rows in the file.
        prune: Whether other rows of the dates are removed.
        expected: Date to the warehouse's token as last seen; None for no row.
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

    What the warehouse holds is part of it, so that pushing A, then B, then A again is three
    jobs, while a push repeated after a lost reply finds its own. After an undo the warehouse
    holds what it held before: ``attempt`` counts the jobs of this content that were taken back.
    """
    content = sorted((str(day), digest, expected.get(day)) for day, digest in digests.items())
    parts = [target, url, prune, content, *([attempt] if attempt else [])]
    return "fs_push_" + _sha(parts)[:40]


def is_undone(con: duckdb.DuckDBPyConnection, job_id: str) -> bool:
    """Whether a job of this replica was done and taken back."""
    sql = "SELECT state = 'undone' FROM featurestore.outbox WHERE job_id = ?"
    return con.execute(sql, [job_id]).fetchall() == [(True,)]


def _sha(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def enqueue(con: duckdb.DuckDBPyConnection, url: str, entry: OutboxEntry, now: datetime) -> None:
    """Record an entry whose file is complete; from now on it is finished, whatever happens."""
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

    Their files are in ``folder``, wherever the replica has moved since.
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
    """The SQL of the last push that was done and not taken back: digest to version.

    Empty where none is known. A version is empty where only the digest is known: of a push by an
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
    """Names of the files that entries still need, whatever their warehouse."""
    rows = con.execute(
        "SELECT parquet_path FROM featurestore.outbox WHERE state = 'ready'"
    ).fetchall()
    return {Path(row[0]).name for row in rows}


@dataclass(frozen=True, slots=True)
class SentEntry:
    """An entry that was sent once: its target and dates, and ``state`` since."""

    job_id: str
    target: str
    days: tuple[date, ...]
    state: str


def sent_entry(con: duckdb.DuckDBPyConnection, job_id: str) -> SentEntry | None:
    """The entry of a job, whatever its state; None for a job that is not of this replica."""
    row = con.execute(
        "SELECT job_id, target, dates, state FROM featurestore.outbox WHERE job_id = ?",
        [job_id],
    ).fetchone()
    if row is None:
        return None
    job, target, days, state = row
    return SentEntry(job, target, tuple(days), state)


def undoable(con: duckdb.DuckDBPyConnection, since: datetime) -> set[str]:
    """Jobs whose undo files are needed: those on their way, and those done after ``since``."""
    rows = con.execute(
        """SELECT job_id FROM featurestore.outbox
        WHERE state = 'ready' OR (state = 'done' AND finished_at >= ?)""",
        [since],
    ).fetchall()
    return {row[0] for row in rows}


def mark_undone(con: duckdb.DuckDBPyConnection, job_id: str, now: datetime) -> None:
    """Mark a job taken back, and its dates as not pushed, in one transaction."""
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
    found: Mapping[date, tuple[str, Partition]],
    now: datetime,
) -> None:
    """Record dates whose content the warehouse holds already, by whomever it was written."""
    con.execute(
        """INSERT OR REPLACE INTO featurestore.pushed
        SELECT $target, $url, unnest($days::DATE[]), unnest($digests::VARCHAR[]),
            unnest($tokens::VARCHAR[]), unnest($rows::BIGINT[]), $now::TIMESTAMPTZ, ''""",
        {
            "target": target,
            "url": url,
            "days": list(found),
            "digests": [digest for digest, _ in found.values()],
            "tokens": [partition.token for _, partition in found.values()],
            "rows": [partition.rows for _, partition in found.values()],
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
    held = [done.partitions.get(day) for day in days]
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
            "tokens": [found.token if found else None for found in held],
            "rows": [found.rows if found else 0 for found in held],
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
    """Mark an entry failed: the warehouse refused it, and nothing of it was written.

    ``undone``: its job had been done, and was taken back, from another replica.
    """
    con.execute(
        """UPDATE featurestore.outbox SET state = ?, finished_at = ?, error = ?
        WHERE job_id = ?""",
        ["undone" if undone else "failed", now, error, entry.job_id],
    )
