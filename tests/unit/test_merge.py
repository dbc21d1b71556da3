"""The merges of mirrored tables: any order, any number of times, the same rows."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featurestore.definitions import tables
from sync.duck import connections
from sync.duck.quoting import quote_table
from sync.duck.types import create_table_sql
from sync.transfer import merge

AT = [datetime(2025, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
GAPS, RUNS = tables.tables()[tables.GAPS], tables.tables()[tables.RUNS]

moments = st.sampled_from([None, *AT])
gap_rows = st.lists(
    st.fixed_dictionaries(
        {
            "player_lookup": st.sampled_from(["ann", "bob"]),
            "game_date": st.just(date(2025, 1, 1)),
            "reason": st.just("bootstrap"),
            "detected_at": st.sampled_from(AT[:2]),
            "resolved_at": moments,
            "resolved_by": st.sampled_from([None, "x", "y"]),
            "backfill_attempt_count": st.sampled_from([None, 0, 3]),
            "last_backfill_attempt_at": moments,
            "last_backfill_error": st.sampled_from([None, "", "boom"]),
            "team_abbr": st.sampled_from([None, "AAA"]),
        }
    ),
    max_size=4,
)
run_rows = st.lists(
    st.fixed_dictionaries(
        {
            "processor_name": st.just("p"),
            "run_id": st.sampled_from(["r1", "r2"]),
            "status": st.sampled_from(["running", "success"]),
            "data_date": st.just(date(2025, 1, 1)),
            "started_at": st.just(AT[0]),
            "processed_at": moments,
            "duration_seconds": st.sampled_from([None, 1.5, 2.5]),
            "timing_breakdown": st.sampled_from([None, '{"a": 1}']),
        }
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def con():
    with closing(connections.connect(None)) as found:
        for table in (GAPS, RUNS):
            found.execute(f"CREATE SCHEMA {table.dataset}")
            found.execute(create_table_sql(table))
        yield found


def merged(con, table, *sides):
    """The merge of some sides, each a list of rows or an earlier result."""
    relations = []
    for n, rows in enumerate(sides):
        con.execute(f"CREATE OR REPLACE TEMP TABLE side{n} AS FROM {quote_table(table)} LIMIT 0")
        if rows:
            names = list(rows[0])
            con.register("incoming", pa.Table.from_pylist(rows))
            con.execute(
                f"INSERT INTO side{n} ({', '.join(names)}) SELECT {', '.join(names)} FROM incoming"
            )
            con.unregister("incoming")
        relations.append(f"side{n}")
    sql = merge.merge_sql(merge.RULES[table.full_name], table.column_names, relations)
    found = con.sql(sql)
    names = found.columns
    return sorted((dict(zip(names, row, strict=True)) for row in found.fetchall()), key=repr)


def check_laws(con, table, a, b, c):
    both = merged(con, table, a, b)
    assert merged(con, table, b, a) == both
    assert merged(con, table, both, b) == both
    assert merged(con, table, both, both) == both
    assert merged(con, table, both, c) == merged(con, table, a, merged(con, table, b, c))
    assert merged(con, table, a, b, c) == merged(con, table, both, c)


LAWS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LAWS
@given(gap_rows, gap_rows, gap_rows)
def test_the_merge_of_gaps_is_commutative_associative_and_idempotent(con, a, b, c):
    check_laws(con, GAPS, a, b, c)


@LAWS
@given(run_rows, run_rows, run_rows)
def test_the_merge_of_runs_is_commutative_associative_and_idempotent(con, a, b, c):
    check_laws(con, RUNS, a, b, c)


def gap(**changes):
    return {
        "player_lookup": "ann",
        "game_date": date(2025, 1, 1),
        "reason": "bootstrap",
        "detected_at": AT[0],
        "resolved_at": None,
        "resolved_by": None,
        "backfill_attempt_count": 0,
        "last_backfill_attempt_at": None,
        "last_backfill_error": None,
        **changes,
    }


def test_a_gap_resolved_on_either_side_is_resolved_with_its_resolver(con):
    early = gap(resolved_at=AT[1], resolved_by="zoe")
    late = gap(resolved_at=AT[2], resolved_by="ann")
    (row,) = merged(con, GAPS, [gap(), late], [early])
    assert (row["resolved_at"], row["resolved_by"]) == (AT[1], "zoe")


def test_attempts_are_the_largest_and_the_error_is_the_newest_ones(con):
    one = gap(backfill_attempt_count=5, last_backfill_attempt_at=AT[0], last_backfill_error="old")
    two = gap(backfill_attempt_count=2, last_backfill_attempt_at=AT[1], last_backfill_error=None)
    (row,) = merged(con, GAPS, [one], [two])
    assert row["backfill_attempt_count"] == 5
    assert (row["last_backfill_attempt_at"], row["last_backfill_error"]) == (AT[1], None)


def test_episodes_differ_by_when_they_were_detected(con):
    assert len(merged(con, GAPS, [gap()], [gap(detected_at=AT[1])])) == 2
