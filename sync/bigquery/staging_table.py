"""The staging table of a write: created, loaded once, counted, dropped."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from google.cloud import bigquery

from sync.bigquery import sql
from sync.bigquery.errors import translated
from sync.bigquery.jobs import safe_labels
from sync.bigquery.schema import schema_field
from sync.bigquery.staging import write_staged
from sync.counted import counted
from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.named_jobs import NamedJobs
    from sync.model import Column, Replacement

STAGING_DAYS = 1


class StagingTable:
    """The table with one replacement's rows before its transaction."""

    def __init__(
        self, clients: Clients, settings: Settings, jobs: NamedJobs, replacement: Replacement
    ) -> None:
        self._rest = clients.rest
        self._settings = settings
        self._jobs = jobs
        self._todo = replacement
        self._subject = replacement.table.full_name
        self._labels = {**replacement.labels, "push": replacement.job_id}

    def fill(self, columns: Sequence[Column]) -> str:
        """The staging table with the file's rows, counted; created again after a kill."""
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
        # By the server's clock: the local one may be a day off.
        now = self._jobs.rows(sql.now_sql(), self._subject)[0]["now"]
        staging.expires = now + timedelta(days=STAGING_DAYS)
        staging.labels = safe_labels(self._labels)
        with translated(f"{dataset}.{name}"):
            self._rest.create_table(staging, exists_ok=True, retry=self._settings.retry())
        if self._count(name) == self._todo.rows:
            return name
        # Empty: never loaded, or expired since and just created again.
        try:
            self._load(staging, columns, f"{self._todo.job_id}_load_{key}")
        except WarehouseFailed:
            # A load is atomic: if the rows are there, only its reply was lost.
            if self._count(name) != self._todo.rows:
                raise
        if (count := self._count(name)) != self._todo.rows:
            raise WarehouseFailed(
                f"{dataset}.{name}: has {counted(count, 'row')} instead of {self._todo.rows}",
                hint="run the same command again",
                rows=count,
                expected=self._todo.rows,
            )
        return name

    def _count(self, staging: str) -> int:
        name = sql.table_name(self._settings.project, self._todo.table.dataset, staging)
        rows = self._jobs.rows(sql.staged_count_sql(name), staging)
        return int(rows[0]["row_count"])

    def _load(self, staging: bigquery.Table, columns: Sequence[Column], prefix: str) -> None:
        formats = bigquery.ParquetOptions()
        formats.enable_list_inference = True
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET,
            parquet_options=formats,
            schema=staging.schema,
            # The whole file or nothing; a table that another load has filled is not filled again.
            write_disposition=bigquery.WriteDisposition.WRITE_EMPTY,
            labels=safe_labels(self._labels),
        )
        with tempfile.TemporaryDirectory(prefix="featurestore-") as folder:
            path = Path(folder) / "staged.parquet"
            write_staged(self._todo, columns, path)

            def start(job_id: str) -> bigquery.LoadJob:
                with path.open("rb") as file:
                    # Without a size, an upload of any length is resumable.
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

    def drop(self, staging: str) -> None:
        """Drop it, if it still exists."""
        name = f"{self._settings.project}.{self._todo.table.dataset}.{staging}"
        with translated(staging):
            self._rest.delete_table(name, not_found_ok=True, retry=self._settings.retry())


def _same_load(job: object, staging: bigquery.Table) -> None:
    """Refuse a load job found by its id that fills another staging table.

    The table's name is made from the content and the columns, so the target identifies both.
    """
    target = job.destination if isinstance(job, bigquery.LoadJob) else None
    if target is None or target.table_id != staging.table_id:
        raise Refused(f"{staging.table_id}: its load job exists with another target")
