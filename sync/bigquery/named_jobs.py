"""Jobs identified by their ids: started once, found after a lost reply, retried."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import requests
from google.api_core import exceptions as google
from google.cloud.bigquery import LoadJob, QueryJob

from sync.bigquery.errors import is_aborted, job_failure, translated
from sync.bigquery.jobs import LONGEST_POLL_SECONDS, Jobs
from sync.errors import Refused, WarehouseFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sync.bigquery.jobs import AnyJob

MAX_GENERATIONS = 20
# How long a job that exists may take to be found; as in Google's client.
CONFLICT_SECONDS, CONFLICT_WAIT_SECONDS = 200.0, 1.0
MOST_ABORTS, ABORT_WAIT_SECONDS = 5, 1.0
# The client itself retries a resumable upload whose last reply was lost; the server may then answer
# that the upload is unknown, or that its job already exists.
_LOST = (
    google.ServerError,
    google.Conflict,
    google.NotFound,
    google.RetryError,
    requests.ConnectionError,
    requests.Timeout,
)


class _SomebodyElses(Exception):
    """A job id that another principal has used."""


class NamedJobs(Jobs):
    """Jobs whose ids say what they do.

    An id is a prefix and a generation, ``_g0``, ``_g1`` and so on. A generation is skipped if its
    job ended with an error, or belongs to another user.
    """

    def once(
        self,
        prefix: str,
        subject: str,
        start: Callable[[str], AnyJob],
        believe: Callable[[AnyJob], object],
        *,
        again: bool = False,
    ) -> tuple[AnyJob, bool]:
        """The successful job of ``prefix``, and whether an earlier run had started it.

        A transaction that was aborted by a concurrent one is started again after a pause.

        Args:
            prefix: Identity of the work.
            subject: For error messages.
            start: Inserts the job with a given id.
            believe: Raises unless a job found by its id does the same work.
            again: The result of earlier jobs is gone: only one that still runs counts.

        Raises:
            Failure: the job was started here and failed.
        """
        aborted = 0
        for job_id, job in self._generations(prefix, subject):
            if again and job is not None and job.state == "DONE":
                continue
            was_found = job is not None
            ours = job
            if ours is None:
                try:
                    ours, was_found = self._insert(job_id, subject, start)
                except _SomebodyElses:
                    continue
            if was_found:
                believe(ours)
            self.finish(ours, subject, self._settings.timeout_seconds)
            if not ours.error_result:
                return ours, was_found
            if not was_found:
                aborted += 1
                self._pause_after_abort(ours, subject, aborted)
        raise WarehouseFailed(f"{subject}: job {prefix} failed {MAX_GENERATIONS} times")

    def last_of(self, prefix: str, subject: str) -> AnyJob | None:
        """The successful job of ``prefix``, after a wait if it still runs; else None."""
        for _, job in self._generations(prefix, subject):
            if job is None:
                return None
            self.finish(job, subject, self._settings.timeout_seconds)
            if not job.error_result:
                return job
        return None

    def find(self, job_id: str, subject: str) -> AnyJob | None:
        """The job with this id, or None if there is none.

        Raises:
            Refused: it is neither a query nor a load.
            WarehouseFailed: it must not be read, because it is another user's.
        """
        with translated(subject):
            try:
                job = self._rest.get_job(
                    job_id, location=self._settings.location, retry=self._retry
                )
            except google.NotFound:
                return None
        if not isinstance(job, QueryJob | LoadJob):
            raise Refused(f"{subject}: job {job_id} is neither a query nor a load", job_id=job_id)
        return job

    def _generations(self, prefix: str, subject: str) -> Iterator[tuple[str, AnyJob | None]]:
        """The ids of the generations with their jobs, without those of other users."""
        for generation in range(MAX_GENERATIONS):
            job_id = f"{prefix}_g{generation}"
            try:
                job = self._own(job_id, subject)
            except _SomebodyElses:
                continue
            yield job_id, job

    def _own(self, job_id: str, subject: str) -> AnyJob | None:
        """As `find`, with a special exception for a job of another user."""
        try:
            return self.find(job_id, subject)
        except WarehouseFailed as error:
            # Users may read their own jobs with any role.
            if error.facts.get("status") == 403:
                raise _SomebodyElses(job_id) from error
            raise

    def _pause_after_abort(self, job: AnyJob, subject: str, aborted: int) -> None:
        """Wait before the next generation; raise errors that are not temporary."""
        failure = job_failure(job.error_result or {}, subject)
        if not is_aborted(failure.message) or aborted > MOST_ABORTS:
            raise failure
        time.sleep(ABORT_WAIT_SECONDS * 2**aborted * random.uniform(0.5, 1.5))

    def _insert(
        self, job_id: str, subject: str, start: Callable[[str], AnyJob]
    ) -> tuple[AnyJob, bool]:
        with translated(subject):
            try:
                return start(job_id), False
            except _LOST as error:
                # The request may have arrived, although the reply did not.
                is_known = isinstance(error, google.Conflict)
                ends, pause = time.monotonic() + CONFLICT_SECONDS, CONFLICT_WAIT_SECONDS
                job = self._own(job_id, subject)
                while job is None and is_known and time.monotonic() < ends:
                    time.sleep(pause)
                    pause = min(pause * 2, LONGEST_POLL_SECONDS)
                    job = self._own(job_id, subject)
                if job is None:
                    raise
        return job, True
