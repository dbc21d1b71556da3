"""``featurestore backfill``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import backfill_report as shown
from featurestore.cli import options, output
from featurestore.cli.compute import IncludeBootstrap, IncludeInjured
from featurestore.cli.push import Force, NewSql, Prune
from sync.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.backfill.batch import BatchResult, Options
    from featurestore.backfill.select_dates import Selection
    from featurestore.config import Settings
    from sync.replica.file import Replica
    from sync.warehouse import Warehouse

Dates = Annotated[
    str | None, typer.Option("--dates", help="Only these dates: YYYY-MM-DD,YYYY-MM-DD,...")
]
FromGaps = Annotated[
    bool, typer.Option("--from-gaps", help="Only the range's dates with open gaps.")
]
Stale = Annotated[
    bool, typer.Option("--stale", help="Only computed dates whose inputs or SQL have changed.")
]
Status = Annotated[
    bool, typer.Option("--status", help="Show how far each date got; change nothing.")
]
NoResume = Annotated[
    bool, typer.Option("--no-resume", help="Also compute dates that are already done.")
]
SkipPreflight = Annotated[
    bool, typer.Option("--skip-preflight", help="Compute even if the inputs are incomplete.")
]
Parallel = Annotated[
    int,
    typer.Option(
        "--parallel",
        min=1,
        max=16,
        help="Seasons at work: while one is pushed, the next is computed.",
    ),
]


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    dates: Dates = None,
    from_gaps: FromGaps = False,
    stale: Stale = False,
    include_bootstrap: IncludeBootstrap = False,
    include_injured: IncludeInjured = False,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Leave the warehouse as it is.")
    ] = False,
    prune: Prune = False,
    force: Force = False,
    new_sql: NewSql = False,
    skip_preflight: SkipPreflight = False,
    no_resume: NoResume = False,
    parallel: Parallel = 1,
    status: Status = False,
    max_bytes: options.MaxBytes = None,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Pull, compute, push and mirror a range; resolve the gaps that now have a row.

    Can be repeated: after an interruption the same command continues where it stopped, and
    retries what failed.
    """
    from featurestore.backfill import date_states
    from featurestore.backfill.batch import Options
    from featurestore.definitions import tables

    selection = _selection(start_date, end_date, season, dates, from_gaps=from_gaps, stale=stale)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    if status:
        shown.print_states(date_states.states(replica, selection.dates), selection.days, json=json)
        return
    run_options = Options(
        include_bootstrap=include_bootstrap,
        include_injured=include_injured,
        no_push=no_push,
        prune=prune,
        force=force,
        new_sql=new_sql,
        skip_preflight=skip_preflight,
        # A date with a gap is wrong, even if its state is done.
        resume=not (no_resume or from_gaps),
        parallel=parallel,
    )
    with options.open_warehouse(settings, max_bytes) as warehouse:
        options.announce_warnings(warehouse, [tables.SUMMARY, tables.INJURIES, tables.STORE])
        if dry_run:
            _plan(replica, warehouse, settings, selection, run_options, json=json)
        else:
            _run(replica, warehouse, settings, selection, run_options, json=json)


def _selection(
    start: str | None,
    end: str | None,
    season: str | None,
    dates: str | None,
    *,
    from_gaps: bool,
    stale: bool,
) -> Selection:
    """The selection that the options describe.

    Raises:
        BadInput: they cannot be combined, or a date cannot be used.
    """
    from featurestore.backfill.select_dates import Selection
    from sync.model import DateRange

    if from_gaps and stale:
        raise BadInput(
            "--from-gaps: cannot be combined with --stale", hint="run one after the other"
        )
    if dates is None:
        date_range = options.date_range(start, end, season)
        return Selection(date_range, only="gaps" if from_gaps else "stale" if stale else None)
    if start or end or season or from_gaps or stale:
        raise BadInput(
            "--dates: cannot be combined with a range, --season, --from-gaps or --stale",
            hint="use one or the other",
        )
    days = tuple(sorted({options.parse_date(text.strip(), "--dates") for text in dates.split(",")}))
    # As for a range, the future is refused.
    date_range = options.date_range(str(days[0]), str(days[-1]), None)
    if date_range.end < days[-1]:
        raise BadInput(f"--dates {days[-1]}: is in the future", hint="leave it out")
    return Selection(DateRange(days[0], days[-1]), days)


def _plan(
    replica: Replica,
    warehouse: Warehouse,
    settings: Settings,
    selection: Selection,
    run_options: Options,
    *,
    json: bool,
) -> None:
    from featurestore import cost_estimate
    from featurestore.backfill.estimate import forecast
    from featurestore.backfill.select_dates import resolve
    from featurestore.compute.held_games import require_in_warehouse

    require_in_warehouse(replica, warehouse, selection.dates)
    batches = resolve(replica, selection, run_options, run_options.skipped_days(settings))
    plan = forecast(replica, warehouse, batches) if batches else None
    account = warehouse.account
    cost = cost_estimate.of_pull(account, plan.pull) if account and plan else None
    shown.print_plan(plan, cost, json=json)


def _run(
    replica: Replica,
    warehouse: Warehouse,
    settings: Settings,
    selection: Selection,
    run_options: Options,
    *,
    json: bool,
) -> None:
    from featurestore import run_history
    from featurestore.backfill import select_dates
    from featurestore.backfill.batch import BatchRunner
    from featurestore.backfill.run import refresh, run_batches
    from featurestore.backfill.select_dates import resolve
    from featurestore.compute.held_games import require_in_warehouse

    require_in_warehouse(replica, warehouse, selection.dates)
    watcher = options.watcher(settings)
    with run_history.record(replica, "backfill", selection.dates, warehouse, watcher) as run_record:
        refresh(replica, warehouse, selection, run=run_record, no_push=run_options.no_push)
        batches = resolve(replica, selection, run_options, run_options.skipped_days(settings))
        if not batches:
            shown.print_nothing(selection.dates, json=json)
            return

        def count(results: Sequence[BatchResult]) -> None:
            if selection.only == "gaps":
                select_dates.count_all_attempts(
                    replica, results, bootstrap_days=run_options.skipped_days(settings)
                )

        work = BatchRunner(replica, warehouse, settings, run_record, run_options)
        with output.progress() as announce:
            report, error = run_batches(work, batches, announce=announce, before_mirror=count)
        shown.print_report(report, json=json)
        if error:
            raise error
