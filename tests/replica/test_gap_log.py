"""Gaps as episodes: logged once, counted when tried, resolved by a valid row."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore.compute import gap_log
from featurestore.definitions import tables
from sync.model import DateRange
from sync.replica.file import Replica

JANUARY = DateRange(date(2025, 1, 1), date(2025, 1, 31))
NOW = datetime(2025, 2, 1, tzinfo=UTC)
LATER = datetime(2025, 2, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    new_replica = Replica(tmp_path / "replica.duckdb")
    new_replica.create(list(tables.tables().values()))
    with new_replica.write() as con:
        con.execute(
            """INSERT INTO nba_predictions.feature_store_gaps
                (player_lookup, game_date, reason, detected_at, resolved_at) VALUES
            ('ann', DATE '2025-01-02', 'missing_sources', $now, NULL),
            ('bob', DATE '2025-01-02', 'bootstrap', $now, NULL),
            ('cid', DATE '2025-01-03', 'no_game_summary', $now, NULL),
            ('dan', DATE '2025-01-04', 'stale_row', $now, NULL),
            ('eve', DATE '2025-01-05', 'missing_row', $now, $now),
            ('fay', DATE '2025-01-06', 'bootstrap', $now, NULL),
            ('gus', DATE '2025-02-01', 'missing_row', $now, NULL)""",
            {"now": NOW},
        )
    return new_replica


def tries(replica):
    with replica.read() as con:
        return con.execute(
            """SELECT player_lookup, backfill_attempt_count, last_backfill_attempt_at,
                last_backfill_error FROM nba_predictions.feature_store_gaps
            WHERE backfill_attempt_count > 0 ORDER BY 1"""
        ).fetchall()


def row(player, day, source="calculated"):
    return f"""INSERT INTO {tables.STORE} (player_lookup, game_date, game_id, feature_count,
            feature_version, data_source, feature_0_source, created_at)
        VALUES ('{player}', DATE '{day}', 'g', 37, 'v2_37features', 'calculated',
            {f"'{source}'" if source else "NULL"}, now())"""


def test_dates_with_gaps_that_a_backfill_could_fix(store):
    second, sixth = date(2025, 1, 2), date(2025, 1, 6)
    assert gap_log.open_gap_dates(store, JANUARY) == (second, sixth)
    without = (*gap_log.ON_PURPOSE, "bootstrap")
    assert gap_log.open_gap_dates(store, JANUARY, reasons_left_out=without) == (second,)
    every = gap_log.open_gap_dates(store, JANUARY, reasons_left_out=())
    assert [day.day for day in every] == [2, 3, 4, 6]
    assert gap_log.open_gap_dates(store, DateRange(sixth, sixth)) == (sixth,)


def test_an_attempt_is_counted_for_the_gaps_that_are_still_open(store):
    days = [date(2025, 1, 2), date(2025, 1, 5)]
    with store.write() as con:
        assert gap_log.count_attempts(con, days, attempted_at=NOW, error="disk full") == 2
    assert tries(store) == [("ann", 1, NOW, "disk full"), ("bob", 1, NOW, "disk full")]
    with store.write() as con:
        assert gap_log.count_attempts(con, days[:1], attempted_at=LATER) == 2
    assert tries(store) == [("ann", 2, LATER, None), ("bob", 2, LATER, None)]
    with store.write() as con:
        assert gap_log.count_attempts(con, [], attempted_at=LATER) == 0


def test_only_a_row_with_its_sources_resolves_a_gap(store):
    with store.write() as con:
        con.execute(row("ann", "2025-01-02", source=None))
        con.execute(row("bob", "2025-01-02"))
        con.execute(row("bob", "2025-01-06"))
        con.execute(row("gus", "2025-02-01"))
        done = gap_log.resolve_gaps(con, JANUARY, resolved_at=LATER, resolved_by="x")
    assert done == 1
    assert gap_log.open_gap_dates(store, JANUARY) == (date(2025, 1, 2), date(2025, 1, 6))
    (before,) = gap_log.episodes(store, "bob", date(2025, 1, 2))
    assert (before.reason, before.resolved_at, before.attempts) == ("bootstrap", LATER, 0)


def test_a_player_with_a_valid_row_is_not_logged_on_request(store):
    with store.write() as con:
        con.execute(row("ivy", "2025-01-02"))
        con.execute(row("jim", "2025-01-02", source=None))
        con.execute(
            """CREATE TEMP TABLE found AS SELECT player_lookup, DATE '2025-01-02' AS game_date,
                'g' AS game_id, 'bootstrap' AS reason, 'd' AS reason_detail, 'A' AS team_abbr,
                'B' AS opponent_team_abbr, 2024 AS season_year
            FROM (VALUES ('ivy'), ('jim'), ('bob')) AS v(player_lookup)"""
        )
        options = {"detected_at": LATER, "detected_by": "x"}
        assert gap_log.log_gaps(con, "found", **options, unless_stored=True) == 1
        assert gap_log.log_gaps(con, "found", **options) == 1
        assert gap_log.log_gaps(con, "found", **options) == 0
    assert [len(gap_log.episodes(store, p, date(2025, 1, 2))) for p in ("ivy", "jim", "bob")] == [
        1
    ] * 3
