"""``featurestore coverage``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from featurestore.cli import commands, options, output, table_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from featurestore.reports.coverage import By, Coverage, Period, Store


def run(
    start_date: options.StartDate = None,
    end_date: options.EndDate = None,
    season: options.Season = None,
    by: Annotated[str, typer.Option("--by", help="month, season or date.")] = "month",
    store: Annotated[
        str,
        typer.Option(
            "--store",
            help="Rows to count: local, computed here, or warehouse, pulled from it.",
        ),
    ] = "local",
    html: options.Html = None,
    config: options.Config = None,
    json: options.Json = False,
) -> None:
    """Compare game summaries with store rows; exit code 1 if rows are missing, except bootstrap."""
    from featurestore.compute.held_games import require_in_replica
    from featurestore.reports.coverage import coverage
    from sync.errors import BadInput

    if by not in ("month", "season", "date"):
        raise BadInput(f"--by {by}: unknown; known are month, season and date")
    if store not in ("local", "warehouse"):
        raise BadInput(f"--store {store}: unknown; known are local and warehouse")
    dates = options.date_range(start_date, end_date, season)
    settings = options.load_settings(config)
    options.require_page_library(html)
    replica = options.open_replica(settings)
    report = coverage(
        replica,
        dates,
        bootstrap_days=settings.bootstrap_days,
        by=[cast("By", by), "month"],
        store=cast("Store", store),
    )
    if not report.tables["all"]:
        require_in_replica(replica, dates)
    if json:
        output.print_json(_document(report, by))
    else:
        _print(report, by)
    if html is not None:
        from featurestore.pages import coverage as coverage_page

        options.write_page(html, coverage_page.page(report, commands.with_config))
    raise typer.Exit(1 if report.missing_rows else 0)


def _document(report: Coverage, by: str) -> dict[str, object]:
    return {
        "start_date": report.dates.start,
        "end_date": report.dates.end,
        "store": report.store,
        "by": by,
        "periods": report.tables[cast("By", by)],
        "total": next(iter(report.tables["all"]), None),
        "never_pulled": report.unknown,
        "versions": report.versions,
    }


def _print(report: Coverage, by: str) -> None:
    rows: list[Sequence[object]] = [_row(line) for line in report.tables[cast("By", by)]]
    rows += [_row(line) for line in report.tables["all"] if len(rows) > 1]
    if rows:
        output.print_table(
            f"coverage {report.dates.start} to {report.dates.end}",
            (by, "game summary", "feature store", "missing", "percent", "bootstrap", "why missing"),
            rows,
            styles={"missing": lambda count: "red" if count else None},
        )
        _print_calendars(report.tables["date"])
    else:
        typer.echo(f"no game summary from {report.dates.start} to {report.dates.end}")
    for line in report.tables["all"]:
        _print_apart(line)
    if len(report.versions) > 1:
        typer.echo("stored rows of several versions of the features:")
        for version in report.versions:
            typer.echo(
                f"  {version.feature_version or 'none'}: {output.counted(version.rows, 'row')}"
                f" from {version.first}"
                f" to {version.last}"
            )
    if report.unknown:
        first, last = report.unknown[0], report.unknown[-1]
        typer.echo(
            f"note: {output.counted(len(report.unknown), 'date')} never pulled and not counted:"
            f" first {first}, last {last}"
        )


def _row(line: Period) -> tuple[object, ...]:
    return (
        line.period,
        line.target_rows,
        line.store_rows,
        line.missing_rows,
        line.shown_pct,
        line.bootstrap_rows,
        ", ".join(f"{reason} {count:,}" for reason, count in line.reasons.items()),
    )


def _print_apart(line: Period) -> None:
    counts = (
        (line.no_sources_rows, "store rows lack their sources"),
        (line.stale_rows, "store rows are stale: they have no game summary"),
        (line.injured_rows, "store rows are for listed players without a game summary"),
        (line.listed_rows, "listed players have neither a game summary nor a store row"),
    )
    for count, what in counts:
        if count:
            typer.echo(f"not counted: {count:,} {what}")


def _print_calendars(days: Sequence[Period]) -> None:
    from rich.text import Text

    from featurestore.reports import coverage_calendar

    screen = table_layout.console()
    for calendar in coverage_calendar.calendars(days):
        screen.print(Text(f"season {calendar.season}"))
        for parts in coverage_calendar.lines(calendar, screen.width):
            screen.print(Text.assemble(*parts))
        screen.print()
    for parts in coverage_calendar.legend(screen.width):
        screen.print(Text.assemble(*parts))
