"""Games of a season that the calendar lacks: refused, or said; never passed over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync.duck import connections

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Run = Callable[..., Any]

RANGE = ("--start-date", "2026-11-01", "--end-date", "2026-11-10")
TOLD = (
    "season 2026-27 is not in the calendar: without it no date is early, bootstrap or playoff;"
    " add a row to sql/features/season_calendar.sql: UNION ALL SELECT 2026 AS season_year,"
    " DATE 'YYYY-MM-DD' AS first_day, DATE 'YYYY-MM-DD' AS playoff_day"
)


@pytest.fixture
def new_season(ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Four dates of 2026-27 in the warehouse; today is in that season."""
    monkeypatch.setenv("FEATURESTORE_TODAY", "2026-11-20")
    with connections.opened(tmp_path / "data/warehouse.duckdb") as con:
        con.execute(
            "INSERT INTO nba_analytics.player_game_summary BY NAME"
            " SELECT * REPLACE (game_date + 670 AS game_date, 2026 AS season_year,"
            " strftime(game_date + 670, '%Y%m%d') || '_BOS_NYK' AS game_id)"
            " FROM nba_analytics.player_game_summary"
        )
    return ready


def test_the_preflight_refuses_it_by_name_and_computes_nothing(new_season: Run) -> None:
    answer = new_season("backfill", *RANGE)
    assert answer.code == 3
    assert TOLD in answer.err
    assert "--skip-preflight" in answer.err
    assert new_season("coverage", *RANGE, "--json").json["total"]["store_rows"] == 0


def test_without_the_preflight_it_is_reported_and_computed(new_season: Run) -> None:
    answer = new_season("backfill", *RANGE, "--skip-preflight")
    assert answer.code == 0
    assert f"note: {TOLD}\n" in answer.out
    assert new_season("coverage", *RANGE, "--json").json["total"]["store_rows"] == 24


def test_a_compute_reports_it(new_season: Run) -> None:
    assert new_season("pull", *RANGE).code == 0
    for more in ((), ("--dry-run",)):
        answer = new_season("compute", *RANGE, *more)
        assert (answer.code, f"note: {TOLD}\n" in answer.out) == (0, True)
    assert new_season("compute", *RANGE, "--json").json["notes"] == [TOLD]


def test_other_dates_of_the_same_warehouse_are_computed_without_a_warning(new_season: Run) -> None:
    answer = new_season("backfill", "--start-date", "2025-01-01", "--end-date", "2025-01-04")
    assert (answer.code, "calendar" in answer.out + answer.err) == (0, False)


@pytest.mark.parametrize(
    ("today", "is_ok"), [("2026-10-20", True), ("2026-10-21", False), ("2025-01-01", True)]
)
def test_the_doctor_finds_that_the_season_under_way_is_not_listed(
    ready: Run, monkeypatch: pytest.MonkeyPatch, today: str, is_ok: bool
) -> None:
    monkeypatch.setenv("FEATURESTORE_TODAY", today)
    checks = ready("doctor", "--json").json["checks"]
    (check,) = [check for check in checks if check["name"] == "seasons"]
    assert check["is_ok"] is is_ok
    if not is_ok:
        assert "after the last season of the calendar, which ends on 2026-10-20" in check["detail"]
        assert "sql/features/season_calendar.sql: UNION ALL SELECT 2026" in check["hint"]
