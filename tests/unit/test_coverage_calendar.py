from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from featurestore.reports import coverage_calendar
from featurestore.reports.coverage import Period

MONDAY = date(2025, 1, 6)


def day(when: date, stored: int = 0, missing: int = 0, bootstrap: int = 0) -> Period:
    due = stored + missing
    pct = 100 * stored / due if due else None
    target = due + bootstrap
    return Period(str(when), "2024-25", target, stored, missing, pct, bootstrap, 0, 0, 0, 0)


def text(calendar: coverage_calendar.Calendar, width: int = 80) -> list[str]:
    return [
        "".join(part for part, _ in line).rstrip()
        for line in coverage_calendar.lines(calendar, width)
    ]


@pytest.mark.parametrize(
    ("stored", "missing", "bootstrap", "meaning"),
    [
        (0, 0, 0, "no games"),
        (0, 0, 9, "bootstrap"),
        (0, 9, 0, "0 %"),
        (49, 51, 0, "below 50 %"),
        (50, 50, 0, "below 95 %"),
        (95, 5, 0, "below 100 %"),
        (99_999, 1, 0, "below 100 %"),
        (9, 0, 0, "100 %"),
        (9, 0, 9, "100 %"),
    ],
)
def test_a_date_has_one_level(stored: int, missing: int, bootstrap: int, meaning: str) -> None:
    assert coverage_calendar.level(day(MONDAY, stored, missing, bootstrap)).meaning == meaning


def test_a_date_with_stale_rows_alone_had_no_games() -> None:
    assert coverage_calendar.level(replace(day(MONDAY), stale_rows=3)) is coverage_calendar.NO_GAMES


def test_every_level_has_its_own_sign() -> None:
    assert len({level.sign for level in coverage_calendar.LEVELS}) == len(coverage_calendar.LEVELS)


def test_weeks_are_columns_and_weekdays_rows() -> None:
    days = [
        day(MONDAY + timedelta(1), 1),
        day(MONDAY + timedelta(7), 1, 1),
        day(MONDAY + timedelta(13), 0, 1),
    ]
    (calendar,) = coverage_calendar.calendars(days)
    assert (calendar.season, calendar.monday, calendar.weeks) == ("2024-25", MONDAY, 2)
    assert text(calendar) == [
        "    Jan",
        "Mon · ▒",
        "Tue █ ·",
        "Wed · ·",
        "Thu · ·",
        "Fri · ·",
        "Sat · ·",
        "Sun · x",
    ]


def test_months_are_above_the_week_in_which_they_begin() -> None:
    first = date(2024, 10, 22)
    (calendar,) = coverage_calendar.calendars(day(first + timedelta(n), 1) for n in range(120))
    months, mondays, *_ = text(calendar)
    starts = {name: months.index(name) for name in months.split()}
    assert list(starts) == ["Nov", "Dec", "Jan", "Feb"]
    for name, month in (("Nov", 11), ("Dec", 12)):
        begin = date(2024, month, 1)
        assert starts[name] == 4 + 2 * ((begin - calendar.monday).days // 7)
    assert mondays.startswith("Mon · █ █")


def test_a_narrow_terminal_gets_one_column_per_week_then_several_rows_of_weeks() -> None:
    (calendar,) = coverage_calendar.calendars(day(MONDAY + timedelta(n), 1) for n in range(210))
    assert calendar.weeks == 30
    assert {len(line) for line in text(calendar, 64)[1:]} == {63}
    assert {len(line) for line in text(calendar, 60)[1:]} == {34}
    wrapped = text(calendar, 24)
    assert len(wrapped) == 16
    assert all(len(line) <= 24 for line in wrapped)


def test_seasons_come_in_order_each_with_its_own_weeks() -> None:
    later = replace(day(date(2025, 10, 21), 1), season="2025-26")
    stray = replace(day(date(2031, 1, 1)), season=None)
    shown = coverage_calendar.calendars([stray, later, day(MONDAY, 1)])
    assert [(c.season, c.weeks) for c in shown] == [
        ("2024-25", 1),
        ("2025-26", 1),
        ("no season", 1),
    ]
    assert coverage_calendar.calendars([]) == ()


def test_the_legend_breaks_between_two_signs_only() -> None:
    def shown(width: int) -> list[str]:
        return ["".join(part for part, _ in line) for line in coverage_calendar.legend(width)]

    assert shown(80) == [
        "    · no games   b bootstrap   x 0 %   ░ below 50 %   ▒ below 95 %",
        "    ▓ below 100 %   █ 100 %",
    ]
    (legend,) = shown(200)
    assert legend.endswith("▒ below 95 %   ▓ below 100 %   █ 100 %")
    assert len(shown(10)) == 7
