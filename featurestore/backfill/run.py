"""The main job over a range: pull, compute, push, mirror; a season at a time."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from featurestore import date_ranges
from featurestore.backfill import date_states
from featurestore.backfill.batch import (
    Batch,
    BatchResult,
    BatchRunner,
    Options,
    batches_of,
)
from featurestore.backfill.pipeline import Pipeline
from featurestore.backfill.progress import meter
from featurestore.clock import league_today
from featurestore.compute.inputs import pull_inputs
from featurestore.compute.report import added, merged_compute
from featurestore.definitions import tables
from featurestore.definitions.merge_rules import merge_rule
from sync.counted import counted
from sync.model import DateRange
from sync.transfer.mirror import MirrorReport, mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from featurestore.backfill.progress import Announce
    from featurestore.backfill.select_dates import Selection
    from featurestore.compute.report import ComputeReport
    from featurestore.config import Settings
    from featurestore.run_history import Run
    from sync.errors import Failure
    from sync.replica.file import Replica
    from sync.transfer.pull import PullReport
    from sync.transfer.push import PushReport
    from sync.warehouse import Warehouse


__all__ = ["BackfillReport", "FailedDates", "backfill", "mirror_both", "run_batches"]

RUN_DAYS = 7


@dataclass(frozen=True, slots=True)
class FailedDates:
    """Dates that could not be finished, ascending, and why."""

    days: tuple[date, ...]
    error: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What the stages did; ``seconds`` is by stage.

    Attributes:
        dates: From the first date to the last.
        pulled: A report for each table and season.
        computed: All computations as one.
        pushed: All pushes as one; None if there was nothing to push.
        mirrored: A report for the gaps, and one or two for the runs.
        gaps_resolved: Gaps that now have a valid row.
        settled: Dates that an earlier backfill had finished, and that have not changed.
        failed: Dates that failed; the others are done.
        notes: Notes of the preflight.
        seconds: By stage; in parallel, the stages of different seasons overlap.
    """

    dates: DateRange
    pulled: tuple[PullReport, ...]
    computed: ComputeReport
    pushed: PushReport | None
    mirrored: tuple[MirrorReport, ...]
    gaps_resolved: int
    settled: int = 0
    failed: tuple[FailedDates, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def mirror_both(
    replica: Replica, warehouse: Warehouse, dates: DateRange, *, dry_run: bool = False
) -> tuple[MirrorReport, ...]:
    """Mirror the gaps and the runs of the range, and the runs of the last week up to today.

    A run over one date is recorded at that date; a run over a range, at the league's date on which
    it ran.
    """
    today = league_today()
    recent = DateRange(today - timedelta(days=RUN_DAYS), today)
    mirrored = [(tables.GAPS, dates), (tables.RUNS, dates)]
    if recent.start not in dates or recent.end not in dates:
        mirrored.append((tables.RUNS, recent))
    return tuple(
        mirror(replica, warehouse, tables.tables()[name], merge_rule(name), days, dry_run=dry_run)
        for name, days in mirrored
    )


def refresh(
    replica: Replica,
    warehouse: Warehouse,
    selection: Selection,
    *,
    run: Run | None = None,
    no_push: bool = False,
) -> None:
    """Update what a selection of dates depends on: pulled partitions, or gaps.

    Stale dates follow from the pulled partitions; other replicas' gaps are in the warehouse.
    """
    if selection.only == "stale":
        pull_inputs(replica, warehouse, selection.dates, run=run)
    elif selection.only == "gaps" and not no_push:
        mirror_both(replica, warehouse, selection.dates)


def backfill(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    settings: Settings,
    run: Run,
    *,
    include_bootstrap: bool = False,
    no_push: bool = False,
    announce: Announce = lambda _: None,
) -> BackfillReport:
    """Pull, compute, push and mirror a range; resolve the gaps that now have a valid row.

    Raises:
        Failure: a season failed; the others are done. See :func:`run_batches`, which reports them.
    """
    options = Options(include_bootstrap=include_bootstrap, no_push=no_push)
    work = BatchRunner(replica, warehouse, settings, run, options)
    report, error = run_batches(work, batches_of([dates]), announce=announce)
    if error:
        raise error
    return report


def run_batches(
    work: BatchRunner,
    batches: Sequence[Batch],
    *,
    announce: Announce = lambda _: None,
    before_mirror: Callable[[Sequence[BatchResult]], None] = lambda _: None,
) -> tuple[BackfillReport, Failure | None]:
    """Run the batches in order, then mirror; after a failed batch, the others still run.

    The state of each date is recorded in the replica: after a kill, the same command continues
    where it stopped, and retries what failed. A date that is done is skipped unless its inputs
    have changed.

    Args:
        work: The replica, the warehouse and the options.
        batches: At least one, ascending.
        announce: Called with each stage's name; returns the stage's progress callback.
        before_mirror: Called with the results, before gaps and runs are mirrored.

    Returns:
        What was done, and the error to end with, if any batch failed.

    Raises:
        ReplicaLocked: another process writes; nothing more can be recorded.
    """
    dates = DateRange(batches[0].dates.start, batches[-1].dates.end)
    with work.replica.write() as con:
        date_states.plan(con, [day for batch in batches for day in batch.days])
    results = Pipeline(work, meter(work, batches, announce)).run(batches)
    failed = [result for result in results if result.error]
    before_mirror(results)
    mirrored: tuple[MirrorReport, ...] = ()
    seconds = added(result.seconds for result in results)
    if not work.options.no_push:
        announce("mirror")
        began = time.perf_counter()
        mirrored = mirror_both(work.replica, work.warehouse, dates)
        seconds["mirror"] = time.perf_counter() - began
    pushes = [report for result in results for report in result.pushed]
    report = BackfillReport(
        dates=dates,
        pulled=tuple(report for result in results for report in result.pulled),
        computed=merged_compute(dates, [report for o in results for report in o.computed]),
        pushed=_merged_push(dates, pushes),
        mirrored=mirrored,
        gaps_resolved=sum(result.gaps_resolved for result in results),
        settled=sum(result.settled_count for result in results),
        failed=tuple(_failed(result) for result in failed),
        notes=tuple(note for result in results for note in result.notes),
        seconds=seconds,
    )
    _time(work.run, report)
    return report, _error(failed)


def _failed(result: BatchResult) -> FailedDates:
    error = result.error
    assert error is not None
    return FailedDates(result.batch.days, error.message, error.exit_code)


def _error(failed: Sequence[BatchResult]) -> Failure | None:
    """The error, if there is one; of several, one of the first's class with all failed dates."""
    errors = [result.error for result in failed if result.error]
    if len(errors) < 2:
        return errors[0] if errors else None
    days: list[date] = [day for result in failed for day in result.batch.days]
    first = errors[0]
    return type(first)(
        f"backfill: {counted(len(days), 'date')} failed, {date_ranges.shown(days)}; first:"
        f" {first.message}",
        hint=first.hint,
        failed=[str(day) for day in days],
    )


def _time(run: Run, report: BackfillReport) -> None:
    run.add(report.computed.seconds, report.computed.detail)
    seconds = report.seconds
    run.add({"extract_time": seconds.get("pull", 0), "save_time": seconds.get("push", 0)}, {})
    run.records_processed = sum(pulled.rows for pulled in report.pulled)
    run.records_created = report.pushed.rows if report.pushed else report.computed.rows


def _merged_push(dates: DateRange, reports: Sequence[PushReport]) -> PushReport | None:
    """Several pushes as one report; None without any."""
    if not reports:
        return None
    return replace(
        reports[0],
        dates=dates,
        pushed=tuple(day for report in reports for day in report.pushed),
        unchanged=sum(report.unchanged for report in reports),
        rows=sum(report.rows for report in reports),
        deleted=sum(report.deleted for report in reports),
        kept=sum(report.kept for report in reports),
        job_ids=tuple(job for report in reports for job in report.job_ids),
        repeated=sum(report.repeated for report in reports),
        added=sum(report.added for report in reports),
        replaced=sum(report.replaced for report in reports),
        pruned=sum(report.pruned for report in reports),
        other_versions=dict(
            sum((Counter(report.other_versions) for report in reports), Counter[str]())
        ),
        seconds=sum(report.seconds for report in reports),
    )
