"""Takes an atomic write back, from the table that it filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.cloud import bigquery

from sync.bigquery import sql, undo_sql, write_sql
from sync.bigquery.errors import translated
from sync.bigquery.reading import missing
from sync.bigquery.schema import live_columns
from sync.bigquery.writing import undo_table
from sync.errors import BadInput, Conflict, Refused
from sync.model import Undone

if TYPE_CHECKING:
    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.named_jobs import NamedJobs
    from sync.bigquery.reading import BigQuerySnapshot
    from sync.model import Undo

_OWN = (write_sql.IS_OLD, write_sql.PRINT)


class Undoing:
    """One write on its way back."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: NamedJobs,
        snapshot: BigQuerySnapshot,
        undo: Undo,
    ) -> None:
        self._rest = clients.rest
        self._settings = settings
        self._jobs = jobs
        self._snapshot = snapshot
        self._todo = undo
        self._subject = undo.table.full_name
        self._title = f"featurestore undo {undo.job_id}"

    def run(self) -> Undone:
        """Do it, or answer what an earlier call did."""
        done = self._jobs.last_of(self._todo.undo_id, self._subject)
        if done is not None:
            return self._answer(self._believed(done), repeated=True)
        if self._jobs.last_of(self._todo.job_id, self._subject) is None:
            raise BadInput(
                f"job {self._todo.job_id}: the warehouse knows no such job of {self._subject}",
                hint="featurestore push prints the id of what it wrote",
                job_id=self._todo.job_id,
            )
        script = self._script()
        try:
            job, repeated = self._jobs.once(
                self._todo.undo_id,
                self._subject,
                lambda job_id: self._start(job_id, script),
                self._believed,
            )
        except Conflict as error:
            raise Conflict(
                f"{self._subject}: rows are not as job {self._todo.job_id} left them; nothing was"
                " put back",
                hint="featurestore diff shows what differs",
                job_id=self._todo.job_id,
            ) from error
        return self._answer(self._believed(job), repeated=repeated)

    def _script(self) -> str:
        live = self._snapshot.columns(self._todo.table)
        if live is None:
            raise missing(self._todo.table)
        kept = [name for name in self._kept_columns() if name not in _OWN]
        by_name = {column.name: column for column in live}
        if dropped := [name for name in kept if name not in by_name]:
            raise Conflict(
                f"{self._subject}: lacks {', '.join(dropped)}, which it had when job"
                f" {self._todo.job_id} wrote",
                hint="add the columns, then featurestore push --undo again",
                columns=dropped,
            )
        return undo_sql.undo_sql(
            self._settings.project,
            self._todo.table,
            undo_table(self._todo.job_id),
            [by_name[name] for name in kept],
            [column for column in live if column.name not in kept],
            self._todo.days,
            key=self._todo.key,
            title=self._title,
        )

    def _kept_columns(self) -> list[str]:
        """The columns of the table that keeps the rows."""
        name = undo_table(self._todo.job_id)
        table = bigquery.Table(f"{self._settings.project}.{self._todo.table.dataset}.{name}")
        with translated(name):
            tables = self._rest.list_tables(
                f"{self._settings.project}.{self._todo.table.dataset}",
                retry=self._settings.retry(),
            )
            if not any(found.table_id == name for found in tables):
                raise BadInput(
                    f"job {self._todo.job_id}: nothing is kept of it, {name} is not there",
                    hint=f"what a push replaced is kept for {write_sql.UNDO_DAYS} days",
                    job_id=self._todo.job_id,
                )
            found = self._rest.get_table(table.reference, retry=self._settings.retry())
        return [column.name for column in live_columns(found.schema)]

    def _start(self, job_id: str, script: str) -> bigquery.QueryJob:
        labels = {**self._todo.labels, "undo": self._todo.job_id}
        return self._rest.query(
            script,
            job_id=job_id,
            job_config=self._jobs.config(labels),
            retry=self._settings.retry(),
            job_retry=None,
        )

    def _believed(self, job: object) -> bigquery.QueryJob:
        target = sql.table_name(
            self._settings.project, self._todo.table.dataset, self._todo.table.name
        )
        if (
            isinstance(job, bigquery.QueryJob)
            and job.query.startswith(f"-- {self._title}\n")
            and f"INSERT INTO {target} " in job.query
        ):
            return job
        raise Refused(
            f"{self._subject}: job {self._todo.undo_id} exists with other content",
            job_id=self._todo.undo_id,
        )

    def _answer(self, job: bigquery.QueryJob, *, repeated: bool) -> Undone:
        with translated(self._subject):
            rows = job.result(retry=self._settings.retry(), timeout=self._settings.timeout_seconds)
            row = next(iter(rows))
        return Undone(int(row["removed"]), int(row["restored"]), repeated)
