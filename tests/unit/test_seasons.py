from datetime import date

import pytest

from featurestore.definitions import seasons
from sync.errors import BadInput
from sync.model import DateRange


def test_the_calendar_of_the_feature_sql_is_read_whole() -> None:
    calendar = seasons.calendar()
    assert list(calendar) == list(range(2018, 2026))
    assert calendar[2019] == (date(2019, 10, 22), date(2020, 8, 17))


def test_a_season_ends_the_day_before_the_next_one_begins() -> None:
    assert seasons.season_range("2024-25") == DateRange(date(2024, 10, 22), date(2025, 10, 20))


def test_the_last_known_season_has_365_days() -> None:
    found = seasons.season_range("2025-26")
    assert (found.start, found.days) == (date(2025, 10, 21), 365)


def test_a_century_ends_a_season_as_00() -> None:
    assert seasons.season_name(1999) == "1999-00"


@pytest.mark.parametrize("name", ["1999-00", "2024", "2024-2025", "next", ""])
def test_a_season_outside_of_the_calendar_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BadInput, match=r"known are 2018-19, .*2025-26"):
        seasons.season_range(name)
