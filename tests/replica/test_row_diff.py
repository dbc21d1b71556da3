"""Two sets of rows are compared as sets: what differs, where, how often, with an example."""

from __future__ import annotations

import math
from contextlib import closing
from datetime import date
from itertools import product

import pyarrow as pa
import pytest

from featurestore.fixture.difference import differ
from featurestore.verify import row_diff
from featurestore.verify.comparison import ColumnDifference, DateDifference
from sync.duck import connections
from sync.errors import WarehouseFailed
from sync.model import Column, Table
from sync.sql_text import Sql, sql

TABLE = Table(
    dataset="d",
    name="games",
    columns=(
        Column("player", "STRING", required=True),
        Column("game_date", "DATE", required=True),
        Column("points", "INT64"),
        Column("share", "FLOAT64"),
    ),
    partition_column="game_date",
    key=("player", "game_date"),
    direction="pushed",
)
FIRST, SECOND = date(2025, 1, 1), date(2025, 1, 2)


@pytest.fixture
def con():
    with closing(connections.connect(None)) as connection:
        yield connection


@pytest.fixture
def compared(con):
    def run(here, there):
        for side, rows in ((row_diff.LOCAL, here), (row_diff.REMOTE, there)):
            names = ", ".join(TABLE.column_names)
            values = ", ".join(rows) or "(NULL, NULL, NULL, NULL)"
            sql = f"SELECT * FROM (VALUES {values}) AS v({names}) WHERE player IS NOT NULL"
            row_diff.hold(con, side, TABLE, TABLE.columns, Sql(sql))
        return row_diff.compare(con, TABLE, TABLE.columns)

    return run


@pytest.mark.parametrize(
    ("kind", "here", "there", "differ"),
    [
        ("INT64", "1", "1", False),
        ("INT64", "1", "2", True),
        ("INT64", "NULL", "NULL", False),
        ("INT64", "NULL", "0", True),
        ("STRING", "'a'", "'A'", True),
        ("STRING", "''", "NULL", True),
        ("NUMERIC(5,1)", "1.5", "1.6", True),
        ("FLOAT64", "1.0", "1.0 + 9e-10", False),
        ("FLOAT64", "1.0", "1.0 + 2e-9", True),
        ("FLOAT64", "1e12", "1e12 + 500", False),
        ("FLOAT64", "1e12", "1e12 + 2000", True),
        ("FLOAT64", "0", "-9e-10", False),
        ("FLOAT64", "0", "NULL", True),
        ("FLOAT64", "NULL", "NULL", False),
        ("FLOAT64", "'inf'", "'inf'", False),
        ("FLOAT64", "'inf'", "'-inf'", True),
        ("FLOAT64", "'inf'", "1e300", True),
        ("FLOAT64", "'nan'", "'nan'", False),
        ("FLOAT64", "'nan'", "0", True),
        ("ARRAY<FLOAT64>", "[1.0, NULL]", "[1.0 + 1e-12, NULL]", False),
        ("ARRAY<FLOAT64>", "[1.0, 2.0]", "[1.0, 2.1]", True),
        ("ARRAY<FLOAT64>", "[1.0, 2.0]", "[1.0]", True),
        ("ARRAY<FLOAT64>", "[1.0, NULL]", "[1.0, 0.0]", True),
        ("ARRAY<FLOAT64>", "NULL", "[]", False),
        ("ARRAY<FLOAT64>", "NULL", "[0.0]", True),
        ("ARRAY<STRING>", "NULL", "[]", False),
        ("ARRAY<STRING>", "['a', 'b']", "['b', 'a']", True),
        ("STRUCT<n INT64,x FLOAT64>", "{n: 1, x: 1.0}", "{n: 1, x: 1.0 + 1e-12}", False),
        ("STRUCT<n INT64,x FLOAT64>", "{n: 1, x: 1.0}", "{n: 1, x: 1.1}", True),
        ("STRUCT<n INT64,x FLOAT64>", "{n: NULL, x: NULL}", "NULL", True),
        ("STRUCT<n INT64,days ARRAY<DATE>>", "{n: 1, days: NULL}", "{n: 1, days: []}", False),
        ("ARRAY<STRUCT<x FLOAT64>>", "[{x: 1.0}]", "[{x: 1.0 + 1e-12}]", False),
        ("ARRAY<STRUCT<x FLOAT64>>", "[{x: 1.0}]", "[{x: 1.1}]", True),
    ],
)
def test_values_are_compared_exactly_except_floats_within_tolerance(con, kind, here, there, differ):
    table = Table("d", "t", (Column("k", "INT64"), Column("v", kind)), "k", ("k",), "pushed")
    for side, value in ((row_diff.LOCAL, here), (row_diff.REMOTE, there)):
        row_diff.hold(con, side, table, table.columns, Sql(f"SELECT 1 AS k, {value} AS v"))
    comparison = row_diff.compare(con, table, table.columns)
    assert [c.column for c in comparison.columns] == (["v"] if differ else [])
    assert comparison.different == int(differ)


