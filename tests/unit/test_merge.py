"""The merges of mirrored tables: any order, any number of times, the same rows."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featurestore.definitions import merge_rules, tables
from sync.duck import connections
from sync.duck.quoting import quote
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
            "status": st.sampled_from(["running", "success", "failed"]),
            "data_date": st.just(date(2025, 1, 1)),
            "started_at": st.sampled_from(AT[:2]),
            "processed_at": moments,
            "duration_seconds": st.sampled_from([None, 1.5, 2.5]),
            "errors": st.sampled_from([None, '["x"]']),
            "timing_breakdown": st.sampled_from([None, '{"a": 1}']),
            "triggered_by": st.sampled_from([None, "me", "you"]),
        }
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def con():
    with closing(connections.connect(None)) as connection:
        for table in (GAPS, RUNS):
            connection.execute(f"CREATE SCHEMA {table.dataset}")
            connection.execute(create_table_sql(table))
            SCHEMAS[table.full_name] = connection.table(table.full_name).to_arrow_table().schema
        yield connection


# Filled by ``con``: the declared tables' columns as Arrow's.
SCHEMAS = {}


def merged(con, table, *sides):
    """The merge of some sides, each a list of rows or an earlier result."""
    schema = SCHEMAS[table.full_name]
    for n, rows in enumerate(sides):
        con.register(f"side{n}", pa.Table.from_pylist(rows, schema))
    sql = merge.merge_sql(
        merge_rules.merge_rule(table.full_name),
        schema.names,
        [quote(f"side{n}") for n in range(len(sides))],
    )
    result = con.sql(sql).to_arrow_table().to_pylist()
    return sorted(result, key=repr)


def check_laws(con, table, a, b, c):
    both = merged(con, table, a, b)
    assert merged(con, table, b, a) == both
    assert merged(con, table, both, b) == both
    assert merged(con, table, both, both) == both
    assert merged(con, table, both, c) == merged(con, table, a, merged(con, table, b, c))
    assert merged(con, table, a, b, c) == merged(con, table, both, c)


def batches(rows):
    """Cases of three sides; one merge handles many, which differ by their identities."""
    return st.lists(st.tuples(rows, rows, rows), min_size=5, max_size=30)


def sides(cases, name):
    """Each side's rows of all cases, with the case's number in the column ``name``."""
    return [
        [row | {name: f"{row[name]}{n}"} for n, case in enumerate(cases) for row in case[side]]
        for side in range(3)
    ]


LAWS = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LAWS
@given(batches(gap_rows))
def test_the_merge_of_gaps_is_commutative_associative_and_idempotent(con, cases):
    check_laws(con, GAPS, *sides(cases, "player_lookup"))


@LAWS
@given(batches(run_rows))
def test_the_merge_of_runs_is_commutative_associative_and_idempotent(con, cases):
    check_laws(con, RUNS, *sides(cases, "run_id"))


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


def run(**changes):
    return {
        "processor_name": "p",
        "run_id": "r1",
        "data_date": date(2025, 1, 1),
        "status": "running",
        "started_at": AT[0],
        "processed_at": AT[0],
        **changes,
    }


def test_the_two_rows_of_a_run_become_its_last_state(con):
    begun = run(triggered_by="me")
    for status in ("success", "failed"):
        ended = run(status=status, processed_at=AT[1], duration_seconds=1.5)
        (row,) = merged(con, RUNS, [begun], [ended])
        assert (row["status"], row["duration_seconds"]) == (status, 1.5)
        assert row["triggered_by"] == "me"


def test_a_run_tried_again_is_as_its_newest_row_says(con):
    failed = run(status="failed", processed_at=AT[1], errors='["x"]', duration_seconds=9.0)
    done = run(status="success", processed_at=AT[2], duration_seconds=1.0)
    (row,) = merged(con, RUNS, [done, run()], [failed])
    assert (row["status"], row["errors"], row["duration_seconds"]) == ("success", None, 1.0)


def test_of_two_rows_at_one_time_the_ended_one_counts(con):
    (row,) = merged(con, RUNS, [run()], [run(status="failed", duration_seconds=1.0)])
    assert row["status"] == "failed"


def test_a_run_without_a_time_of_its_row_keeps_its_state(con):
    (row,) = merged(con, RUNS, [run(processed_at=None)], [run(processed_at=None)])
    assert (row["status"], row["started_at"], row["processed_at"]) == ("running", AT[0], None)


def test_runs_of_another_processor_or_date_are_other_runs(con):
    others = [run(processor_name="q"), run(data_date=date(2025, 1, 2)), run(run_id="r2")]
    assert len(merged(con, RUNS, [run()], others)) == 4
