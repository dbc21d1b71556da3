"""A script of one transaction over a table: started once, found by its job id, with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.api_core import exceptions as google
from google.cloud import bigquery

from sync.bigquery import sql
from sync.bigquery.cost import LEAST_BYTES
from sync.bigquery.errors import is_aborted, translated
from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.bigquery.client import Clients, Settings
    from sync.bigquery.jobs import AnyJob
    from sync.bigquery.named_jobs import NamedJobs
    from sync.model import Table


class Transaction:
    """What a write and its undo have in common.

    Attributes:
        job_id: Identity of the work; its jobs are ``_g0``, ``_g1`` and so on.
        title: First comment line of the script. With the target's name it identifies the work of a
            job that is found by its id.
    """

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        jobs: NamedJobs,
        table: Table,
        *,
        job_id: str,
        title: str,
        labels: Mapping[str, str],
    ) -> None:
        self.job_id = job_id
        self.title = title
        self._rest = clients.rest
        self._emulated = clients.emulated
        self._settings = settings
        self._jobs = jobs
        self._subject = table.full_name
        self._target = sql.table_name(settings.project, table.dataset, table.name)
        self._labels = labels

    def done_before(self) -> bigquery.QueryJob | None:
        """The job that has done this work, if any; waits for one that still runs."""
        job = self._jobs.last_of(self.job_id, self._subject)
        return None if job is None else self._believed(job)

    def run(
        self, script: Callable[[], str], require_unchanged: Callable[[], object]
    ) -> tuple[bigquery.QueryJob, bool]:
        """The job that has done the work, and whether an earlier call had started it.

        Args:
            script: Called for each attempt.
            require_unchanged: Raises Conflict if the contents are not as expected. A transaction
                that is aborted repeatedly does not reach its own comparison: waiting would not help
                if another write has changed the rows for good.
        """
        try:
            job, repeated = self._jobs.once(
                self.job_id,
                self._subject,
                lambda job_id: self._start(job_id, script()),
                self._believed,
            )
        except WarehouseFailed as error:
            if is_aborted(error.message):
                require_unchanged()
            raise
        return self._believed(job), repeated

    def counts(self, job: bigquery.QueryJob, statements: Mapping[str, str]) -> dict[str, int]:
        """The row of counts that the script returned.

        Results are kept for a day; after that, the counts come from the jobs of its statements.

        Args:
            job: A job that ended without an error.
            statements: Count to kind of statement, such as ``{"deleted": "DELETE"}``: the counts
                that are known without the result.
        """
        with translated(self._subject):
            try:
                rows = job.result(
                    retry=self._settings.retry(), timeout=self._settings.timeout_seconds
                )
                return {name: int(value) for name, value in dict(next(iter(rows))).items()}
            except google.NotFound:
                done = self._jobs.affected_rows(job, self._subject)
        return {name: done.get(kind, 0) for name, kind in statements.items()}

    def _believed(self, job: AnyJob) -> bigquery.QueryJob:
        """Refuse a job found by its id that does other work, or on another table."""
        if (
            isinstance(job, bigquery.QueryJob)
            and job.query.startswith(f"-- {self.title}\n")
            and f"INSERT INTO {self._target} " in job.query
        ):
            return job
        raise Refused(
            f"{self._subject}: job {self.job_id} exists with other content",
            hint="this is a bug: a job id belongs to one content",
            job_id=self.job_id,
        )

    def _start(self, job_id: str, script: str) -> bigquery.QueryJob:
        # The emulator's dry run would execute the script.
        if not self._emulated:
            self._price(script)
        return self._rest.query(
            script,
            job_id=job_id,
            job_config=self._jobs.config(self._labels),
            retry=self._settings.retry(),
            job_retry=None,
        )

    def _price(self, script: str) -> None:
        """Refuse a script over the budget; add a note if the service reports no price.

        A failed dry run says nothing about the script. Its job still has a limit of bytes, and
        starts only if the least that a query is billed fits into the run's budget.
        """
        try:
            self._jobs.dry_run(script, self._subject)
        except (Refused, WarehouseFailed) as error:
            self._jobs.account.require(LEAST_BYTES, self._subject)
            self._jobs.account.note(
                f"{self._subject}: the price of the write is unknown: BigQuery"
                f" did not run its script dry ({error.message}); the job's own limit is"
                f" {self._jobs.limit:,} bytes billed"
            )
