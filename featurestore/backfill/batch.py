"""One part of a backfill, a season at most: pull, preflight and compute; then push and resolve."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featurestore import date_ranges
from featurestore.backfill import date_states
from featurestore.backfill.preflight import preflight
from featurestore.clock import utc_now
from featurestore.compute import gap_log, plan
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.request import ComputeRequest
from featurestore.compute.stages import compute_store, push_store
from featurestore.definitions import tables
from sync.model import DateRange
from sync.replica import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    import duckdb

    from featurestore.compute.report import ComputeReport
    from featurestore.config import Settings
    from featurestore.run_history import Run
    from sync.errors import Failure
    from sync.replica.file import Replica
    from sync.transfer.pull import PullReport
    from sync.transfer.push import PushReport
    from sync.warehouse import Warehouse

    Progress = Callable[[int, int], None] | None


@dataclass(frozen=True, slots=True)
class Options:
    """How a backfill runs.

    Attributes:
        include_bootstrap: Write rows for a season's first days, too.
        include_injured: Write rows for listed players without a summary row, too.
        no_push: Leave the warehouse as it is: no push, no mirror.
        prune: Remove the warehouse's rows of these dates that the replica has not.
        force: Push over partitions that changed since they were last seen.
        new_sql: Push rows that another SQL computed than those last pushed.
        skip_preflight: Compute from what is there.
        resume: Leave out dates that an earlier backfill settled and that did not change since.
        parallel: Seasons at work at a time: one is pulled and computed, the others wait for their
            push, or are pushed.
    """

    include_bootstrap: bool = False
    include_injured: bool = False
    no_push: bool = False
    prune: bool = False
    force: bool = False
    new_sql: bool = False
    skip_preflight: bool = False
    resume: bool = True
    parallel: int = 1

    def skipped_days(self, settings: Settings) -> int:
        """How many of a season's first days get no rows."""
        return 0 if self.include_bootstrap else settings.bootstrap_days

    def request(self, dates: DateRange, settings: Settings) -> ComputeRequest:
        """What is computed for some of the dates."""
        return ComputeRequest(
            dates,
            utc_now(),
            include_bootstrap=self.include_bootstrap,
            include_injured=self.include_injured,
            bootstrap_days=settings.bootstrap_days,
        )

    def fingerprint(self, settings: Settings) -> str:
        """All but the inputs that a computed row depends on, as text."""
        return (
            f"sql={plan.sql_digest()[:16]} bootstrap_days={settings.bootstrap_days}"
            f" include_bootstrap={self.include_bootstrap}"
            f" include_injured={self.include_injured}"
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Some days, ascending, that are pulled, computed and pushed together."""

    days: tuple[date, ...]

    @property
    def span(self) -> DateRange:
        """From the first day to the last; other days may lie between."""
        return DateRange(self.days[0], self.days[-1])


def batches_of(whole: Iterable[DateRange]) -> tuple[Batch, ...]:
    """All days of the ranges, a batch for each season of each range."""
    return tuple(Batch(tuple(part)) for part in date_ranges.by_season(whole))


def batches_of_days(days: Iterable[date]) -> tuple[Batch, ...]:
    """Exactly these days, a batch for each season."""
    wanted = sorted(set(days))
    if not wanted:
        return ()
    parts = date_ranges.by_season([DateRange(wanted[0], wanted[-1])])
    found = (tuple(day for day in wanted if day in part) for part in parts)
    return tuple(Batch(held) for held in found if held)


@dataclass(slots=True)
class BatchResult:
    """What was done with one batch; ``error`` is what stopped it."""

    batch: Batch
    pulled: tuple[PullReport, ...] = ()
    computed: list[ComputeReport] = field(default_factory=list)
    pushed: list[PushReport] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    settled_count: int = 0
    gaps_resolved: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    error: Failure | None = None

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the block's seconds to the stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class BatchRunner:
    """What every batch of one backfill shares."""

    replica: Replica
    warehouse: Warehouse
    settings: Settings
    run: Run
    options: Options

    @property
    def _fingerprint(self) -> str:
        return self.options.fingerprint(self.settings)

    def mark(
        self,
        con: duckdb.DuckDBPyConnection,
        days: Iterable[date],
        state: date_states.State,
        error: str | None = None,
    ) -> None:
        """Record the state of some dates of this run."""
        date_states.mark(
            con,
            tuple(days),
            state,
            run_id=self.run.run_id,
            options=self._fingerprint,
            error=error,
        )

    def unsettled(self, con: duckdb.DuckDBPyConnection, batch: Batch) -> set[date]:
        """The batch's days that are to be computed, as the replica is now."""
        days = set(batch.days)
        if not self.options.resume:
            return days
        return days - date_states.settled(con, batch.span, self._fingerprint)

    def prepare(self, result: BatchResult, pulling: Progress, computing: Progress) -> None:
        """Pull, look, and compute what is not settled.

        Raises:
            Refused: a date is incomplete; nothing was computed.
        """
        batch = result.batch
        with self.replica.write() as con:
            begun = self.unsettled(con, batch)
            self.mark(con, begun, "pending")
        with result.timed("pull"):
            result.pulled = pull_inputs(
                self.replica, self.warehouse, batch.span, run=self.run, progress=pulling
            )
            if not self.options.skip_preflight:
                found = preflight(self.replica, self.warehouse, batch.days)
                result.notes = found.notes
                found.require(batch.span)
        with self.replica.write() as con:
            todo = self.unsettled(con, batch)
            # What the pull found changed: settled before, and now begun after all.
            self.mark(con, todo - begun, "pending")
            empty = _empty_dates(con, batch.span)
        result.settled_count = len(batch.days) - len(todo)
        with result.timed("compute"):
            for dates in date_ranges.grouped(todo, free=empty):
                self._compute(result, dates, computing)

    def _compute(self, result: BatchResult, dates: DateRange, progress: Progress) -> None:
        request = self.options.request(dates, self.settings)
        result.computed.append(compute_store(self.replica, request, self.run, progress=progress))

    def finish(self, result: BatchResult) -> None:
        """Push the batch's dates, resolve their gaps, and record the dates as done."""
        batch = result.batch
        if not self.options.no_push:
            with result.timed("push"):
                for dates in self._pushed_ranges(batch):
                    result.pushed.append(self._push(dates))
        with self.replica.write() as con:
            result.gaps_resolved = gap_log.resolve_gaps(
                con, batch.span, resolved_at=utc_now(), resolved_by="featurestore.backfill"
            )
            for report in result.computed:
                self.mark(con, set(report.computed) & set(batch.days), "done")
                self.mark(con, set(report.skipped) & set(batch.days), "skipped")

    def _pushed_ranges(self, batch: Batch) -> tuple[DateRange, ...]:
        if len(batch.days) == batch.span.days:
            return (batch.span,)
        with self.replica.read() as con:
            return date_ranges.grouped(batch.days, free=_empty_dates(con, batch.span))

    def _push(self, dates: DateRange) -> PushReport:
        return push_store(
            self.replica,
            self.warehouse,
            dates,
            self.run,
            verb="backfill",
            prune=self.options.prune,
            force=self.options.force,
            new_sql=self.options.new_sql,
        )

    def fail(self, result: BatchResult, error: Failure) -> None:
        """Record that the unsettled dates failed; all of them where only a push was to do."""
        result.error = error
        with self.replica.write() as con:
            days = self.unsettled(con, result.batch) or set(result.batch.days)
            self.mark(con, days, "failed", error.message)


def _empty_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> set[date]:
    held = ledger.held(con, tables.tables()[tables.SUMMARY], dates)
    return {day for day, found in held.items() if not found.rows}
