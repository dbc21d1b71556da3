"""Runs jobs: a dry run first, a limit of bytes always, and a job id that finds a lost reply."""

from __future__ import annotations

import re
import time
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import requests
from google.api_core import exceptions as google
from google.cloud.bigquery import LoadJob, QueryJob, QueryJobConfig

from sync.bigquery.cost import billed_bytes, dollars
from sync.bigquery.errors import translated
from sync.budget import Account, Spent
from sync.errors import OverBudget, Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from google.cloud.bigquery.table import Row

    from sync.bigquery.client import Clients, Settings

    AnyJob = QueryJob | LoadJob

MAX_GENERATIONS = 20
CONFLICT_WAIT_SECONDS = 1.0
# A resumable upload whose last reply was lost is tried again by the client itself, and may then be
# told that the upload is no longer known, or that its job exists already.
_LOST = (
    google.ServerError,
    google.Conflict,
    google.NotFound,
    google.RetryError,
    requests.ConnectionError,
)


class Jobs:
    """The jobs of one warehouse."""

    def __init__(
        self, clients: Clients, settings: Settings, account: Account | None = None
    ) -> None:
        self._rest = clients.rest
        self._settings = settings
        self._retry = settings.retry()
        self.account = account or Account()

    def dry_run(self, sql: str, subject: str) -> int:
        """Bytes that ``sql`` would scan; free, and it checks the statement.

        Raises:
            OverBudget: more than one query may scan, or more than is left of the run's budget.
        """
        config = QueryJobConfig(dry_run=True, use_query_cache=False)
        with translated(subject):
            job = self._rest.query(sql, job_config=config, retry=self._retry)
        scanned = int(job.total_bytes_processed or 0)
        if scanned > self._settings.max_bytes:
            billed = billed_bytes(scanned)
            raise OverBudget(
                f"{subject}: would scan {scanned} bytes ({dollars(billed):.2f} dollars),"
                f" allowed are {self._settings.max_bytes}",
                hint="a shorter range, or ?max_bytes= of the warehouse",
                scanned=scanned,
            )
        self.account.require(billed_bytes(scanned), subject)
        return scanned

    def rows(self, sql: str, subject: str, labels: Mapping[str, str] | None = None) -> list[Row]:
        """The rows of a bounded query; cancelled on the server when it takes too long."""
        self.dry_run(sql, subject)
        return self._finished(sql, subject, labels or {}, self._settings.query_seconds)[1]

    def script(self, sql: str, subject: str, labels: Mapping[str, str]) -> QueryJob:
        """A script that is done; cancelled on the server when it takes too long.

        Its parts are priced by the caller: a dry run of a script that makes tables is refused by
        the service, or prices nothing.
        """
        return self._finished(sql, subject, labels, self._settings.timeout_seconds)[0]

    def children(self, job: QueryJob, subject: str) -> list[QueryJob]:
        """The jobs of a script's statements."""
        with translated(subject):
            found = self._rest.list_jobs(parent_job=job.job_id, retry=self._retry)
            return [child for child in found if isinstance(child, QueryJob)]

    def _finished(
        self, sql: str, subject: str, labels: Mapping[str, str], seconds: float
    ) -> tuple[QueryJob, list[Row]]:
        with translated(subject):
            job = self._rest.query(sql, job_config=self.config(labels), retry=self._retry)
            try:
                rows = list(job.result(retry=self._retry, timeout=seconds))
            except FutureTimeout:
                job.cancel(retry=self._retry)
                raise
        self._note(job, subject)
        return job, rows

    def _note(self, job: AnyJob, subject: str) -> None:
        """Take note of what a job cost, once it is done."""
        scanned = billed = 0
        if isinstance(job, QueryJob):
            scanned = int(job.total_bytes_processed or 0)
            billed = int(job.total_bytes_billed or 0)
        took = (job.ended - job.started).total_seconds() if job.started and job.ended else 0.0
        self.account.add(
            Spent(
                job_id=str(job.job_id),
                kind="query" if isinstance(job, QueryJob) else "load",
                subject=subject,
                scanned_bytes=scanned,
                billed_bytes=billed,
                seconds=took,
                finished_at=datetime.now(UTC),
            )
        )

    def config(self, labels: Mapping[str, str]) -> QueryJobConfig:
        """GoogleSQL, labelled, with a limit of bytes."""
        return QueryJobConfig(
            use_legacy_sql=False,
            use_query_cache=False,
            labels=safe_labels(labels),
            maximum_bytes_billed=billed_bytes(self._settings.max_bytes),
        )

    def find(self, job_id: str, subject: str) -> AnyJob | None:
        """The job with this id, or None where the server has never seen it."""
        with translated(subject):
            try:
                found = self._rest.get_job(
                    job_id, location=self._settings.location, retry=self._retry
                )
            except google.NotFound:
                return None
        if not isinstance(found, QueryJob | LoadJob):
            raise Refused(f"{subject}: job {job_id} is neither a query nor a load", job_id=job_id)
        return found

    def once(
        self,
        prefix: str,
        subject: str,
        start: Callable[[str], AnyJob],
        believe: Callable[[AnyJob], object],
        *,
        again: bool = False,
    ) -> tuple[AnyJob, bool]:
        """The one successful job of ``prefix``, started unless an earlier run did; and whether.

        Generations ``_g0``, ``_g1``, ... advance only past a job that is done with an error.

        Args:
            prefix: Identity of the work.
            subject: For error messages.
            start: Inserts the job with the id it is given.
            believe: Raises unless a job found by its id does this very work.
            again: What earlier jobs did is gone: only one that still runs counts.
        """
        for generation in range(MAX_GENERATIONS):
            job_id = f"{prefix}_g{generation}"
            job = self.find(job_id, subject)
            if again and job is not None and job.state == "DONE":
                continue
            found = job is not None
            if job is None:
                job, found = self._insert(job_id, subject, start)
            if found:
                believe(job)
                if self._burnt(job, subject):
                    continue
            else:
                self._wait(job, subject)
            self._note(job, subject)
            return job, found
        raise WarehouseFailed(f"{subject}: job {prefix} failed {MAX_GENERATIONS} times")

    def last_of(self, prefix: str, subject: str) -> AnyJob | None:
        """The job of ``prefix`` that succeeded, waited for if it still runs; else None."""
        for generation in range(MAX_GENERATIONS):
            job = self.find(f"{prefix}_g{generation}", subject)
            if job is None or not self._burnt(job, subject):
                return job
        return None

    def deleted_rows(self, job: QueryJob, subject: str) -> int:
        """What a write's script deleted: its result, or its DELETE's own job once that is gone."""
        with translated(subject):
            try:
                rows = job.result(retry=self._retry, timeout=self._settings.timeout_seconds)
                return int(next(iter(rows))["deleted"])
            except google.NotFound:
                # Results are kept for a day, jobs for half a year.
                return sum(
                    child.num_dml_affected_rows or 0
                    for child in self.children(job, subject)
                    if child.statement_type == "DELETE"
                )

    def _insert(
        self, job_id: str, subject: str, start: Callable[[str], AnyJob]
    ) -> tuple[AnyJob, bool]:
        with translated(subject):
            try:
                return start(job_id), False
            except _LOST as error:
                # The request may have arrived though the reply did not. A job that is known to
                # exist can still take seconds until it is found.
                attempts = 5 if isinstance(error, google.Conflict) else 1
                job = self.find(job_id, subject)
                while job is None and (attempts := attempts - 1):
                    time.sleep(CONFLICT_WAIT_SECONDS)
                    job = self.find(job_id, subject)
                if job is None:
                    raise
        return job, True

    def _burnt(self, job: AnyJob, subject: str) -> bool:
        """Wait for a job of an earlier run; True if it is done with an error."""
        with translated(subject):
            try:
                job.result(retry=self._retry, timeout=self._settings.timeout_seconds)
            except google.GoogleAPICallError:
                if not job.error_result:
                    raise
        return bool(job.error_result)

    def _wait(self, job: AnyJob, subject: str) -> None:
        with translated(subject):
            job.result(retry=self._retry, timeout=self._settings.timeout_seconds)


def safe_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels as BigQuery allows them: lower case letters, digits, dashes; 63 characters."""
    safe = {"app": "featurestore", **labels}
    return {
        re.sub(r"[^a-z0-9_-]", "-", name.lower())[:63]: re.sub(
            r"[^a-z0-9_-]", "-", str(value).lower()
        )[:63]
        for name, value in safe.items()
    }
