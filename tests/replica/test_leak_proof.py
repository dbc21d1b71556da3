"""The proof on a replica's own rows: results of a date and later change none of its features."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore import league
from featurestore.compute import plan
from featurestore.definitions import tables
from featurestore.verify import leak_proof
from sync.errors import Refused
from sync.model import DateRange
from sync.replica.file import Replica

DAY = date(2024, 12, 10)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def league_replica(tmp_path_factory):
    """A replica with a small league, its ledger filled as a pull would."""
    replica = Replica(tmp_path_factory.mktemp("leak") / "replica.duckdb")
    replica.create(list(tables.tables().values()))
    rows = league.generate(teams=4, games_per_team=40, seasons=(2024,), seed=2)
    dates = DateRange(DAY, DAY).with_lookback(365)
    with replica.write() as con:
        con.register("incoming", rows.player_game_summary)
        con.execute(f"INSERT INTO {tables.SUMMARY} BY NAME FROM incoming")
        con.execute(
            """INSERT INTO featurestore.partitions
            SELECT ?, day::DATE, 0, '', '', NULL, now(), ''
            FROM range(?::DATE, ?::DATE + 1, INTERVAL 1 DAY) AS r(day)""",
            [tables.SUMMARY, dates.start, dates.end],
        )
    return replica


@pytest.fixture
def game_day(league_replica):
    with league_replica.read() as con:
        return con.execute(
            f"SELECT max(game_date) FROM {tables.SUMMARY} WHERE game_date <= ?", [DAY]
        ).fetchall()[0][0]


def test_the_shipped_features_use_no_result_of_their_date_or_later(league_replica, game_day):
    proof = leak_proof.prove_no_leak(league_replica, game_day, now=NOW)
    assert proof.leaks == ()
    assert proof.rows > 10
    assert proof.changed_rows > proof.rows


def test_a_window_that_includes_its_own_row_is_caught(league_replica, game_day, monkeypatch):
    leaky = [
        plan.Step(
            step.name,
            step.sql.replace(
                "UNBOUNDED PRECEDING AND 1 PRECEDING", "UNBOUNDED PRECEDING AND CURRENT ROW"
            )
            if step.name == "appearance"
            else step.sql,
            step.parameters,
            step.columns,
        )
        for step in plan.steps()
    ]
    assert leaky != list(plan.steps())
    monkeypatch.setattr(plan, "steps", lambda: tuple(leaky))
    proof = leak_proof.prove_no_leak(league_replica, game_day, now=NOW)
    assert "feature_2_value" in dict(proof.leaks)


def test_a_date_that_was_never_pulled_is_refused(league_replica):
    with pytest.raises(Refused, match="never pulled"):
        leak_proof.prove_no_leak(league_replica, date(2025, 3, 1), now=NOW)
