from datetime import date

import pytest

from featurestore.definitions import seasons
from sync.errors import BadInput
from sync.model import DateRange


def test_the_whole_calendar_of_the_feature_sql_is_read() -> None:
    calendar = seasons.calendar()
    assert list(calendar) == list(range(2018, 2026))
    assert calendar[2019] == (date(2019, 10, 22), date(2020, 8, 17))


def test_a_season_ends_the_day_before_the_next_one_begins() -> None:
    assert seasons.season_range("2024-25") == DateRange(date(2024, 10, 22), date(2025, 10, 20))


def test_the_last_known_season_has_365_days() -> None:
    dates = seasons.season_range("2025-26")
    assert (dates.start, dates.days) == (date(2025, 10, 21), 365)


def test_a_season_that_ends_a_century_is_named_00() -> None:
    assert seasons.season_name(1999) == "1999-00"


def test_the_nearest_season_is_named() -> None:
    for name in ("24-25", "2024-2025"):
        with pytest.raises(BadInput) as caught:
            seasons.season_range(name)
        assert caught.value.hint.startswith("did you mean 2024-25"), name
    with pytest.raises(BadInput) as caught:
        seasons.season_range("next")
    assert caught.value.hint == "name one of them, or use --start-date and --end-date"


@pytest.mark.parametrize("name", ["1999-00", "2024", "2024-2025", "next", ""])
def test_a_season_outside_the_calendar_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BadInput, match=r"known are 2018-19, .*2025-26"):
        seasons.season_range(name)


ROW = "SELECT\n  2024 AS season_year,\n  DATE '2024-10-22' AS first_day,\n  {} AS playoff_day"
NEXT = (
    "UNION ALL SELECT 2025 AS season_year, DATE '2025-10-21' AS first_day,"
    " DATE '2026-04-18' AS playoff_day"
)


@pytest.mark.parametrize(
    "playoff",
    ["DATE '2025-04-19'", "/* moved */ DATE '2025-04-19' /* twice */", "date\n'2025-04-19'"],
)
def test_a_comment_or_a_line_break_drops_no_season(playoff: str) -> None:
    row = ROW.format(playoff).replace("first_day,", "first_day, -- as published")
    assert seasons.parse_calendar(f"{row}\n{NEXT}") == [
        [2024, "2024-10-22", "2025-04-19"],
        [2025, "2025-10-21", "2026-04-18"],
    ]


GOOD = ROW.format("DATE '2025-04-19'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW.format("CURRENT_DATE()"), "cannot be read as a season"),
        (ROW.format("DATE '2025-04-31'"), "cannot be read as a season"),
        (ROW.format("'2025-04-19'"), "cannot be read as a season"),
        (f"{GOOD} FROM t", "cannot be read as a season"),
        (f"{GOOD} LIMIT 0", "cannot be read as a season"),
        (f"{GOOD} {NEXT} {NEXT}", "occurs twice, or two seasons overlap"),
        (ROW.format("DATE '2024-04-19'"), "occurs twice, or two seasons overlap"),
        ("SELECT (", "does not parse"),
    ],
)
def test_a_row_that_is_not_a_season_is_refused_instead_of_left_out(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        seasons.parse_calendar(text)


def test_the_suggested_row_can_be_added_as_it_is() -> None:
    row = seasons.calendar_row(2026)
    for day in ("2026-10-20", "2027-04-17"):
        row = row.replace("YYYY-MM-DD", day, 1)
    assert seasons.parse_calendar(f"{GOOD} {NEXT} {row}")[-1] == [2026, "2026-10-20", "2027-04-17"]
