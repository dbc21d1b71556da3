"""Runs jobs: after a dry run, with limits of bytes and time; their state decides the result."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from google.cloud.bigquery import LoadJob, QueryJob, QueryJobConfig

from sync.bigquery.cost import LEAST_BYTES, billed_bytes
from sync.bigquery.errors import job_failure, translated
from sync.budget import Account, Spent
from sync.errors import OverBudget, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.cloud.bigquery.table import Row

    from sync.bigquery.client import Clients, Settings

    AnyJob = QueryJob | LoadJob

FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.2, 5.0
CANCEL_SECONDS = 10.0
# For one request of a job's state or of a page of rows, without its retries.
REQUEST_SECONDS = 60.0


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
            OverBudget: more than a query may scan, or than is left of the run's budget.
        """
        config = QueryJobConfig(dry_run=True, use_query_cache=False)
        with translated(subject):
            job = self._rest.query(sql, job_config=config, retry=self._retry)
        scanned = int(job.total_bytes_processed or 0)
        if scanned > self._settings.max_bytes:
            prices = self._settings.prices
            price = prices.dollars([("query", billed_bytes(scanned))])
            raise OverBudget(
                f"{subject}: would scan {scanned} bytes ({price:.2f} dollars, {prices.basis}),"
                f" {self._settings.max_bytes} are allowed",
                hint="use a shorter range, or raise ?max_bytes= of the warehouse",
                scanned=scanned,
            )
        self.account.require(billed_bytes(scanned), subject)
        return scanned

    def rows(self, sql: str, subject: str, labels: Mapping[str, str] | None = None) -> list[Row]:
        """The rows of a bounded query, which is cancelled on the server if it takes too long."""
        self.dry_run(sql, subject)
        job = self._finished(sql, subject, labels or {}, self._settings.query_seconds)
        with translated(subject):
            return list(job.result(retry=self._retry, timeout=REQUEST_SECONDS, job_retry=None))

    def script(self, sql: str, subject: str, labels: Mapping[str, str]) -> QueryJob:
        """A finished script, which is cancelled on the server if it takes too long.

        The caller prices its parts: the service refuses a dry run of a script that creates tables,
        or reports no price.
        """
        return self._finished(sql, subject, labels, self._settings.timeout_seconds)

    def children(self, job: QueryJob, subject: str) -> list[QueryJob]:
        """The jobs of a script's statements."""
        with translated(subject):
            listed = self._rest.list_jobs(parent_job=job.job_id, retry=self._retry)
            return [child for child in listed if isinstance(child, QueryJob)]

    def _finished(
        self, sql: str, subject: str, labels: Mapping[str, str], seconds: float
    ) -> QueryJob:
        with translated(subject):
            config = self.config(labels, seconds)
            # Decided here by the job's state, because the client would keep polling a failed job.
            job = self._rest.query(sql, job_config=config, retry=self._retry, job_retry=None)
        self.finish(job, subject, seconds)
        self.require_success(job, subject)
        return job

    def finish(self, job: AnyJob, subject: str, seconds: float) -> None:
        """Wait until a job is done, with or without an error, and record its cost.

        Only its state is read: its results are deleted after a day, and reading them would end in a
        404. A job that takes too long is cancelled on the server; failed and cancelled ones are
        billed, too.

        Raises:
            WarehouseFailed: it took longer than ``seconds``.
        """
        if not self._is_done_by(time.monotonic() + seconds, job, subject):
            self._cancel(job, subject)
            self._note(job, subject)
            raise WarehouseFailed(
                f"{subject}: job {job.job_id}: no answer in time: {seconds:g} seconds",
                hint="run the same command again; what was done is found by its job id",
                reason="timeout",
                job_id=job.job_id,
            )
        self._note(job, subject)

    def _cancel(self, job: AnyJob, subject: str) -> None:
        """Cancel a job, and wait a little for its end, after which its billed bytes are known."""
        ends = time.monotonic() + CANCEL_SECONDS
        with translated(subject):
            job.cancel(retry=self._retry)
            job.reload(retry=self._retry, timeout=REQUEST_SECONDS)
        self._is_done_by(ends, job, subject)

    def _is_done_by(self, ends: float, job: AnyJob, subject: str) -> bool:
        """Wait until a job is done; False if it is not by that time."""
        pause = FIRST_POLL_SECONDS
        while job.state != "DONE":
            left = ends - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 2, LONGEST_POLL_SECONDS)
            with translated(subject):
                job.reload(retry=self._retry, timeout=REQUEST_SECONDS)
        return True

    def require_success(self, job: AnyJob, subject: str) -> None:
        """Raise the error of a finished job, if it failed."""
        if job.error_result:
            raise job_failure(job.error_result, subject)

    def _note(self, job: AnyJob, subject: str) -> None:
        """Record the cost of a job."""
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

    @property
    def limit(self) -> int:
        """Bytes that the next job may be billed: the limit of a query, or the rest of the run's."""
        limit = self._settings.max_bytes
        if self.account.left is not None:
            limit = min(limit, max(self.account.left, LEAST_BYTES))
        return billed_bytes(limit)

    def config(self, labels: Mapping[str, str], seconds: float | None = None) -> QueryJobConfig:
        """GoogleSQL, labelled, with limits of bytes and time that the server enforces.

        The limit of bytes is the query's, or the rest of the run's budget if that is less. It also
        applies to scripts, whose price no dry run reports.
        """
        config = QueryJobConfig(
            use_legacy_sql=False,
            use_query_cache=False,
            labels=safe_labels(labels),
            maximum_bytes_billed=self.limit,
        )
        # Longer than our own wait; so that after a kill, the query ends, too.
        config.job_timeout_ms = int((seconds or self._settings.timeout_seconds) * 1000)
        return config

    def affected_rows(self, job: QueryJob, subject: str) -> dict[str, int]:
        """Rows that a script's statements changed, summed by kind, such as ``DELETE``.

        From the statements' jobs, which BigQuery keeps for months; results are kept for a day.
        """
        counts: Counter[str] = Counter()
        for child in self.children(job, subject):
            counts[str(child.statement_type)] += child.num_dml_affected_rows or 0
        return dict(counts)


def safe_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels in BigQuery's form: lower case letters, digits, dashes; at most 63 characters."""
    safe = {"app": "featurestore", **labels}
    return {
        re.sub(r"[^a-z0-9_-]", "-", name.lower())[:63]: re.sub(
            r"[^a-z0-9_-]", "-", str(value).lower()
        )[:63]
        for name, value in safe.items()
    }
