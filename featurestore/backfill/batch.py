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
from featurestore.compute.local import compute
from featurestore.definitions import tables
from sync.model import DateRange
from sync.replica import ledger
from sync.transfer.push import PushReport, push

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
        skip_preflight: Compute from what is there.
        resume: Leave out dates that an earlier backfill settled and that did not change since.
        parallel: Parts at work at a time: reading ahead, computing, pushing.
    """

    include_bootstrap: bool = False
    include_injured: bool = False
    no_push: bool = False
    prune: bool = False
    force: bool = False
    skip_preflight: bool = False
    resume: bool = True
    parallel: int = 1

    def skipped_days(self, settings: Settings) -> int:
        """How many of a season's first days get no rows."""
        return 0 if self.include_bootstrap else settings.bootstrap_days

    def fingerprint(self, settings: Settings) -> str:
        """All but the inputs that a computed row depends on, as text."""
        return (
            f"sql={plan.sql_digest()[:16]} bootstrap_days={settings.bootstrap_days}"
            f" include_bootstrap={self.include_bootstrap}"
            f" include_injured={self.include_injured}"
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some days, ascending, that are pulled, computed and pushed together."""

    days: tuple[date, ...]

    @property
    def span(self) -> DateRange:
        """From the first day to the last; other days may lie between."""
        return DateRange(self.days[0], self.days[-1])


def chunks_of(whole: Iterable[DateRange]) -> tuple[Chunk, ...]:
    """All days of the ranges, a chunk for each season of each range."""
    return tuple(Chunk(tuple(part)) for part in date_ranges.by_season(whole))


def chunks_of_days(days: Iterable[date]) -> tuple[Chunk, ...]:
    """Exactly these days, a chunk for each season."""
    wanted = sorted(set(days))
    if not wanted:
        return ()
    parts = date_ranges.by_season([DateRange(wanted[0], wanted[-1])])
    found = (tuple(day for day in wanted if day in part) for part in parts)
    return tuple(Chunk(held) for held in found if held)


@dataclass(slots=True)
class Outcome:
    """What was done with one chunk; ``error`` is what stopped it."""

    chunk: Chunk
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
class Work:
    """What every chunk of one backfill shares."""

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

    def unsettled(self, con: duckdb.DuckDBPyConnection, chunk: Chunk) -> set[date]:
        """The chunk's days that are to be computed, as the replica is now."""
        days = set(chunk.days)
        if not self.options.resume:
            return days
        return days - date_states.settled(con, chunk.span, self._fingerprint)

    def prepare(
        self, outcome: Outcome, source: Warehouse, pulling: Progress, computing: Progress
    ) -> None:
        """Pull from ``source``, look, and compute what is not settled.

        Raises:
            Refused: a date is incomplete; nothing was computed.
        """
        chunk = outcome.chunk
        with self.replica.write() as con:
            begun = self.unsettled(con, chunk)
            self.mark(con, begun, "pending")
        with outcome.timed("pull"):
            outcome.pulled = pull_inputs(self.replica, source, chunk.span, progress=pulling)
            if not self.options.skip_preflight:
                found = preflight(self.replica, self.warehouse, chunk.days)
                outcome.notes = found.notes
                found.require(chunk.span)
        with self.replica.write() as con:
            todo = self.unsettled(con, chunk)
            # What the pull found changed: settled before, and now begun after all.
            self.mark(con, todo - begun, "pending")
            empty = _empty_dates(con, chunk.span)
        outcome.settled_count = len(chunk.days) - len(todo)
        with outcome.timed("compute"):
            for dates in date_ranges.grouped(todo, free=empty):
                self._compute(outcome, dates, computing)

    def _compute(self, outcome: Outcome, dates: DateRange, progress: Progress) -> None:
        report = compute(
            self.replica,
            dates,
            now=utc_now(),
            include_bootstrap=self.options.include_bootstrap,
            include_injured=self.options.include_injured,
            bootstrap_days=self.settings.bootstrap_days,
            run_id=self.run.run_id,
            progress=progress,
        )
        outcome.computed.append(report)

    def finish(self, outcome: Outcome) -> None:
        """Push the chunk's dates, resolve their gaps, and record the dates as done."""
        chunk = outcome.chunk
        if not self.options.no_push:
            with outcome.timed("push"):
                for dates in self._pushed_ranges(chunk):
                    outcome.pushed.append(self._push(dates))
        with self.replica.write() as con:
            outcome.gaps_resolved = gap_log.resolve_gaps(
                con, chunk.span, resolved_at=utc_now(), resolved_by="featurestore.backfill"
            )
            for report in outcome.computed:
                self.mark(con, set(report.computed) & set(chunk.days), "done")
                self.mark(con, set(report.skipped) & set(chunk.days), "skipped")

    def _pushed_ranges(self, chunk: Chunk) -> tuple[DateRange, ...]:
        if len(chunk.days) == chunk.span.days:
            return (chunk.span,)
        with self.replica.read() as con:
            return date_ranges.grouped(chunk.days, free=_empty_dates(con, chunk.span))

    def _push(self, dates: DateRange) -> PushReport:
        labels = {"featurestore_run": self.run.run_id, "featurestore_verb": "backfill"}
        store = tables.tables()[tables.STORE]
        return push(
            self.replica,
            self.warehouse,
            store,
            dates,
            prune=self.options.prune,
            force=self.options.force,
            labels=labels,
        )

    def fail(self, outcome: Outcome, error: Failure) -> None:
        """Record that the unsettled dates failed; all of them where only a push was to do."""
        outcome.error = error
        with self.replica.write() as con:
            days = self.unsettled(con, outcome.chunk) or set(outcome.chunk.days)
            self.mark(con, days, "failed", error.message)


def _empty_dates(con: duckdb.DuckDBPyConnection, dates: DateRange) -> set[date]:
    held = ledger.held(con, tables.tables()[tables.SUMMARY], dates)
    return {day for day, found in held.items() if not found.rows}
