"""One batch of a backfill, at most a season: pull, preflight, compute, push, resolve gaps."""

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
        include_bootstrap: Also write rows for a season's first days.
        include_injured: Also write rows for listed players without a summary row.
        no_push: Leave the warehouse as it is: no push, no mirror.
        prune: Remove the warehouse's rows of these dates that the replica does not have.
        force: Push over partitions that changed since they were last seen.
        new_sql: Push rows although their SQL differs from that of the last push.
        skip_preflight: Compute even if the inputs are incomplete.
        resume: Skip dates that an earlier backfill settled and that have not changed.
        parallel: Seasons in progress at the same time: one is pulled and computed, the others are
            pushed, or wait for their push.
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
        """The computation of some of the dates."""
        return ComputeRequest(
            dates,
            utc_now(),
            include_bootstrap=self.include_bootstrap,
            include_injured=self.include_injured,
            bootstrap_days=settings.bootstrap_days,
        )

    def fingerprint(self, settings: Settings) -> str:
        """What a computed row depends on, except its inputs, as text."""
        return (
            f"sql={plan.sql_digest()[:16]} bootstrap_days={settings.bootstrap_days}"
            f" include_bootstrap={self.include_bootstrap}"
            f" include_injured={self.include_injured}"
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Days, ascending, that are pulled, computed and pushed together."""

    days: tuple[date, ...]

    @property
    def dates(self) -> DateRange:
        """From the first day to the last; days in between may be missing."""
        return DateRange(self.days[0], self.days[-1])


def batches_of(ranges: Iterable[DateRange]) -> tuple[Batch, ...]:
    """All days of the ranges; a batch for each season of each range."""
    return tuple(Batch(tuple(part)) for part in date_ranges.by_season(ranges))


def batches_of_days(days: Iterable[date]) -> tuple[Batch, ...]:
    """Exactly these days; a batch for each season."""
    ordered = sorted(set(days))
    if not ordered:
        return ()
    parts = date_ranges.by_season([DateRange(ordered[0], ordered[-1])])
    days_by_season = (tuple(day for day in ordered if day in part) for part in parts)
    return tuple(Batch(season_days) for season_days in days_by_season if season_days)


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
    """Runs the batches of one backfill."""

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
        """The batch's days that still have to be computed."""
        days = set(batch.days)
        if not self.options.resume:
            return days
        return days - date_states.settled(con, batch.dates, self._fingerprint)

    def prepare(self, result: BatchResult, pulling: Progress, computing: Progress) -> None:
        """Pull, check the inputs, and compute what is not settled.

        Raises:
            Refused: the inputs of a date are incomplete; nothing was computed.
        """
        batch = result.batch
        with self.replica.write() as con:
            begun = self.unsettled(con, batch)
            self.mark(con, begun, "pending")
        with result.timed("pull"):
            result.pulled = pull_inputs(
                self.replica, self.warehouse, batch.dates, run=self.run, progress=pulling
            )
            if not self.options.skip_preflight:
                checks = preflight(self.replica, self.warehouse, batch.days)
                result.notes = checks.notes
                checks.require(batch.dates)
        with self.replica.write() as con:
            todo = self.unsettled(con, batch)
            # Days that were settled, until the pull brought changes.
            self.mark(con, todo - begun, "pending")
            empty = _empty_dates(con, batch.dates)
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
                con, batch.dates, resolved_at=utc_now(), resolved_by="featurestore.backfill"
            )
            for report in result.computed:
                self.mark(con, set(report.computed) & set(batch.days), "done")
                self.mark(con, set(report.skipped) & set(batch.days), "skipped")

    def _pushed_ranges(self, batch: Batch) -> tuple[DateRange, ...]:
        if len(batch.days) == batch.dates.days:
            return (batch.dates,)
        with self.replica.read() as con:
            return date_ranges.grouped(batch.days, free=_empty_dates(con, batch.dates))

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
        """Record that the unsettled dates failed, or all dates if only the push was left."""
        result.error = error
        with self.replica.write() as con:
            days = self.unsettled(con, result.batch) or set(result.batch.days)
            self.mark(con, days, "failed", error.message)


def _empty_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> set[date]:
    held = ledger.held(con, tables.tables()[tables.SUMMARY], dates)
    return {day for day, partition in held.items() if not partition.rows}
