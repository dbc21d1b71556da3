"""GoogleSQL types and defaults as DuckDB's, and back."""

from __future__ import annotations

import pytest

from sync.duck.quoting import quote, quote_literal, quote_table
from sync.duck.types import (
    create_table_sql,
    default_sql,
    duckdb_type,
    googlesql_type,
    split_top_level,
)
from sync.errors import Refused
from sync.model import Column, Table

PAIRS = [
    ("INT64", "BIGINT"),
    ("FLOAT64", "DOUBLE"),
    ("NUMERIC", "DECIMAL(38,9)"),
    ("NUMERIC(5,1)", "DECIMAL(5,1)"),
    ("STRING", "VARCHAR"),
    ("BOOL", "BOOLEAN"),
    ("DATE", "DATE"),
    ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
    ("DATETIME", "TIMESTAMP"),
    ("BYTES", "BLOB"),
    ("JSON", "JSON"),
    ("ARRAY<FLOAT64>", "DOUBLE[]"),
    ("STRUCT<found INT64,days ARRAY<DATE>>", 'STRUCT("found" BIGINT, "days" DATE[])'),
    ("ARRAY<STRUCT<a NUMERIC(5,1),b STRING>>", 'STRUCT("a" DECIMAL(5,1), "b" VARCHAR)[]'),
]


def table(*columns):
    return Table("d", "t", columns, "day", ("day",), "pulled")


@pytest.mark.parametrize(("google", "local"), PAIRS)
def test_a_type_survives_a_round_trip(google, local):
    assert duckdb_type(google) == local
    assert googlesql_type(local) == google


@pytest.mark.parametrize(
    "kind",
    ["BIGNUMERIC", "INTERVAL", "TIME", "ARRAY<BIGNUMERIC>", "STRUCT<INT64>", "int64", ""],
)  # fmt: skip
def test_a_type_without_an_exact_counterpart_is_refused(kind):
    with pytest.raises(Refused, match="no DuckDB type represents it exactly"):
        duckdb_type(kind)


def test_a_foreign_type_keeps_its_own_name():
    assert googlesql_type("HUGEINT") == "HUGEINT"


def test_commas_inside_brackets_do_not_split():
    assert split_top_level("a NUMERIC(5,1),b STRUCT<x INT64,y DATE>") == [
        "a NUMERIC(5,1)",
        "b STRUCT<x INT64,y DATE>",
    ]


@pytest.mark.parametrize(
    ("default", "sql"),
    [(None, "NULL"), ("FALSE", "FALSE"), ("0", "0"), ("-1.5", "-1.5"), ("'v2'", "'v2'"),
     ("CURRENT_TIMESTAMP()", "now()")],
)  # fmt: skip
def test_a_default_means_the_same_in_both_languages(default, sql):
    assert default_sql(Column("c", "STRING", default=default)) == sql


@pytest.mark.parametrize(
    "default", ["GENERATE_UUID()", '"text"', r"'a\'b'", "[]", "1; DROP TABLE t"]
)
def test_a_default_without_a_proven_counterpart_is_refused(default):
    with pytest.raises(Refused, match="has no proven counterpart"):
        default_sql(Column("c", "STRING", default=default))


def test_a_table_can_be_created_in_another_schema():
    sql = create_table_sql(table(Column("day", "DATE")), "upstream")
    assert sql.startswith('CREATE TABLE IF NOT EXISTS "upstream"."t" (')


def test_an_identifier_with_any_characters_stays_one_identifier():
    assert quote('a"; DROP TABLE t; --') == '"a""; DROP TABLE t; --"'
    assert quote_table("d.t") == '"d"."t"'
    assert quote_literal("it's") == "'it''s'"
