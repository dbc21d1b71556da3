"""The audit's SQL is GoogleSQL: Google's analyzer accepts it, its evaluator finds the same gaps."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlglot
from sqlglot import exp

from featurestore.bounds import check_bounds
from featurestore.compute import plan
from featurestore.definitions import compose, sql_files
from featurestore.definitions import tables as declared
from featurestore.gaps import audit
from sync.duck import connections
from sync.duck.types import create_table_sql

CHECKS = compose.by_name(sql_files.load("checks"))
FILES = {**compose.by_name(sql_files.load("features")), **CHECKS}
NOON = datetime(2025, 1, 15, 12, tzinfo=UTC)
DAY = date(2025, 1, 15)
READ = (declared.SUMMARY, declared.INJURIES, declared.STORE)
VALUES = {
    "start_date": date(2024, 10, 22),
    "end_date": date(2025, 1, 31),
    "bootstrap_days": 14,
    "include_injured": False,
}


def used(sql, given):
    return {name: value for name, value in given.items() if f"@{name}" in sql}


def summary(player, day, team="AAA"):
    other = "BBB" if team == "AAA" else "AAA"
    return {
        "player_lookup": player,
        "game_id": f"{day:%Y%m%d}_AAA_BBB",
        "game_date": day,
        "team_abbr": team,
        "opponent_team_abbr": other,
        "season_year": 2024,
        "points": 10,
        "minutes_played": 20,
        "starter_flag": True,
        "win_flag": False,
        "is_active": True,
        "processed_at": NOON,
    }


def store(player, day=DAY, **changes):
    sources = {f"feature_{n}_source": "calculated" for n in range(37)}
    row = {
        "player_lookup": player,
        "game_date": day,
        "game_id": f"{day:%Y%m%d}_AAA_BBB",
        "feature_count": 37,
        "feature_version": "v2_37features",
        "data_source": "calculated",
        "required_default_count": 0,
        "created_at": NOON,
    }
    return row | sources | changes


def report(player):
    return {
        "report_date": DAY,
        "report_hour": 9,
        "game_date": DAY,
        "player_lookup": player,
        "injury_status": "Out",
        "team": "AAA",
    }


def rows():
    early, lone = date(2024, 10, 25), DAY + timedelta(days=2)
    names = ("well", "bare", "half", "old", "twice", "fewer", "none", "came")
    return {
        declared.SUMMARY: [
            *(summary(player, DAY) for player in names),
            summary("foe", DAY, "BBB"),
            summary("well", early),
            summary("foe", early, "BBB"),
            summary("well", lone),
        ],
        declared.INJURIES: [report("hurt"), report("written"), report("came")],
        declared.STORE: [
            store("well"),
            store("foe"),
            store("foe", early),
            store("bare", **{f"feature_{n}_source": None for n in range(37)}),
            store("half", feature_36_source=None),
            store("old", feature_version="v1_33features"),
            store("twice"),
            store("twice"),
            store("fewer", required_default_count=33),
            store("gone"),
            store("written", processing_decision_reason="no_game_summary: listed out"),
            store("came", processing_decision_reason="no_game_summary: listed out"),
        ],
    }


EXPECTED = {
    ("bare", DAY): ("missing_sources", "37 of 37 sources are NULL"),
    ("half", DAY): ("missing_sources", "1 of 37 sources are NULL"),
    ("old", DAY): ("old_version", "version v1_33features, now v2_37features"),
    ("twice", DAY): ("duplicate_row", "2 rows of one key"),
    ("none", DAY): ("missing_row", "a game summary row, and no store row"),
    ("gone", DAY): ("stale_row", "a store row, and no game summary row"),
    ("came", DAY): ("stale_row", "written for a listed player; a game summary row stands now"),
    ("hurt", DAY): (
        "no_game_summary",
        "listed out by the newest injury report, and no game summary row",
    ),
    ("well", date(2024, 10, 25)): ("bootstrap", "day 3 of the season; features start on day 14"),
    ("well", date(2025, 1, 17)): (
        "upstream_incomplete",
        "no game summary row of the opponent BBB",
    ),
}


@pytest.fixture(scope="module")
def tables():
    """The three tables with every declared column."""
    made = {}
    with closing(connections.connect(None)) as con:
        for name, given in rows().items():
            table = declared.tables()[name]
            con.execute(f"CREATE SCHEMA {table.dataset}")
            con.execute(create_table_sql(table))
            for row in given:
                holes = ", ".join(f"${column}" for column in row)
                con.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({holes})", row)
            made[name] = con.sql(f"FROM {name}").to_arrow_table()
    return made


def found(given):
    return {
        (row["player_lookup"], row["game_date"]): (row["reason"], row["reason_detail"])
        for row in given
    }


def duckdb_rows(tables):
    with closing(connections.connect(None)) as con:
        for name, held in tables.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
            con.register("incoming", held)
            con.execute(f"CREATE TABLE {name} AS FROM incoming")
            con.unregister("incoming")
        for step in audit.steps("local"):
            con.execute(step.create_sql, step.chosen(VALUES))
        return con.sql(f"FROM {audit.CHECK}").to_arrow_table().to_pylist()


def test_each_key_has_the_reason_to_fix_first(tables):
    ours = duckdb_rows(tables)
    missing = {("fewer", DAY): found(ours).get(("fewer", DAY))}
    assert found(ours) == EXPECTED | missing
    assert missing["fewer", DAY][0] == "upstream_incomplete"
    assert len(ours) == len(found(ours))


def test_required_features_that_cannot_be_computed_are_not_a_gap(tables):
    """A player's first games lack them by the rules: a backfill would change nothing."""
    ours = duckdb_rows(tables)
    detail = found(ours)["fewer", DAY][1]
    count = int(detail.split()[0])
    lacking = store("fewer", required_default_count=33 - count)
    stored = tables[declared.STORE].to_pylist()
    stored = [row for row in stored if row["player_lookup"] != "fewer"]
    schema_of = tables[declared.STORE].schema
    as_rules = type(tables[declared.STORE]).from_pylist([*stored, lacking], schema=schema_of)
    assert ("fewer", DAY) not in found(duckdb_rows(tables | {declared.STORE: as_rules}))


@pytest.mark.parametrize("name", CHECKS)
def test_a_header_names_what_the_check_reads(name):
    tree = sqlglot.parse_one(CHECKS[name].text, read="bigquery")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    named = (table for table in tree.find_all(exp.Table) if table.name not in ctes or table.db)
    read = {f"{table.db}.{table.name}" if table.db else table.name for table in named}
    assert set(CHECKS[name].header.inputs) == read


@pytest.mark.parametrize("name", CHECKS)
def test_every_scan_of_a_check_has_constant_bounds_on_both_sides(name):
    sql = compose.compose_sql(name, FILES)
    assert check_bounds(sql, declared.partitioned(), upper=True) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_passes_the_analyzer(evaluator, name):
    sql = compose.compose_sql(name, FILES)
    assert evaluator.columns(sql, declared.column_types(), used(sql, plan.PARAMETERS))


def test_the_evaluator_and_duckdb_find_the_same_gaps(evaluator, tables):
    sql = compose.compose_sql(audit.CHECK, FILES)
    theirs = evaluator.rows(sql, used(sql, VALUES), tables)
    ours = duckdb_rows(tables)
    assert sorted(theirs, key=repr) == sorted(ours, key=repr)
