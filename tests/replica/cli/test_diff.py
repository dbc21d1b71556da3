"""``diff`` shows what differs between the replica's store and the warehouse's; its exit code."""

from __future__ import annotations

import duckdb
import pytest

from featurestore.cli.comparison import shown_apart

STORE = "nba_predictions.ml_feature_store_v2"


@pytest.fixture
def pushed(ready_after, span):
    """Four dates, computed and pushed."""
    compute = ("compute", "--include-bootstrap", *span)
    return ready_after(("pull", *span), compute, ("push", *span))


def alter(statement):
    with duckdb.connect("data/warehouse.duckdb") as con:
        con.execute(statement)


def test_pushed_rows_are_the_warehouse_s(pushed, span):
    answer = pushed("diff", *span)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1] == "4 dates of 2025-01-01 to 2025-01-04: the same"
    document = pushed("diff", "--json", *span).json
    assert document["is_same"] is True
    assert document["comparison"]["rows_here"] == document["comparison"]["rows_there"] == 24
    assert (document["compared"], document["not_computed"]) == (4, 0)


def test_a_difference_is_written_as_markdown(pushed, span):
    alter(f"UPDATE {STORE} SET feature_1_value = -1 WHERE game_date = '2025-01-04'")
    answer = pushed("diff", "--format", "markdown", *span)
    assert (answer.code, answer.err) == (1, "")
    assert answer.out.splitlines()[0] == "### The store here and in the warehouse differ"
    assert "| `2025-01-04` | 0 | 0 | 6 |" in answer.out
    refused = pushed("diff", "--format", "html", *span)
    assert (refused.code, "--format html: not one of text, json" in refused.err) == (2, True)


def test_the_time_a_row_was_written_is_not_a_difference(pushed, span):
    alter(f"UPDATE {STORE} SET created_at = '2020-01-01', updated_at = NULL")
    assert pushed("diff", *span).code == 0


def test_changed_and_missing_rows_are_named_by_date_and_column(pushed, span):
    alter(f"UPDATE {STORE} SET feature_1_value = -1 WHERE game_date = '2025-01-04'")
    alter(f"DELETE FROM {STORE} WHERE game_date = '2025-01-02' AND player_lookup = 'bosplayer1'")
    answer = pushed("diff", *span)
    assert answer.code == 1
    assert "only here, for example: player_lookup bosplayer1, game_date 2025-01-02" in answer.out
    assert "4 dates of 2025-01-01 to 2025-01-04: different" in answer.out
    answer = pushed("diff", "--json", *span)
    assert (answer.code, answer.json["is_same"]) == (1, False)
    comparison = answer.json["comparison"]
    assert comparison["dates"] == [
        {"day": "2025-01-02", "only_here": 1, "only_there": 0, "different": 0},
        {"day": "2025-01-04", "only_here": 0, "only_there": 0, "different": 6},
    ]
    (column,) = comparison["columns"]
    assert (column["column"], column["rows"], column["there"]) == ("feature_1_value", 6, "-1.0")


def test_a_row_that_only_the_replica_has_is_a_difference(pushed, span):
    alter(f"DELETE FROM {STORE} WHERE player_lookup = 'nykplayer0' AND game_date = '2025-01-03'")
    answer = pushed("diff", "--json", *span)
    assert (answer.code, answer.json["is_same"]) == (1, False)
    assert answer.json["comparison"]["columns"] == []


def test_rows_that_only_the_warehouse_has_differ_only_for_a_pruning_push(pushed, span):
    alter(f"INSERT INTO {STORE} SELECT * REPLACE ('zed' AS player_lookup) FROM {STORE} LIMIT 1")
    kept = pushed("diff", *span)
    assert kept.code == 0
    assert "the same, except 1 row that only the warehouse has" in kept.out
    pruned = pushed("diff", "--prune", *span)
    assert pruned.code == 1
    assert ": different" in pruned.out
    assert pushed("push", "--prune", "--force", *span).code == 0
    assert pushed("diff", "--prune", *span).code == 0


def test_a_date_that_was_never_computed_is_left_out_and_reported(pushed):
    answer = pushed("diff", "--start-date", "2025-01-03", "--end-date", "2025-01-06")
    assert answer.code == 0
    assert "not compared: 2 dates were never computed here" in answer.out


def test_a_range_without_a_computed_date_is_refused_with_the_command(ready, span):
    answer = ready("diff", *span)
    assert answer.code == 3
    assert "no date of 2025-01-01..2025-01-04 was computed here" in answer.err
    assert "hint: featurestore compute --start-date 2025-01-01" in answer.err


def test_a_column_that_the_warehouse_lacks_is_left_out_and_reported(pushed, span):
    alter(f"ALTER TABLE {STORE} DROP COLUMN quality_tier")
    answer = pushed("diff", *span)
    assert answer.code == 0
    assert "not compared: the warehouse lacks quality_tier" in answer.out
    assert "hint: featurestore init --migrate" in answer.out


def test_a_table_that_the_warehouse_lacks_is_an_error_with_the_command(pushed, span):
    alter(f"DROP TABLE {STORE}")
    answer = pushed("diff", *span)
    assert answer.code == 6
    assert f"{STORE}: no such table" in answer.err


def test_a_conflict_s_hint_leads_here(pushed, span):
    alter(f"UPDATE {STORE} SET is_home = NOT is_home WHERE game_date = '2025-01-01'")
    conflict = pushed("push", *span)
    assert conflict.code == 5
    assert "featurestore diff" in conflict.err
    answer = pushed("diff", *span)
    assert answer.code == 1
    assert "is_home" in answer.out


@pytest.mark.parametrize(
    ("here", "there", "shown"),
    [
        ("1", None, ("1", "NULL")),
        ("a" * 40, "b", ("a" * 40, "b")),
        ("a" * 60 + "x", "a" * 60 + "y", ("..." + "a" * 12 + "x", "..." + "a" * 12 + "y")),
        ("x" + "a" * 60, "y", ("x" + "a" * 39 + "...", "y")),
        ("a" * 60, "a" * 61, ("..." + "a" * 12, "..." + "a" * 13)),
    ],
)
def test_long_values_are_shown_where_they_differ(here, there, shown):
    assert shown_apart(here, there) == shown
