"""What the replica keeps of the store's rows, and that the rows stay what they were."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from whole_store import make_whole

from featurestore import league
from featurestore.compute import feature_view, kept_rows, plan, store_views
from featurestore.compute.local import compute
from featurestore.compute.request import ComputeRequest
from featurestore.definitions import tables
from featurestore.testing.replicas import league_replica
from sync.duck import connections
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer.push import push

if TYPE_CHECKING:
    from pathlib import Path

STORE = tables.STORE
DECLARED = list(tables.tables().values())
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A league's rows, computed, first days and listed players without a game included."""
    made = league.generate(teams=2, games_per_team=12, seasons=(2024,), seed=9)
    path = tmp_path_factory.mktemp("narrow")
    store = league_replica(made, path)
    with store.replica.read() as con:
        (first, last) = con.execute(
            f"SELECT min(game_date), max(game_date) FROM {STORE}"
        ).fetchall()[0]
    store.compute(first, last, include_bootstrap=True, include_injured=True)
    return path


@pytest.fixture
def replica(folder: Path, tmp_path: Path) -> Replica:
    for name in ("replica.duckdb", "warehouse.duckdb"):
        shutil.copy(folder / name, tmp_path)
    return Replica(tmp_path / "replica.duckdb")


def rows_of(path: Path, where: str = "TRUE") -> list[tuple[object, ...]]:
    """All columns of the store, read by a plain DuckDB under another name of the file."""
    with closing(duckdb.connect()) as con:
        con.execute(f"ATTACH '{path}' AS elsewhere (READ_ONLY)")
        con.execute("SET TimeZone = 'UTC'")
        return con.execute(
            f"FROM elsewhere.{STORE} WHERE {where} ORDER BY game_date, player_lookup"
        ).fetchall()


def days_of(replica: Replica) -> list[date]:
    with closing(connections.connect(replica.path)) as con:
        rows = con.execute(f"SELECT DISTINCT game_date FROM {STORE} ORDER BY 1").fetchall()
    return [day for (day,) in rows]


def migrate(replica: Replica) -> None:
    assert replica.create(DECLARED)
    assert store_views.create_views(replica)
    assert not replica.create(DECLARED)
    assert not store_views.create_views(replica)


def kept(replica: Replica) -> tuple[int, bool]:
    """How many versions have rows or tables, and whether rows are kept whole."""
    with replica.read() as con:
        held = kept_rows.held(con)
    return len(held.versions), held.has_whole


def test_the_rows_of_an_older_file_are_unchanged(replica: Replica) -> None:
    make_whole(replica.path)
    before = rows_of(replica.path)
    assert len(before) > 100
    migrate(replica)
    assert rows_of(replica.path) == before
    assert kept(replica) == (1, False)
    with replica.read() as con:
        types = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {STORE}").fetchall()}
    assert list(types) == [column.name for column in tables.tables()[STORE].all_columns]


def test_a_date_that_was_pushed_before_the_migration_is_unchanged_after_it(
    replica: Replica, tmp_path: Path
) -> None:
    make_whole(replica.path)
    # The ledger of version 5 is that of today: the push is what a program of then recorded.
    with closing(connections.connect(replica.path)) as con:
        con.execute("INSERT INTO featurestore.meta VALUES (6, now())")
    days = days_of(replica)
    span = DateRange(days[0], days[-1])
    warehouse = EmbeddedWarehouse(tmp_path / "warehouse.duckdb")
    assert push(replica, warehouse, tables.tables()[STORE], span).rows > 100
    with closing(connections.connect(replica.path)) as con:
        con.execute("DELETE FROM featurestore.meta WHERE version = 6")
    migrate(replica)
    again = push(replica, warehouse, tables.tables()[STORE], span)
    assert (again.rows, again.pushed) == (0, ())
    assert again.unchanged >= len(days)


@pytest.mark.parametrize(
    "change",
    [
        "data_hash = 'of another rule'",
        "features = list_reverse(features)",
        "feature_version = 'v1_33features'",
        "updated_at = NULL",
        "matchup_data_status = 'theirs'",
        "feature_0_source = NULL",
    ],
)
def test_a_date_that_cannot_be_reproduced_is_kept_whole_until_it_is_computed_again(
    replica: Replica, change: str
) -> None:
    make_whole(replica.path)
    day = days_of(replica)[-1]
    with closing(connections.connect(replica.path)) as con:
        con.execute(f"UPDATE {STORE} SET {change} WHERE game_date = ?", [day])
    before = rows_of(replica.path)
    migrate(replica)
    assert rows_of(replica.path) == before
    with replica.read() as con:
        kept_whole = con.execute(f"SELECT DISTINCT game_date FROM {kept_rows.WHOLE}").fetchall()
        by_name = con.execute(f"SELECT count(*) FROM {feature_view.FEATURES}").fetchall()
    assert kept_whole == [(day,)]
    assert by_name == [(len(before),)]
    compute(replica, ComputeRequest(DateRange(day, day), NOW, include_bootstrap=True))
    assert kept(replica) == (1, False)


