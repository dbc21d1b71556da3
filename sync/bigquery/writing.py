"""Atomic writes: stage, load, count, then one transaction over all days; found by job id."""

from __future__ import annotations

import hashlib
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from google.cloud import bigquery

from sync.bigquery import sql
from sync.bigquery.errors import translated
from sync.bigquery.jobs import safe_labels
from sync.bigquery.reading import missing
from sync.bigquery.schema import schema_field
from sync.bigquery.staging import staged_columns, write_staged
from sync.errors import Conflict, Refused, WarehouseFailed
from sync.model import DateRange, Replaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import Jobs
    from sync.bigquery.reading import BigQuerySnapshot
    from sync.model import Column, Partition, Replacement

STAGING_DAYS = 1
MAX_DAYS = 4_000
_STAGING = re.compile(r"featurestore_staging_[0-9a-f]{12}")


class Writer:
    """One replacement on its way into its table."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: Jobs,
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
                self._drop(staged[0])
            return answer
        live = self._snapshot.columns(self._todo.table)
        if live is None:
            raise missing(self._todo.table)
        columns = staged_columns(self._todo, live)
        held = self._check_expected()
        staging = self._stage(columns)
        job, repeated = self._jobs.once(
            self._todo.job_id,
            self._subject,
            lambda job_id: self._start(job_id, self._script(staging, columns, held)),
            self._believed,
        )
        answer = self._answer(self._believed(job), repeated=repeated)
        self._drop(staging)
        return answer

    def _title(self) -> str:
        return f"featurestore push {self._todo.job_id} content {self._todo.digest}"

    def _done_before(self) -> bigquery.QueryJob | None:
        """The job that has done this write, if any; one that still runs is waited for."""
        job = self._jobs.last_of(self._todo.job_id, self._subject)
        return None if job is None else self._believed(job)

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

    def _check_expected(self) -> dict[date, Partition]:
        """The checked days as they are now, by content; Conflict if one is not as expected."""
        expected = self._todo.expected
        if not expected:
            return {}
        days = sorted(expected)
        # Contents first: a change between the two looks is then seen by the second, and one
        # after it by the transaction, which compares the contents again.
        held = self._snapshot.digests(self._todo.table, days)
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

    def _stage(self, columns: Sequence[Column]) -> str:
        """A staging table with the file's rows, counted; made again after a kill."""
        shape = ",".join(f"{column.name} {column.type}" for column in columns)
        key = hashlib.sha256(
            f"{self._todo.job_id}|{self._todo.digest}|{shape}".encode()
        ).hexdigest()[:12]
        name = f"featurestore_staging_{key}"
        dataset = self._todo.table.dataset
        staging = bigquery.Table(
            f"{self._settings.project}.{dataset}.{name}",
            schema=[schema_field(column, staging=True) for column in columns],
        )
        staging.expires = datetime.now(UTC) + timedelta(days=STAGING_DAYS)
        staging.labels = safe_labels(self._labels)
        with translated(f"{dataset}.{name}"):
            self._rest.create_table(staging, exists_ok=True, retry=self._settings.retry())
        if self._count(name) == self._todo.rows:
            return name
        # Empty: never loaded, or expired since and made again just now.
        try:
            self._load(staging, columns, f"{self._todo.job_id}_load_{key}")
        except WarehouseFailed:
            # A load is whole or nothing: if the rows are there, only its reply was lost.
            if self._count(name) != self._todo.rows:
                raise
        if (found := self._count(name)) != self._todo.rows:
            raise WarehouseFailed(
                f"{dataset}.{name}: holds {found} rows instead of {self._todo.rows}",
                hint="run the same command again",
                rows=found,
                expected=self._todo.rows,
            )
        return name

    def _count(self, staging: str) -> int:
        name = sql.table_name(self._settings.project, self._todo.table.dataset, staging)
        rows = self._jobs.rows(sql.staged_count_sql(name), staging)
        return int(rows[0]["row_count"])

    def _load(self, staging: bigquery.Table, columns: Sequence[Column], prefix: str) -> None:
        formats = bigquery.ParquetOptions()  # type: ignore[no-untyped-call]
        formats.enable_list_inference = True
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            parquet_options=formats,
            schema=staging.schema,
            # Whole file or nothing; what another load has filled is never filled twice.
            write_disposition=bigquery.WriteDisposition.WRITE_EMPTY,
            labels=safe_labels(self._labels),
        )
        with tempfile.TemporaryDirectory(prefix="featurestore-") as folder:
            path = Path(folder) / "staged.parquet"
            write_staged(self._todo, columns, path)

            def start(job_id: str) -> bigquery.LoadJob:
                with path.open("rb") as file:
                    # Without a size the upload is resumable, whatever its length.
                    return self._rest.load_table_from_file(
                        file,
                        staging.reference,
                        job_id=job_id,
                        job_config=config,
                        timeout=self._settings.timeout_seconds,
                    )

            self._jobs.once(
                prefix, self._subject, start, lambda job: _same_load(job, staging), again=True
            )

    def _script(
        self, staging: str, columns: Sequence[Column], held: Mapping[date, Partition]
    ) -> str:
        return sql.replace_sql(
            self._settings.project,
            self._todo.table,
            staging,
            columns,
            self._todo.days,
            key=self._todo.key,
            prune=self._todo.prune,
            checked=sorted(self._todo.expected),
            fingerprint=sql.joint_token([held[day].token for day in sorted(held)]),
            title=self._title(),
        )

    def _start(self, job_id: str, script: str) -> bigquery.QueryJob:
        if not self._emulated:
            self._jobs.dry_run(script, self._subject)
        return self._rest.query(
            script,
            job_id=job_id,
            job_config=self._jobs.config(self._labels),
            retry=self._settings.retry(),
            job_retry=None,
        )

    def _answer(self, job: bigquery.QueryJob, *, repeated: bool) -> Replaced:
        deleted = self._jobs.deleted_rows(job, self._subject)
        days = self._todo.days
        partitions = self._snapshot.digests(self._todo.table, days)
        if self._settings.tokens == "modified":
            partitions = dict(
                self._snapshot.partitions(self._todo.table, DateRange(min(days), max(days)))
            )
        partitions = {day: partitions[day] for day in days if day in partitions}
        total = sum(partition.rows for partition in partitions.values())
        return Replaced(
            job_id=self._todo.job_id,
            inserted=self._todo.rows,
            deleted=deleted,
            kept=max(total - self._todo.rows, 0),
            partitions=partitions,
            repeated=repeated,
        )

    def _drop(self, staging: str) -> None:
        name = f"{self._settings.project}.{self._todo.table.dataset}.{staging}"
        with translated(staging):
            self._rest.delete_table(name, not_found_ok=True, retry=self._settings.retry())


def _same_load(job: object, staging: bigquery.Table) -> None:
    """Refused unless a load job found by its id fills this staging table.

    The table's name is made from the content and the columns, so the target tells both.
    """
    target = job.destination if isinstance(job, bigquery.LoadJob) else None
    if target is None or target.table_id != staging.table_id:
        raise Refused(f"{staging.table_id}: its load job exists with another target")
