"""The main job over a range: pull, compute, push, mirror."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from featurestore import gaps, schema, sqlfiles
from featurestore.clock import league_today, utc_now
from featurestore.compute import ComputeReport, compute
from sync.mirror import MirrorReport, mirror
from sync.model import DateRange
from sync.pull import PullReport, pull
from sync.push import PushReport, push

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from featurestore.config import Settings
    from featurestore.runs import Run
    from sync.replica import Replica
    from sync.warehouse import Warehouse

RUN_DAYS = 7


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What the four stages did; ``seconds`` is by stage."""

    dates: DateRange
    pulled: tuple[PullReport, ...]
    computed: ComputeReport
    pushed: PushReport | None
    mirrored: tuple[MirrorReport, ...]
    gaps_resolved: int
    seconds: Mapping[str, float] = field(default_factory=dict)


def pull_inputs(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[PullReport, ...]:
    """Pull all that the features of ``dates`` read: their lookback too, and injuries if any."""
    needed = dates.with_lookback(sqlfiles.lookback_days())
    reports = []
    for name in (schema.SUMMARY, schema.INJURIES):
        table = schema.tables()[name]
        if table.optional:
            with warehouse.snapshot() as snapshot:
                if snapshot.columns(table) is None:
                    continue
        reports.append(pull(replica, warehouse, table, needed, dry_run=dry_run, progress=progress))
    return tuple(reports)


def mirror_both(
    replica: Replica, warehouse: Warehouse, dates: DateRange, *, dry_run: bool = False
) -> tuple[MirrorReport, ...]:
    """Mirror the gaps and the runs of the range, and the runs of the last week up to today.

    A run over one date stands at that date, a run over a range at the league's date on which it
    ran, whatever its range.
    """
    today = league_today()
    recent = DateRange(today - timedelta(days=RUN_DAYS), today)
    wanted = [(schema.GAPS, dates), (schema.RUNS, dates)]
    if recent.start not in dates or recent.end not in dates:
        wanted.append((schema.RUNS, recent))
    return tuple(
        mirror(replica, warehouse, schema.tables()[name], days, dry_run=dry_run)
        for name, days in wanted
    )


def backfill(
    replica: Replica,
    warehouse: Warehouse,
    dates: DateRange,
    settings: Settings,
    run: Run,
    *,
    include_bootstrap: bool = False,
    no_push: bool = False,
    prune: bool = False,
    force: bool = False,
    announce: Callable[[str], Callable[[int, int], None] | None] = lambda _: None,
) -> BackfillReport:
    """Pull, compute, push and mirror a range; resolve the gaps that now have a valid row.

    Each stage is whole before the next begins, and may be repeated: the same command after a
    kill goes on from what stands.

    Args:
        replica: The local replica.
        warehouse: Where rows come from and go to.
        dates: Both ends included.
        settings: For the bootstrap days.
        run: Collects the seconds of each stage.
        include_bootstrap: Write rows for a season's first days, too.
        no_push: Leave the warehouse as it is: no push, no mirror.
        prune: Remove the warehouse's rows of these dates that the replica has not.
        force: Push over partitions that changed since they were last seen.
        announce: Called with each stage's name; gives the stage's progress callback.
    """
    seconds: dict[str, float] = {}

    def timed(stage: str, began: float) -> None:
        seconds[stage] = time.perf_counter() - began

    began = time.perf_counter()
    pulled = pull_inputs(replica, warehouse, dates, progress=announce("pull"))
    timed("pull", began)
    began = time.perf_counter()
    computed = compute(
        replica,
        dates,
        now=utc_now(),
        include_bootstrap=include_bootstrap,
        bootstrap_days=settings.bootstrap_days,
        run_id=run.run_id,
        progress=announce("compute"),
    )
    timed("compute", began)
    pushed: PushReport | None = None
    mirrored: tuple[MirrorReport, ...] = ()
    if not no_push:
        announce("push")
        began = time.perf_counter()
        store = schema.tables()[schema.STORE]
        labels = {"featurestore_run": run.run_id, "featurestore_verb": "backfill"}
        pushed = push(replica, warehouse, store, dates, prune=prune, force=force, labels=labels)
        timed("push", began)
    with replica.write() as con:
        resolved = gaps.resolve_gaps(
            con, dates, resolved_at=utc_now(), resolved_by="featurestore.backfill"
        )
    if not no_push:
        announce("mirror")
        began = time.perf_counter()
        mirrored = mirror_both(replica, warehouse, dates)
        timed("mirror", began)
    _time(run, computed, pulled, pushed, seconds)
    return BackfillReport(dates, pulled, computed, pushed, mirrored, resolved, seconds)


def _time(
    run: Run,
    computed: ComputeReport,
    pulled: tuple[PullReport, ...],
    pushed: PushReport | None,
    seconds: Mapping[str, float],
) -> None:
    run.add(computed.seconds, computed.detail)
    run.add({"extract_time": seconds["pull"], "save_time": seconds.get("push", 0.0)}, {})
    run.records_processed = sum(report.rows for report in pulled)
    run.records_created = pushed.rows if pushed else computed.rows
