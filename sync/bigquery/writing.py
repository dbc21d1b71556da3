"""Atomic writes: stage, load, count, then one transaction over all days; found by job id."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from sync.bigquery import key_sql, sql, undo_sql, write_sql
from sync.bigquery.live_table import missing
from sync.bigquery.staging import staged_columns
from sync.bigquery.staging_table import StagingTable
from sync.bigquery.transaction import Transaction
from sync.counted import counted
from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import DateRange, Replaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from google.cloud import bigquery

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.named_jobs import NamedJobs
    from sync.bigquery.reading import BigQuerySnapshot
    from sync.model import Column, Partition, Replacement

MAX_DAYS = 4_000
_STAGING = re.compile(r"featurestore_staging_[0-9a-f]{12}")


class Writer:
    """The write of one replacement."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: NamedJobs,
        snapshot: BigQuerySnapshot,
        replacement: Replacement,
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._snapshot = snapshot
        self._todo = replacement
        self._subject = replacement.table.full_name
        self._staging = StagingTable(clients, settings, jobs, replacement)
        self._transaction = Transaction(
            clients,
            settings,
            jobs,
            replacement.table,
            job_id=replacement.job_id,
            title=f"featurestore push {replacement.job_id} content {replacement.digest}",
            labels={**replacement.labels, "push": replacement.job_id},
        )

    def run(self) -> Replaced:
        """Write, or return the result of an earlier call with the same id."""
        if len(self._todo.days) > MAX_DAYS:
            raise Refused(
                f"{self._subject}: {len(self._todo.days)} dates in one write, at most {MAX_DAYS}",
                days=len(self._todo.days),
            )
        done = self._done_before()
        if done is not None:
            answer = self._answer(done, repeated=True)
            # The earlier run may have died before it dropped its staging table.
            if staged := _STAGING.search(done.query):
                self._staging.drop(staged[0])
            return answer
        live = self._snapshot.columns(self._todo.table)
        if live is None:
            raise missing(self._todo.table)
        columns = staged_columns(self._todo, live)
        tokens_over = self._todo.table.token_columns(live)
        held = self._check_expected(tokens_over)
        staging = self._staging.fill(columns)
        job, repeated = self._transaction.run(
            lambda: self._script(staging, columns, live, held),
            lambda: self._check_expected(tokens_over),
        )
        answer = self._answer(job, repeated=repeated)
        self._staging.drop(staging)
        return answer

    def _done_before(self) -> bigquery.QueryJob | None:
        """The job that has done this write, unless it has been undone."""
        job = self._transaction.done_before()
        if job is not None and self._jobs.last_of(f"{self._todo.job_id}_undo", self._subject):
            raise Conflict(
                f"{self._subject}: job {self._todo.job_id} was done, but has been undone",
                hint="run the same command again",
                job_id=self._todo.job_id,
                undone=True,
            )
        return job

    def _check_expected(self, columns: Sequence[str]) -> dict[date, Partition]:
        """The checked days now, by content; Conflict if one is not as expected."""
        expected = self._todo.expected
        if not expected:
            return {}
        days = sorted(expected)
        # Contents first: the second check then sees a change in between, and the transaction,
        # which compares the contents again, a later one.
        held = self._snapshot.digests(self._todo.table, days, columns)
        seen: Mapping[date, Partition] = held
        if self._settings.tokens == "modified":
            seen = self._snapshot.partitions(self._todo.table, DateRange(days[0], days[-1]))
        changed = [
            day for day in days if (seen[day].token if day in seen else None) != expected[day]
        ]
        if changed:
            raise Conflict(
                f"{self._subject}: {counted(len(changed), 'date')} changed since last seen,"
                f" first {changed[0]}; nothing was written",
                hint="featurestore pull, then push again; or push --force",
                dates=[str(day) for day in changed],
            )
        return held

    def _script(
        self,
        staging: str,
        columns: Sequence[Column],
        live: Sequence[Column],
        held: Mapping[date, Partition],
    ) -> str:
        todo = self._todo
        sent = {column.name for column in columns}
        write = write_sql.Write(
            self._settings.project,
            todo.table,
            todo.days,
            todo.key,
            staging,
            columns,
            others=[column for column in live if column.name not in sent],
            prune=todo.prune,
            undo=undo_table(todo.job_id) if todo.undo else None,
        )
        return write_sql.replace_sql(
            write,
            checked=sorted(todo.expected),
            token_columns=todo.table.token_columns(live),
            fingerprint=sql.joint_token([held[day].token for day in sorted(held)]),
            title=self._transaction.title,
        )

    def _answer(self, job: bigquery.QueryJob, *, repeated: bool) -> Replaced:
        counts = self._transaction.counts(job, {"deleted": "DELETE"})
        days = self._todo.days
        partitions = self._snapshot.digests(self._todo.table, days)
        total = sum(partition.rows for partition in partitions.values())
        if repeated:
            self._check_unchanged()
        self._check_present(total, counts.get("kept"), repeated=repeated)
        if self._settings.tokens == "modified":
            partitions = dict(
                self._snapshot.partitions(self._todo.table, DateRange(min(days), max(days)))
            )
        return Replaced(
            job_id=self._todo.job_id,
            inserted=self._todo.rows,
            deleted=counts["deleted"],
            kept=counts.get("kept", max(total - self._todo.rows, 0)),
            partitions={day: partitions[day] for day in days if day in partitions},
            repeated=repeated,
            pruned=counts.get("pruned", 0),
            added=counts.get("added", 0),
        )

    def _check_unchanged(self) -> None:
        """Refuse if the rows have changed since an earlier call, as long as that is recorded.

        The returned tokens are the present ones: otherwise another writer's changes would count as
        ours.

        Raises:
            Conflict: a row of the write is missing, repeated or changed.
        """
        table, name = self._todo.table, undo_table(self._todo.job_id)
        kept = self._snapshot.column_names(table.dataset, name) if self._todo.undo else None
        if kept is None:
            return
        written = undo_sql.Written(
            self._settings.project,
            table,
            name,
            [column for column in kept if column not in write_sql.OWN],
            self._todo.days,
            self._todo.key,
        )
        if not self._jobs.rows(undo_sql.unchanged_sql(written), self._subject)[0]["unchanged"]:
            raise Conflict(
                f"{self._subject}: rows have changed since job {self._todo.job_id}: another writer"
                " wrote to the same keys",
                hint="featurestore diff shows what differs; featurestore push --force overwrites"
                " it",
                job_id=self._todo.job_id,
            )

    def _check_present(self, total: int, kept: int | None, *, repeated: bool) -> None:
        """Check that the days have the written and the kept rows, each key once.

        Raises:
            WarehouseFailed: rows that were just written are missing.
            Conflict: another writer inserted rows with the same keys while the script ran, because
                an INSERT or a load conflicts with no transaction. Or rows that an earlier call
                wrote are missing: they are not written again, because their dates need a check.
        """
        expected_rows = self._todo.rows + (kept or 0)
        if total < expected_rows:
            expires = "; ".join(self._snapshot.expirations(self._todo.table))
            kind = Conflict if repeated else WarehouseFailed
            raise kind(
                f"{self._subject}: has {counted(total, 'row')} of the dates after"
                f" {self._todo.rows} were"
                f" written and {kept or 0} kept; {expires or 'another writer deleted the others'}",
                hint="featurestore doctor",
                rows=total,
                expected=expected_rows,
            )
        if total == expected_rows and not repeated:
            return
        occurrences = self._jobs.rows(
            key_sql.doubled_sql(
                self._settings.project, self._todo.table, self._todo.days, self._todo.key
            ),
            self._subject,
        )[0]
        if occurrences["doubled"]:
            raise Conflict(
                f"{self._subject}: {occurrences['doubled']} keys are in it twice: another writer"
                f" inserted rows while job {self._todo.job_id} ran, or since",
                hint="check with featurestore diff, then push again with --force",
                doubled=occurrences["doubled"],
                rows=total - expected_rows,
            )


def undo_table(job_id: str) -> str:
    """The table with what a job replaced, in its target's dataset."""
    return f"featurestore_undo_{hashlib.sha256(job_id.encode()).hexdigest()[:12]}"
