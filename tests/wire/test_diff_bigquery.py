"""Rows that were pushed to BigQuery are read back unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from featurestore.definitions import tables
from featurestore.verify.store_diff import diff
from sync.model import DateRange
from sync.replica.file import Replica
from sync.transfer.push import push

DATES = DateRange(date(2024, 2, 28), date(2024, 3, 1))
STORE = tables.tables()[tables.STORE]


@pytest.fixture
def replica(tmp_path):
    """Two rows a date, with a value in every type, and NULL elsewhere."""
    new_replica = Replica(tmp_path / "replica.duckdb")
    new_replica.create(list(tables.tables().values()))
    with new_replica.write() as con:
        con.execute(
            f"""INSERT INTO {STORE.full_name} BY NAME
            SELECT player AS player_lookup, day::DATE AS game_date, 'g' AS game_id,
                [0.1, -1e-300, 1 / 3] AS features, ['a', 'b'] AS feature_names,
                37 AS feature_count, 'v' AS feature_version, 87.25 AS feature_quality_score,
                player = 'ann' AS is_home, 'calculated' AS data_source, '' AS data_hash,
                0.1 + 0.2 AS feature_0_value, NULL AS feature_1_value,
                {{games_found: 3, games_expected: NULL, is_complete: TRUE, is_bootstrap: FALSE,
                  contributing_game_dates: [day::DATE]}} AS historical_completeness,
                [2, 5] AS default_feature_indices, $now AS created_at, $now AS updated_at
            FROM (VALUES ('ann'), ('zoë')) AS p(player),
                range($start::DATE, $end::DATE + 1, INTERVAL 1 DAY) AS d(day)""",
            {"start": DATES.start, "end": DATES.end, "now": datetime(2024, 3, 2, tzinfo=UTC)},
        )
        con.execute(
            f"""INSERT INTO featurestore.computed
            SELECT DISTINCT game_date, 2, 's', 'i', now(), 'r', NULL FROM {STORE.full_name}"""
        )
    return new_replica


def test_pushed_rows_do_not_differ_and_a_changed_one_is_found(replica, warehouse):
    warehouse.create(STORE)
    push(replica, warehouse, STORE, DATES)
    comparison = diff(replica, warehouse, DATES, prune=True)
    assert comparison.comparison.columns == ()
    assert comparison.is_same
    assert (comparison.comparison.rows_here, comparison.comparison.rows_there) == (6, 6)
    with replica.write() as con:
        con.execute(
            f"UPDATE {STORE.full_name} SET features = [0.1, 0.0, 0.25], feature_quality_score = 1"
            " WHERE player_lookup = 'zoë' AND game_date = ?",
            [DATES.end],
        )
    comparison = diff(replica, warehouse, DATES)
    assert not comparison.is_same
    columns = {column.column: column for column in comparison.comparison.columns}
    assert set(columns) == {"features", "feature_quality_score"}
    assert columns["features"].row == "player_lookup zoë, game_date 2024-03-01"
    assert (columns["feature_quality_score"].here, columns["feature_quality_score"].there) == (
        "1.00",
        "87.25",
    )
