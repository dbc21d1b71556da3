"""Atomic writes: stage, load, count, then one transaction over all days; found by job id."""

from __future__ import annotations

import contextlib
import hashlib
import re
from typing import TYPE_CHECKING

from google.api_core import exceptions as google
from google.cloud import bigquery

from sync.bigquery import sql, write_sql
from sync.bigquery.errors import translated
from sync.bigquery.reading import missing
from sync.bigquery.staging import staged_columns
from sync.bigquery.staging_table import StagingTable
from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import DateRange, Replaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.named_jobs import NamedJobs
    from sync.bigquery.reading import BigQuerySnapshot
    from sync.model import Column, Partition, Replacement

MAX_DAYS = 4_000
_STAGING = re.compile(r"featurestore_staging_[0-9a-f]{12}")


class Writer:
    """One replacement on its way into its table."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: NamedJobs,
        snapshot: BigQuerySnapshot,
        replacement: Replacement,
    ) -> None:
        self._rest = clients.rest
        self._emulated = clients.emulated
        self._settings = settings
        self._jobs = jobs
        self._snapshot = snapshot
        self._todo = replacement
        self._subject = replacement.table.full_name
        self._labels = {**replacement.labels, "push": replacement.job_id}
        self._staging = StagingTable(clients, settings, jobs, replacement)

    def run(self) -> Replaced:
        """Do it, or answer what an earlier call with the same id did."""
        if len(self._todo.days) > MAX_DAYS:
            raise Refused(
                f"{self._subject}: {len(self._todo.days)} dates in one write, at most {MAX_DAYS}",
                days=len(self._todo.days),
            )
        done = self._done_before()
        if done is not None:
            answer = self._answer(done, repeated=True)
            # Whoever did it may have died before it dropped its staging table.
            if staged := _STAGING.search(done.query):
                self._staging.drop(staged[0])
            return answer
        live = self._snapshot.columns(self._todo.table)
        if live is None:
            raise missing(self._todo.table)
        columns = staged_columns(self._todo, live)
        held = self._check_expected(self._todo.table.token_columns(live))
        staging = self._staging.fill(columns)
        job, repeated = self._jobs.once(
            self._todo.job_id,
            self._subject,
            lambda job_id: self._start(job_id, self._script(staging, columns, live, held)),
            self._believed,
        )
        answer = self._answer(self._believed(job), repeated=repeated)
        self._staging.drop(staging)
        return answer

    def _title(self) -> str:
        return f"featurestore push {self._todo.job_id} content {self._todo.digest}"

    def _done_before(self) -> bigquery.QueryJob | None:
        """The job that has done this write, if any; one that still runs is waited for."""
        job = self._jobs.last_of(self._todo.job_id, self._subject)
        if job is None:
            return None
        believed = self._believed(job)
        if self._jobs.last_of(f"{self._todo.job_id}_undo", self._subject):
            raise Conflict(
                f"{self._subject}: job {self._todo.job_id} was done, and taken back since",
                hint="run the same command again",
                job_id=self._todo.job_id,
                undone=True,
            )
        return believed

    def _believed(self, job: bigquery.QueryJob | bigquery.LoadJob) -> bigquery.QueryJob:
        """Refused unless a job found by its id writes the same content to the same table."""
        target = sql.table_name(
            self._settings.project, self._todo.table.dataset, self._todo.table.name
        )
        if (
            isinstance(job, bigquery.QueryJob)
            and job.query.startswith(f"-- {self._title()}\n")
            and f"INSERT INTO {target} " in job.query
        ):
            return job
        raise Refused(
            f"{self._subject}: job {self._todo.job_id} exists with other content",
            hint="a job id belongs to one content: report this",
            job_id=self._todo.job_id,
        )

    def _check_expected(self, columns: Sequence[str]) -> dict[date, Partition]:
        """The checked days as they are now, by content; Conflict if one is not as expected."""
        expected = self._todo.expected
        if not expected:
            return {}
        days = sorted(expected)
        # Contents first: a change between the two looks is then seen by the second, and one
        # after it by the transaction, which compares the contents again.
        held = self._snapshot.digests(self._todo.table, days, columns)
        seen: Mapping[date, Partition] = held
        if self._settings.tokens == "modified":
            seen = self._snapshot.partitions(self._todo.table, DateRange(days[0], days[-1]))
        changed = [
            day for day in days if (seen[day].token if day in seen else None) != expected[day]
        ]
        if changed:
            raise Conflict(
                f"{self._subject}: {len(changed)} dates changed since they were last seen,"
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
            title=self._title(),
        )

    def _start(self, job_id: str, script: str) -> bigquery.QueryJob:
        if not self._emulated:
            # The service may refuse to run a script dry: that says nothing of the script.
            with contextlib.suppress(Refused, WarehouseFailed):
                self._jobs.dry_run(script, self._subject)
        return self._rest.query(
            script,
            job_id=job_id,
            job_config=self._jobs.config(self._labels),
            retry=self._settings.retry(),
            job_retry=None,
        )

    def _answer(self, job: bigquery.QueryJob, *, repeated: bool) -> Replaced:
        counts = self._counts(job)
        days = self._todo.days
        partitions = self._snapshot.digests(self._todo.table, days)
        total = sum(partition.rows for partition in partitions.values())
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

    def _counts(self, job: bigquery.QueryJob) -> dict[str, int]:
        """What the script counted; once its result is gone, what its DELETE's own job did."""
        with translated(self._subject):
            try:
                rows = job.result(
                    retry=self._settings.retry(), timeout=self._settings.timeout_seconds
                )
                return {name: int(value) for name, value in dict(next(iter(rows))).items()}
            except google.NotFound:
                return {"deleted": self._jobs.deleted_rows(job, self._subject)}

    def _check_present(self, total: int, kept: int | None, *, repeated: bool) -> None:
        """The days must hold what was written beside what was kept, each key once.

        Raises:
            WarehouseFailed: rows are missing that were just written.
            Conflict: somebody else inserted rows of the same keys while the script ran: an INSERT
                or a load conflicts with no transaction.
        """
        wanted = self._todo.rows + (kept or 0)
        if total < wanted and not repeated:
            expires = "; ".join(self._snapshot.expirations(self._todo.table))
            raise WarehouseFailed(
                f"{self._subject}: holds {total} rows of the dates after {self._todo.rows} were"
                f" written beside {kept or 0}; {expires or 'somebody deleted the others'}",
                hint="featurestore doctor",
                rows=total,
                expected=wanted,
            )
        if total <= wanted:
            return
        found = self._jobs.rows(
            write_sql.doubled_sql(
                self._settings.project, self._todo.table, self._todo.days, self._todo.key
            ),
            self._subject,
        )[0]
        if found["doubled"] and not repeated:
            raise Conflict(
                f"{self._subject}: {found['doubled']} keys are in it twice: another writer"
                f" inserted {total - wanted} rows while job {self._todo.job_id} ran",
                hint="look with featurestore diff, then push again with --force",
                doubled=found["doubled"],
                rows=total - wanted,
            )


def undo_table(job_id: str) -> str:
    """The table that keeps what a job replaced, in its target's dataset."""
    return f"featurestore_undo_{hashlib.sha256(job_id.encode()).hexdigest()[:12]}"
