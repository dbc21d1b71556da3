"""How far before ``@start_date`` a statement reads."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import pytest

from featurestore.bounds import lookback_days
from featurestore.definitions.compose import by_name, compose_sql
from featurestore.definitions.sql_files import load

PARTITIONED = {"nba.games": "game_date", "nba_analytics.player_game_summary": "game_date"}

CASES = {
    "the start itself": ("game_date >= @start_date", 0),
    "after the start": ("game_date > @start_date", 0),
    "DATE_SUB": ("game_date >= DATE_SUB(@start_date, INTERVAL 365 DAY)", 365),
    "DATE_SUB, the day itself excluded": ("game_date > DATE_SUB(@start_date, INTERVAL 365 DAY)", 364),
    "BETWEEN": ("game_date BETWEEN DATE_SUB(@start_date, INTERVAL 7 DAY) AND @end_date", 7),
    "a minus": ("game_date >= @start_date - 30", 30),
    "a minus with an interval": ("game_date >= @start_date - INTERVAL 30 DAY", 30),
    "DATE_ADD of a negative number": ("game_date >= DATE_ADD(@start_date, INTERVAL -365 DAY)", 365),
    "nested arithmetic": ("game_date >= DATE_SUB(DATE_ADD(@start_date, INTERVAL 5 DAY), INTERVAL 2 WEEK)", 9),
    "a month at its longest": ("game_date >= DATE_SUB(@start_date, INTERVAL 1 MONTH)", 31),
    "the first of the month": ("game_date >= DATE_TRUNC(@start_date, MONTH)", 30),
    "a cast": ("game_date >= DATE_SUB(CAST(@start_date AS DATE), INTERVAL 3 DAY)", 3),
    "the later of two bounds": ("game_date >= @start_date - 30 AND game_date >= @start_date - 7", 7),
    "the earlier of two branches": ("(game_date = @start_date - 30 OR game_date >= @start_date - 7)", 30),
    "GREATEST": ("game_date >= GREATEST(@start_date - 30, DATE '2020-01-01')", 30),
    "LEAST with an unknown one": ("game_date >= LEAST(@start_date - 30, @other)", None),
    "equal": ("game_date = @start_date - 1", 1),
    "a list": ("game_date IN (@start_date, @start_date - 4)", 4),
    "a generated array": ("game_date IN UNNEST(GENERATE_DATE_ARRAY(@start_date - 4, @end_date))", 4),
    "another parameter": ("game_date >= @d", None),
    "an unknown number of days": ("game_date >= DATE_SUB(@start_date, INTERVAL @n DAY)", None),
    "the current date": ("game_date >= CURRENT_DATE() - 7", None),
    "a branch that does not follow the start": ("(game_date >= @start_date OR game_date = @d)", None),
}  # fmt: skip


@pytest.mark.parametrize(("predicate", "days"), CASES.values(), ids=CASES)
def test_the_lookback_follows_from_the_predicate(predicate: str, days: int | None) -> None:
    assert lookback_days(f"SELECT 1 FROM nba.games WHERE {predicate}", PARTITIONED) == days


def test_the_largest_lookback_of_all_scans_counts() -> None:
    sql = """
        WITH near AS (SELECT * FROM nba.games WHERE game_date >= @start_date - 7),
             far AS (SELECT game_date AS day FROM nba.games)
        SELECT 1 FROM near, far WHERE far.day >= @start_date - 90
    """
    assert lookback_days(sql, PARTITIONED) == 90


def test_the_start_parameter_can_have_another_name() -> None:
    sql = "SELECT 1 FROM nba.games WHERE game_date >= @first - 7"
    assert lookback_days(sql, PARTITIONED, start_parameter="first") == 7


def test_a_statement_without_a_partitioned_table_has_no_lookback() -> None:
    assert lookback_days("SELECT 1", PARTITIONED) is None


def test_the_features_read_365_days_back() -> None:
    sql = compose_sql("ml_feature_store_v2", by_name(load("features")))
    assert lookback_days(sql, PARTITIONED) == 365
