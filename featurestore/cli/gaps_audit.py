"""``featurestore gaps audit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from featurestore.cli import options, output

if TYPE_CHECKING:
    from featurestore.config import Settings
    from featurestore.gaps.audit import AuditReport
    from sync.model import DateRange
    from sync.replica.file import Replica


def audit_gaps(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    local: Annotated[
        bool,
        typer.Option("--local", help="Audit the rows computed here, without the warehouse."),
    ] = False,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Find rows that are missing or wrong in the store, and log them as gaps; exit code 1 if any.

    Pulls the range's summaries and the warehouse's store rows, and mirrors the gaps. A dry run
    audits what was already pulled, and logs nothing.
    """
    from featurestore.clock import utc_now
    from featurestore.compute.held_games import require_in_replica
    from featurestore.gaps.audit import audit

    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    replica = options.open_replica(settings)
    if not (local or dry_run):
        _exchange(replica, settings, dates, rows=True)
    require_in_replica(replica, dates)
    report = audit(
        replica,
        dates,
        now=utc_now(),
        bootstrap_days=settings.bootstrap_days,
        dry_run=dry_run,
        store="local" if local else "warehouse",
    )
    if not (local or dry_run) and (report.opened or report.closed):
        _exchange(replica, settings, dates, rows=False)
    if json:
        output.print_json({**output.plain(report), "rows": report.rows, "dry_run": dry_run})
    else:
        _print(report, dry_run=dry_run)
    raise typer.Exit(1 if report.found else 0)


def _exchange(replica: Replica, settings: Settings, dates: DateRange, *, rows: bool) -> None:
    """Mirror the gaps, so that none is logged twice; with ``rows``, first pull what is compared."""
    from featurestore import run_history
    from featurestore.compute.inputs import pull_inputs
    from featurestore.definitions import merge_rules, tables
    from sync.transfer.mirror import mirror
    from sync.transfer.pull import pull

    with (
        options.open_warehouse(settings) as warehouse,
        run_history.costs(replica, "gaps audit", warehouse),
        output.progress() as announce,
    ):
        if rows:
            pull_inputs(replica, warehouse, dates, progress=announce("pull"))
            store = tables.tables()[tables.STORE]
            pull(replica, warehouse, store, dates, progress=announce("pull store"))
        mirror(replica, warehouse, tables.tables()[tables.GAPS], merge_rules.GAPS, dates)


def _print(report: AuditReport, *, dry_run: bool) -> None:
    from featurestore.date_ranges import shown
    from featurestore.gaps.explain import FIXES

    dates = report.dates
    audited = f"audit of {output.counted(report.store_rows, 'row')} of the {report.store} store"
    if report.found:
        output.print_table(
            f"{audited}, {dates.start} to {dates.end}",
            ("reason", "players", "dates", "first", "last", "for example"),
            [
                (
                    gap_group.reason,
                    gap_group.rows,
                    gap_group.dates,
                    str(gap_group.first),
                    str(gap_group.last),
                    f"{gap_group.player_lookup}: {gap_group.detail}",
                )
                for gap_group in report.found
            ],
            expendable=("first", "last"),
        )
    else:
        typer.echo(f"{audited}, {dates.start} to {dates.end}: no gaps")
    would = "would be " if dry_run else ""
    typer.echo(
        f"gaps {would}opened {report.opened:,}, already open {report.already_open:,},"
        f" {would}closed {report.closed:,}"
    )
    if report.mixed_versions:
        typer.echo(
            f"{output.counted(len(report.mixed_versions), 'date')} with rows of several feature"
            f" versions: {shown(report.mixed_versions)}"
        )
    range_options = f"--start-date {dates.start} --end-date {dates.end}"
    flags = dict.fromkeys(FIXES[gap_group.reason] for gap_group in report.found)
    for flag in flags:
        reasons = ", ".join(one.reason for one in report.found if FIXES[one.reason] == flag)
        output.print_command(f"  fix {reasons}", f"featurestore backfill {flag} {range_options}")