def test_an_undeclared_column_keeps_its_values(replica: Replica) -> None:
    make_whole(replica.path)
    before = rows_of(replica.path)
    with closing(connections.connect(replica.path)) as con:
        con.execute(f"ALTER TABLE {STORE} ADD COLUMN own VARCHAR DEFAULT 'mine'")
    migrate(replica)
    assert rows_of(replica.path) == before
    with replica.read() as con:
        own = con.execute(f"SELECT count(*) FROM {kept_rows.WHOLE} WHERE own = 'mine'").fetchall()
    assert own == [(len(before),)]


def test_an_older_table_is_also_narrowed_by_a_computation(replica: Replica) -> None:
    make_whole(replica.path)
    before = rows_of(replica.path)
    assert replica.create(DECLARED)
    assert rows_of(replica.path) == before
    day = days_of(replica)[0]
    compute(replica, ComputeRequest(DateRange(day, day), NOW, include_bootstrap=True))
    others = f"game_date <> DATE '{day}'"
    assert rows_of(replica.path, others) == [row for row in before if row[2] != day]


def other_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another default, other grades and another name, as if the files under ``sql/`` said so."""

    def changed(step):
        text = step.sql.replace("points_avg_season'", "points_mean_season'")
        return replace(step, sql=text.replace("10.0", "11.0").replace("87.0", "86.0"))

    steps = tuple(changed(step) for step in plan.steps())
    assert [a.name for a, b in zip(steps, plan.steps(), strict=True) if a != b]
    monkeypatch.setattr(plan, "steps", lambda: steps)


def test_a_stored_row_never_changes_because_the_definitions_did(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = days_of(replica)
    before = rows_of(replica.path)
    other_definitions(monkeypatch)
    compute(replica, ComputeRequest(DateRange(days[1], days[1]), NOW, include_bootstrap=True))
    after = rows_of(replica.path)
    assert [row for row in after if row[2] != days[1]] == [
        row for row in before if row[2] != days[1]
    ]
    names = [column.name for column in tables.tables()[STORE].all_columns]
    place = names.index("feature_names")
    assert {"points_mean_season" in row[place] for row in after if row[2] == days[1]} == {True}
    assert {"points_mean_season" in row[place] for row in after if row[2] != days[1]} == {False}
    qualities = {
        row[names.index(f"feature_{n}_quality")]
        for row in after
        if row[2] == days[1]
        for n in range(37)
    }
    assert 86.0 in qualities
    assert 87.0 not in qualities
    assert kept(replica) == (2, False)
    # A version is dropped with its last row.
    span = DateRange(days[0], days[-1])
    compute(replica, ComputeRequest(span, NOW, include_bootstrap=True, include_injured=True))
    assert kept(replica) == (1, False)
    assert len(rows_of(replica.path)) == len(before)


def test_the_values_by_name_are_read_without_the_patterns(replica: Replica) -> None:
    day = days_of(replica)[-1]
    with replica.read() as con:
        (explained,) = con.execute(
            f"EXPLAIN FROM {feature_view.FEATURES} WHERE game_date = DATE '{day}'"
        ).fetchall()
        by_name = con.execute(
            f"SELECT player_lookup, points_avg_last_5, breakout_flag FROM {feature_view.FEATURES}"
            " WHERE game_date = ? ORDER BY 1",
            [day],
        ).fetchall()
        stored = con.execute(
            f"SELECT player_lookup, feature_0_value, feature_36_value FROM {STORE}"
            " WHERE game_date = ? ORDER BY 1",
            [day],
        ).fetchall()
    assert "kept_patterns" not in explained[1]
    assert "kept_rows" in explained[1]
    assert by_name == stored != []


def test_an_empty_replica_has_all_declared_columns_and_no_version(tmp_path: Path) -> None:
    made = Replica(tmp_path / "new.duckdb")
    made.create(DECLARED)
    store_views.create_views(made)
    with made.read() as con:
        rows = con.execute(f"DESCRIBE {STORE}").fetchall()
        assert con.execute(f"SELECT count(*) FROM {STORE}").fetchall() == [(0,)]
    assert [name for name, *_ in rows] == [
        column.name for column in tables.tables()[STORE].all_columns
    ]
    assert kept(made) == (0, False)
