"""Coverage as a page: a calendar a season, a date's missing players, reasons by month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from featurestore.pages import frame
from featurestore.reports import coverage_calendar as calendar_of
from sync.counted import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from featurestore.reports.coverage import Coverage, Missing, Period
    from featurestore.reports.coverage_calendar import Calendar

_CLASSES = {
    calendar_of.NO_GAMES: "none",
    calendar_of.BOOTSTRAP: "bootstrap",
    calendar_of.NOTHING: "nothing",
    calendar_of.LITTLE: "little",
    calendar_of.SOME: "some",
    calendar_of.MOST: "most",
    calendar_of.WHOLE: "whole",
}
_COLORS = 8


def page(report: Coverage, command: Callable[[str], str] = str) -> str:
    """The page of a report.

    Args:
        report: Has the tables ``all``, ``month`` and ``date``.
        command: Completes the commands that the page shows; by default they are unchanged.
    """
    months = report.tables["month"]
    reasons = sorted({reason for month in months for reason in month.reasons})
    colors = {reason: f"c{number % _COLORS}" for number, reason in enumerate(reasons)}
    return frame.render(
        "coverage",
        title=f"Coverage {report.dates.start} to {report.dates.end}",
        total=_total(report),
        versions=[
            f"{one.feature_version or 'none'} {counted(one.rows, 'row')}" for one in report.versions
        ],
        levels=[(_CLASSES[level], level.meaning) for level in calendar_of.LEVELS],
        calendars=[_calendar(one) for one in calendar_of.calendars(report.tables["date"])],
        reasons=[(color, reason) for reason, color in colors.items()],
        months=_months(months, colors),
        days=_days(report.tables["date"], report.missing, command),
    )


def _calendar(calendar: Calendar) -> dict[str, Any]:
    mondays = [calendar.monday + timedelta(7 * week) for week in range(calendar.weeks)]
    rows = [
        (name, [_cell(monday + timedelta(weekday), calendar) for monday in mondays])
        for weekday, name in enumerate(calendar_of.WEEKDAYS)
    ]
    return {"season": calendar.season, "months": _month_names(mondays), "rows": rows}


def _month_names(mondays: Sequence[date]) -> list[str]:
    """The names of the months, above the first week and each in which a month begins."""
    sundays = [monday + timedelta(6) for monday in mondays]
    return [
        f"{sunday:%b}" if number == 0 or sunday.day <= 7 else ""
        for number, sunday in enumerate(sundays)
    ]


def _cell(day: date, calendar: Calendar) -> dict[str, str]:
    line = calendar.days.get(day)
    level = calendar_of.level(line)
    words = "" if level is calendar_of.NO_GAMES else f"{day:%a %Y-%m-%d}: {_counts(line)}"
    return {"day": str(day), "level": _CLASSES[level], "words": words}


def _counts(line: Period | None) -> str:
    if line is None:
        return "no games"
    words = []
    if line.coverage_pct is not None:
        words.append(
            f"{line.shown_pct:.2f} %, {line.store_rows:,} stored, {line.missing_rows:,} missing"
        )
    parts = (
        (line.bootstrap_rows, "not due (bootstrap)"),
        (line.no_sources_rows, "stored without sources"),
        (line.stale_rows, "stored without a game summary"),
        (line.injured_rows, "stored for listed players"),
        (line.listed_rows, "listed players without a row"),
    )
    words += [f"{count:,} {what}" for count, what in parts if count]
    return ", ".join(words)


def _days(
    lines: Sequence[Period],
    missing: Mapping[str, Sequence[Missing]],
    command: Callable[[str], str],
) -> dict[str, dict[str, Any]]:
    """Date to what a click on it shows."""
    days = {}
    for line in lines:
        by_reason: dict[str, list[str]] = {}
        for one in missing.get(line.period, ()):
            by_reason.setdefault(one.reason, []).append(one.player_lookup)
        range_options = f"--start-date {line.period} --end-date {line.period}"
        days[line.period] = {
            "title": f"{date.fromisoformat(line.period):%A %Y-%m-%d}",
            "counts": _counts(line),
            "reasons": [{"reason": name, "players": who} for name, who in by_reason.items()],
            "command": command(f"featurestore backfill {range_options}") if by_reason else "",
        }
    return days


def _months(months: Sequence[Period], colors: Mapping[str, str]) -> list[dict[str, Any]]:
    most = max((month.missing_rows for month in months), default=0) or 1
    return [
        {
            "period": month.period,
            "parts": [
                (100 * count / most, colors[reason], f"{reason} {count:,}")
                for reason, count in sorted(month.reasons.items())
            ],
            "missing": frame.number(month.missing_rows),
            "percent": frame.number(month.shown_pct, 2),
            "reasons": ", ".join(f"{name} {count:,}" for name, count in month.reasons.items()),
        }
        for month in months
    ]


def _total(report: Coverage) -> str:
    """A few sentences about the range."""
    parts = [f"Store rows: {'computed here' if report.store == 'local' else 'of the warehouse'}."]
    for line in report.tables["all"]:
        shown = "none is due" if line.shown_pct is None else f"{line.shown_pct:.2f} %"
        parts.append(
            f"{line.target_rows:,} game summary records, {line.store_rows:,} stored,"
            f" {line.missing_rows:,} missing ({shown}), {line.bootstrap_rows:,} bootstrap."
        )
    if report.unknown:
        parts.append(f"{counted(len(report.unknown), 'date')} never pulled and not counted.")
    return " ".join(parts)
