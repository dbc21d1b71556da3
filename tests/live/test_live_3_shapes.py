"""A live table as a team builds it: filter, clustering, JSON, STRUCT, defaults."""

from __future__ import annotations

from dataclasses import replace

import pytest
from live_bigquery import replacement
from warehouse_contract import DATES, FIRST, SECOND, TABLE, row

from sync.errors import Refused

COLUMNS = """
  player STRING NOT NULL, game_date DATE NOT NULL, points INT64, share FLOAT64,
  minutes NUMERIC(5, 1), played BOOL, seen_at TIMESTAMP, `lines` ARRAY<FLOAT64>,
  detail JSON,
  source STRUCT<system STRING, rows INT64>,
  noted_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP(),
  origin STRING DEFAULT 'team'
"""
TEAM = replace(TABLE, name="team_games", requires_filter=True, clustering=("player", "points"))
WHERE = "WHERE game_date BETWEEN '2024-01-01' AND '2024-12-31'"


@pytest.fixture
def team(scratch, warehouse):
    """The team's table, with one row of the team's own."""
    scratch.query(
        f"CREATE TABLE {{dataset}}.team_games ({COLUMNS}) PARTITION BY game_date"
        " CLUSTER BY player, points OPTIONS (require_partition_filter = TRUE)"
    )
    scratch.query(
        "INSERT INTO {dataset}.team_games (player, game_date, points, detail, source) VALUES"
        " ('ann', DATE '2024-02-28', 1, JSON '{\"b\": [1, 2.5]}', ('feed', 3)),"
        " ('bob', DATE '2024-02-28', 2, NULL, NULL)"
    )
    return warehouse


def team_rows(scratch):
    return scratch.rows(
        "SELECT player, points, TO_JSON_STRING(detail) AS detail, source.system AS system,"
        f" origin, noted_at FROM {{dataset}}.team_games {WHERE} ORDER BY player, game_date"
    )


def test_a_push_keeps_undeclared_columns_and_new_rows_get_their_defaults(scratch, team, tmp_path):
    """Every statement of the script has a filter that prunes; JSON and STRUCT go through it.

    Costs about 0.004 dollars: a push and five small queries.
    """
    before = team_rows(scratch)
    with team.snapshot() as snapshot:
        assert snapshot.blocking_issues(TEAM) == ()
        seen = snapshot.partitions(TEAM, DATES)[FIRST].token
    write = replacement(
        tmp_path,
        [row("ann", FIRST, 10), row("cy", FIRST, 30)],
        table=TEAM,
        expected={FIRST: seen},
        undo=tmp_path / "undo.parquet",
    )
    done = team.replace(write)
    assert (done.inserted, done.replaced, done.added, done.kept) == (2, 1, 1, 1)
    ann, bob, cy = team_rows(scratch)
    assert ann == before[0] | {"points": 10}
    assert bob == before[1]
    assert (cy["points"], cy["origin"], cy["detail"]) == (30, "team", None)
    assert cy["noted_at"] > ann["noted_at"]


def test_a_push_to_such_a_table_is_undone(scratch, team, tmp_path):
    """Costs about 0.006 dollars: a push, its undo and four small queries."""
    from sync.model import Undo

    before = team_rows(scratch)
    kept = tmp_path / "undo.parquet"
    write = replacement(tmp_path, [row("ann", FIRST, 10)], table=TEAM, undo=kept)
    team.replace(write)
    done = team.undo(Undo(TEAM, write.days, write.key, write.job_id, kept))
    assert (done.removed, done.restored) == (1, 1)
    assert team_rows(scratch) == before


def test_a_required_column_without_a_default_is_named(scratch, team, tmp_path):
    """The script's own check refuses new rows; nothing is written.

    Costs about 0.003 dollars: a push that ends early.
    """
    scratch.query("ALTER TABLE {dataset}.team_games ALTER COLUMN noted_at DROP DEFAULT")
    before = team_rows(scratch)
    with pytest.raises(Refused, match="noted_at"):
        team.replace(replacement(tmp_path, [row("cy", SECOND)], table=TEAM))
    assert team_rows(scratch) == before


def test_a_repeated_key_that_is_not_enforced_becomes_one_row(scratch, warehouse, tmp_path):
    """The optimizer may take such a key for unique: no statement may rely on it.

    Costs about 0.006 dollars: a push, its undo and four small queries.
    """
    from sync.model import Undo

    warehouse.create(TABLE)
    scratch.query("ALTER TABLE {dataset}.games ADD PRIMARY KEY (player, game_date) NOT ENFORCED")
    scratch.query(
        "INSERT INTO {dataset}.games (player, game_date, points) VALUES"
        " ('ann', DATE '2024-02-28', 1), ('ann', DATE '2024-02-28', 2)"
    )
    stored = "SELECT points FROM {dataset}.games ORDER BY points"
    kept = tmp_path / "undo.parquet"
    write = replacement(tmp_path, [row("ann", FIRST, 10)], undo=kept)
    done = warehouse.replace(write)
    assert (done.inserted, done.replaced, done.added) == (1, 2, 0)
    assert scratch.rows(stored) == [{"points": 10}]
    assert warehouse.undo(Undo(TABLE, write.days, write.key, write.job_id, kept)).restored == 2
    assert scratch.rows(stored) == [{"points": 1}, {"points": 2}]
