"""Coverage on a real replica: a few rows in, whole tables out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from featurestore.definitions import tables
from featurestore.reports.coverage import Period, coverage
from sync.errors import Refused
from sync.model import DateRange
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from featurestore.reports.coverage import Coverage

NOON = datetime(2025, 2, 1, 12, tzinfo=UTC)
# The first day of season 2024-25 is 2024-10-22.
EARLY = date(2024, 10, 23)
LATE = date(2025, 1, 15)
SEASON = DateRange(date(2024, 10, 22), date(2025, 6, 30))


@pytest.fixture
def local(tmp_path: Path) -> Replica:
    made = Replica(tmp_path / "replica.duckdb", lock_wait_seconds=0.1)
    made.create(list(tables.tables().values()))
    pulled(made, tables.SUMMARY, SEASON)
    return made


def pulled(replica: Replica, table: str, dates: DateRange) -> None:
    with replica.write() as con:
        con.execute(
            """INSERT INTO featurestore.partitions BY NAME
            SELECT $table AS table_name, day::DATE AS partition_date, 0 AS rows, '' AS digest,
                $now AS pulled_at, '' AS source_token, '' AS job_id
            FROM range($start::DATE, $end::DATE + 1, INTERVAL 1 DAY) AS r(day)""",
            {"table": table, "start": dates.start, "end": dates.end, "now": NOON},
        )


def put(replica: Replica, table: str, *rows: dict[str, Any]) -> None:
    with replica.write() as con:
        for row in rows:
            names, holes = ", ".join(row), ", ".join(f"${name}" for name in row)
            con.execute(f"INSERT INTO {table} ({names}) VALUES ({holes})", row)


@pytest.fixture
def summaries(local: Replica, make_game: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    def add(day: date, *players: str) -> None:
        put(local, tables.SUMMARY, *(make_game(day, player=player) for player in players))

    return add


def stored(
    replica: Replica, day: date, *players: str, table: str = tables.STORE, **more: Any
) -> None:
    required = {
        "game_id": "g",
        "feature_count": 37,
        "feature_version": "v2_37features",
        "data_source": "calculated",
        "created_at": NOON,
    }
    row = required | {"game_date": day, "feature_0_source": "calculated"} | more
    put(replica, table, *(row | {"player_lookup": player} for player in players))


def gap(player: str, day: date, reason: str, **more: Any) -> dict[str, Any]:
    values = {"player_lookup": player, "game_date": day, "reason": reason, "detected_at": NOON}
    return values | more


def report(replica: Replica, dates: DateRange = SEASON, **options: Any) -> Coverage:
    return coverage(replica, dates, bootstrap_days=14, **options)


def line(period: str, target: int, stored: int, missing: int, pct: float | None) -> Period:
    return Period(period, "2024-25", target, stored, missing, pct, 0, 0, 0, 0, 0)


def test_lines_add_up_by_date_month_season_and_in_total(local: Replica, summaries: Any) -> None:
    next_day, next_month = LATE + timedelta(1), date(2025, 2, 3)
    for day in (LATE, next_day, next_month):
        summaries(day, "ann", "bob")
    stored(local, LATE, "ann", "bob")
    stored(local, next_day, "ann")
    results = report(local, by=("month", "season"))
    first, second = line("2025-01", 4, 3, 1, 75.0), line("2025-02", 2, 0, 2, 0.0)
    unlogged = {1: {"unlogged": 1}, 2: {"unlogged": 2}, 3: {"unlogged": 3}}
    assert results.tables == {
        "all": (replace(line("all", 6, 3, 3, 50.0), reasons=unlogged[3]),),
        "season": (replace(line("2024-25", 6, 3, 3, 50.0), reasons=unlogged[3]),),
        "month": (replace(first, reasons=unlogged[1]), replace(second, reasons=unlogged[2])),
        "date": (
            line("2025-01-15", 2, 2, 0, 100.0),
            replace(line("2025-01-16", 2, 1, 1, 50.0), reasons=unlogged[1]),
            replace(line("2025-02-03", 2, 0, 2, 0.0), reasons=unlogged[2]),
        ),
    }
    assert results.missing_rows == 3


def test_several_rows_of_a_player_and_date_count_once(local: Replica, summaries: Any) -> None:
    summaries(LATE, "ann")
    with local.write() as con:
        con.execute(
            f"INSERT INTO {tables.SUMMARY} BY NAME SELECT * REPLACE ('002' AS game_id)"
            f" FROM {tables.SUMMARY}"
        )
    stored(local, LATE, "ann", "ann")
    assert report(local).tables["all"] == (line("all", 1, 1, 0, 100.0),)


def test_bootstrap_rows_count_separately_and_are_not_missing(
    local: Replica, summaries: Any
) -> None:
    summaries(EARLY, "ann", "bob", "cem")
    put(local, tables.GAPS, gap("ann", EARLY, "bootstrap"))
    expected = replace(line("all", 3, 0, 0, None), bootstrap_rows=3)
    assert report(local).tables["all"] == (expected,)
    stored(local, EARLY, "bob")
    expected = replace(line("all", 3, 1, 0, 100.0), bootstrap_rows=2)
    assert report(local).tables["all"] == (expected,)
    assert coverage(local, SEASON, bootstrap_days=1).missing_rows == 2


def test_a_missing_row_has_the_newest_open_reason(local: Replica, summaries: Any) -> None:
    summaries(LATE, "ann", "bob", "cem", "dan")
    resolved = {"resolved_at": NOON}
    put(
        local,
        tables.GAPS,
        gap("ann", LATE, "unknown", detected_at=NOON - timedelta(1)),
        gap("ann", LATE, "missing_phase4"),
        gap("bob", LATE, "processing_error", **resolved),
        gap("dan", LATE, "missing_phase4"),
        gap("eve", LATE, "missing_phase4"),
    )
    (total,) = report(local).tables["all"]
    assert total.reasons == {"missing_phase4": 2, "unlogged": 2}
    assert list(total.reasons) == ["missing_phase4", "unlogged"]


def test_stale_rows_and_rows_without_sources_count_separately(
    local: Replica, summaries: Any
) -> None:
    summaries(LATE, "ann", "bob")
    stored(local, LATE, "ann", "zoe")
    stored(local, LATE, "bob", feature_0_source=None)
    expected = replace(line("all", 2, 2, 0, 100.0), no_sources_rows=1, stale_rows=1)
    assert report(local).tables["all"] == (expected,)


def test_listed_players_without_a_summary_row_count_separately(
    local: Replica, summaries: Any
) -> None:
    summaries(LATE, "ann")
    stored(local, LATE, "ann")
    stored(local, LATE, "hurt", processing_decision_reason="injured_player: out")
    put(
        local,
        tables.GAPS,
        gap("hurt", LATE, "no_game_summary"),
        gap("lame", LATE, "no_game_summary"),
        gap("well", LATE, "no_game_summary", resolved_at=NOON),
    )
    expected = replace(line("all", 1, 1, 0, 100.0), injured_rows=1, listed_rows=1)
    assert report(local).tables["all"] == (expected,)


def test_a_stale_row_outside_the_calendar_has_no_season(local: Replica) -> None:
    dates = DateRange(date(2031, 1, 1), date(2031, 1, 2))
    pulled(local, tables.SUMMARY, dates)
    stored(local, dates.start, "zoe")
    (total,) = report(local, dates, by=("season",)).tables["season"]
    assert (total.period, total.season, total.stale_rows) == ("no season", None, 1)


def test_rows_of_a_date_that_was_never_pulled_are_not_counted(local: Replica) -> None:
    dates = DateRange(date(2025, 6, 30), date(2025, 7, 2))
    stored(local, date(2025, 7, 1), "zoe")
    results = report(local, dates)
    assert results.unknown == (date(2025, 7, 1), date(2025, 7, 2))
    assert results.tables["all"] == ()
    assert results.missing_rows == 0


def test_a_range_that_was_never_pulled_is_refused_with_the_command(local: Replica) -> None:
    with pytest.raises(Refused, match="no date from 2025-07-01 to 2025-07-02") as caught:
        report(local, DateRange(date(2025, 7, 1), date(2025, 7, 2)))
    assert caught.value.hint.startswith("featurestore pull --start-date 2025-07-01")


def test_the_warehouses_rows_are_counted_once_pulled(local: Replica, summaries: Any) -> None:
    summaries(LATE, "ann", "bob")
    stored(local, LATE, "ann", "bob")
    with pytest.raises(Refused, match="ml_feature_store_v2"):
        report(local, store="warehouse")
    pulled(local, tables.STORE, SEASON)
    stored(local, LATE, "bob", table="upstream.ml_feature_store_v2")
    expected = replace(line("all", 2, 1, 1, 50.0), reasons={"unlogged": 1})
    assert report(local, store="warehouse").tables["all"] == (expected,)
    assert report(local).tables["all"] == (line("all", 2, 2, 0, 100.0),)


def test_nearly_full_coverage_is_never_shown_as_full() -> None:
    assert line("all", 100_000, 99_999, 1, 99.999).shown_pct == 99.99
    assert line("all", 2, 2, 0, 100.0).shown_pct == 100.0
    assert line("all", 2, 0, 0, None).shown_pct is None


def test_the_order_of_rows_changes_nothing(local: Replica, summaries: Any) -> None:
    players: Sequence[str] = [f"p{n}" for n in range(20)]
    summaries(LATE, *players)
    stored(local, LATE, *reversed(players[::2]))
    before = report(local)
    with local.write() as con:
        con.execute(f"CREATE TEMP TABLE rows AS FROM {tables.SUMMARY}")
        con.execute(f"DELETE FROM {tables.SUMMARY}")
        con.execute(f"INSERT INTO {tables.SUMMARY} FROM rows ORDER BY player_lookup DESC")
    assert report(local) == before
