"""``featurestore.features``: the 37 values by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from featurestore.compute import feature_view
from sync.duck import connections
from sync.replica.file import Replica

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Run = Callable[..., Any]
BOUND = "WHERE game_date BETWEEN '2025-01-01' AND '2025-01-04'"


def test_the_view_has_the_store_s_values_by_feature_name(ready: Run, span: Sequence[str]) -> None:
    ready("backfill", *span, "--include-bootstrap", "--no-push")
    by_name = ready(
        "query",
        f"SELECT player_lookup, game_date, points_avg_last_5, breakout_flag"
        f" FROM featurestore.features {BOUND} ORDER BY player_lookup, game_date",
        "--format",
        "json",
    )
    by_number = ready(
        "query",
        "SELECT player_lookup, game_date, feature_0_value AS points_avg_last_5,"
        f" feature_36_value AS breakout_flag FROM nba_predictions.ml_feature_store_v2 {BOUND}"
        " ORDER BY player_lookup, game_date",
        "--format",
        "json",
    )
    assert (by_name.code, len(by_name.out) > 200) == (0, True), by_name.err
    assert by_name.out == by_number.out


def test_a_scan_of_the_view_is_bounded_like_one_of_the_store(ready: Run) -> None:
    answer = ready("query", "SELECT COUNT(*) AS n FROM featurestore.features")
    assert (answer.code, "featurestore.features" in answer.err) == (3, True)


def test_the_names_are_the_37_of_the_store() -> None:
    names = feature_view.feature_names()
    assert (len(names), len(set(names))) == (37, 37)
    assert (names[0], names[36]) == ("points_avg_last_5", "breakout_flag")


def test_init_adds_the_view_to_an_older_replica_and_then_has_nothing_to_do(
    ready: Run, tmp_path: Path
) -> None:
    with Replica(tmp_path / "data/replica.duckdb").write() as con:
        con.execute("DROP VIEW featurestore.features")
    assert "created tables and views of replica" in ready("init").out
    assert "nothing to do" in ready("init").out


@pytest.mark.parametrize("words", [("init",), ("init", "--migrate")], ids=" ".join)
def test_a_view_of_older_sql_is_made_again(ready, tmp_path, words):
    """As after an upgrade that names one more feature, or another column's."""
    replica = tmp_path / "data/replica.duckdb"
    columns = (
        "SELECT list(column_name ORDER BY column_index) FROM duckdb_columns()"
        " WHERE schema_name = 'featurestore' AND table_name = 'features'"
    )
    with connections.opened(replica) as con:
        expected = con.execute(columns).fetchall()
        con.execute(
            "CREATE OR REPLACE VIEW featurestore.features AS SELECT player_lookup, game_date,"
            " game_id, feature_1_value AS points_avg_last_5"
            " FROM nba_predictions.ml_feature_store_v2"
        )
    answer = ready(*words)
    assert (answer.code, "created tables and views of replica" in answer.out) == (0, True)
    with connections.opened(replica, read_only=True) as con:
        assert con.execute(columns).fetchall() == expected
    assert "created" not in ready(*words).out