def test_a_shrunk_difference_is_one_for_the_comparison_too(con):
    near = (0.0, -0.0, 9e-10, 1.0, 1.0 + 9e-10, 1.0 + 2e-9, 1e12, 1e12 + 500, 1e12 + 2000)
    pairs = list(product((*near, None, math.inf, -math.inf, math.nan), repeat=2))
    query = sql("SELECT {}", row_diff.differs_sql("FLOAT64", Sql("$a::DOUBLE"), Sql("$b::DOUBLE")))
    rows = [con.execute(query, {"a": a, "b": b}).fetchall()[0][0] for a, b in pairs]
    assert [differ(*pair) for pair in pairs] == rows


def test_the_same_rows_in_another_order_do_not_differ(compared):
    rows = ["('ann', DATE '2025-01-01', 1, 0.5)", "('bob', DATE '2025-01-01', NULL, NULL)"]
    comparison = compared(rows, rows[::-1])
    assert comparison.is_same
    assert (comparison.rows_here, comparison.rows_there, comparison.columns, comparison.dates) == (
        2,
        2,
        (),
        (),
    )


def test_each_difference_is_counted_by_row_column_and_date_with_an_example(compared):
    comparison = compared(
        [
            "('ann', DATE '2025-01-01', 1, 0.5)",
            "('bob', DATE '2025-01-01', 2, NULL)",
            "('cid', DATE '2025-01-02', 3, 0.5)",
            "('dan', DATE '2025-01-02', 3, 0.5)",
        ],
        [
            "('ann', DATE '2025-01-01', 1, 0.25)",
            "('bob', DATE '2025-01-01', 7, 0.75)",
            "('cid', DATE '2025-01-02', 3, 0.5)",
            "('eve', DATE '2025-01-02', 3, 0.5)",
        ],
    )
    assert not comparison.is_same
    assert (comparison.only_here, comparison.only_there, comparison.different) == (1, 1, 2)
    assert comparison.row_only_here == "player dan, game_date 2025-01-02"
    assert comparison.row_only_there == "player eve, game_date 2025-01-02"
    assert comparison.columns == (
        ColumnDifference("points", 1, "player bob, game_date 2025-01-01", "2", "7"),
        ColumnDifference("share", 2, "player ann, game_date 2025-01-01", "0.5", "0.25"),
    )
    assert comparison.dates == (DateDifference(FIRST, 0, 0, 2), DateDifference(SECOND, 1, 1, 0))


def test_a_repeated_key_counts_by_its_repetitions(compared):
    row, other = "('ann', DATE '2025-01-01', 1, 0.5)", "('ann', DATE '2025-01-01', 2, 0.5)"
    assert compared([row, other], [other, row]).is_same
    comparison = compared([row], [row, row, row])
    assert (comparison.only_here, comparison.only_there, comparison.different) == (0, 2, 0)


def test_every_row_is_missing_on_an_empty_side(compared):
    comparison = compared([], ["('ann', DATE '2025-01-01', 1, 0.5)"])
    assert (
        comparison.rows_here,
        comparison.only_there,
        comparison.different,
        comparison.columns,
    ) == (0, 1, 0, ())
    assert compared([], []).is_same


def test_a_missing_column_is_null(con):
    rows = pa.table({"player": ["ann"], "game_date": [FIRST], "points": [1]})
    row_diff.hold_stream(con, row_diff.REMOTE, TABLE, TABLE.columns, rows.to_reader())
    sql = "SELECT 'ann' AS player, DATE '2025-01-01' AS game_date, 1 AS points, 0.5 AS share"
    row_diff.hold(con, row_diff.LOCAL, TABLE, TABLE.columns, Sql(sql))
    comparison = row_diff.compare(con, TABLE, TABLE.columns)
    assert [(c.column, c.here, c.there) for c in comparison.columns] == [("share", "0.5", None)]


def test_a_stream_that_breaks_off_does_not_count_as_fewer_rows(con):
    rows = pa.table({"player": ["ann"], "game_date": [FIRST], "points": [1], "share": [0.5]})
    failure = WarehouseFailed("d.games: gone")

    def batches():
        yield from rows.to_batches()
        raise failure

    reader = pa.RecordBatchReader.from_batches(rows.schema, batches())
    with pytest.raises(WarehouseFailed) as caught:
        row_diff.hold_stream(con, row_diff.REMOTE, TABLE, TABLE.columns, reader)
    assert caught.value is failure
