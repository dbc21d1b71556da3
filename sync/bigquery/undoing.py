"""Undoes an atomic write, from the table that it filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.bigquery import undo_sql, write_sql
from sync.bigquery.live_table import missing
from sync.bigquery.transaction import Transaction
from sync.bigquery.writing import undo_table
from sync.errors import BadInput, Conflict
from sync.model import Undone

if TYPE_CHECKING:
    from google.cloud import bigquery

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.named_jobs import NamedJobs
    from sync.bigquery.reading import BigQuerySnapshot
    from sync.model import Undo


class Undoing:
    """The undo of one write."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: NamedJobs,
        snapshot: BigQuerySnapshot,
        undo: Undo,
    ) -> None:
        self._settings = settings
        self._jobs = jobs
        self._snapshot = snapshot
        self._todo = undo
        self._subject = undo.table.full_name
        self._transaction = Transaction(
            clients,
            settings,
            jobs,
            undo.table,
            job_id=undo.undo_id,
            title=f"featurestore undo {undo.job_id}",
            labels={**undo.labels, "undo": undo.job_id},
        )

    def run(self) -> Undone:
        """Undo the write, or return the result of an earlier call."""
        done = self._transaction.done_before()
        if done is not None:
            return self._answer(done, repeated=True)
        if self._jobs.last_of(self._todo.job_id, self._subject) is None:
            raise BadInput(
                f"job {self._todo.job_id}: the warehouse knows no such job of {self._subject}",
                hint="featurestore push prints the id of what it wrote",
                job_id=self._todo.job_id,
            )
        written = self._written()
        script = undo_sql.undo_sql(written, title=self._transaction.title)
        try:
            job, repeated = self._transaction.run(
                lambda: script, lambda: self._require_unchanged(written)
            )
        except Conflict as error:
            raise Conflict(
                f"{self._subject}: rows have changed since job {self._todo.job_id}; nothing was"
                " restored",
                hint="featurestore diff shows what differs",
                job_id=self._todo.job_id,
            ) from error
        return self._answer(job, repeated=repeated)

    def _written(self) -> undo_sql.Written:
        """The write; the target must still have all columns that are kept."""
        live = self._snapshot.columns(self._todo.table)
        if live is None:
            raise missing(self._todo.table)
        kept = [name for name in self._kept_columns() if name not in write_sql.OWN]
        names = {column.name for column in live}
        if dropped := [name for name in kept if name not in names]:
            raise Conflict(
                f"{self._subject}: lacks {', '.join(dropped)}, which it had when job"
                f" {self._todo.job_id} wrote",
                hint="add the columns, then featurestore push --undo again",
                columns=dropped,
            )
        return undo_sql.Written(
            self._settings.project,
            self._todo.table,
            undo_table(self._todo.job_id),
            kept,
            self._todo.days,
            self._todo.key,
            since=[column for column in live if column.name not in kept],
        )

    def _kept_columns(self) -> tuple[str, ...]:
        """The columns of the table with the replaced rows."""
        name = undo_table(self._todo.job_id)
        column_names = self._snapshot.column_names(self._todo.table.dataset, name)
        if column_names is None:
            raise BadInput(
                f"job {self._todo.job_id}: cannot be undone: no such table: {name}",
                hint=f"featurestore push --undo works for {write_sql.UNDO_DAYS} days after a push",
                job_id=self._todo.job_id,
            )
        return column_names

    def _require_unchanged(self, written: undo_sql.Written) -> None:
        if not self._jobs.rows(undo_sql.unchanged_sql(written), self._subject)[0]["unchanged"]:
            raise Conflict(f"{self._subject}: rows changed", job_id=self._todo.job_id)

    def _answer(self, job: bigquery.QueryJob, *, repeated: bool) -> Undone:
        counts = self._transaction.counts(job, {"removed": "DELETE", "restored": "INSERT"})
        return Undone(counts["removed"], counts["restored"], repeated)
