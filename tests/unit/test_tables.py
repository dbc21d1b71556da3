import re
from dataclasses import replace

import pytest

from featurestore.definitions import ddl, sql_files, tables
from featurestore.definitions.sql_files import Header, SqlFile
from sync.duck.types import duckdb_type
from sync.errors import BadInput
from sync.model import Column

DDL = """
CREATE TABLE IF NOT EXISTS lab.reading (
  day DATE NOT NULL OPTIONS (description = 'The reading\\'s day'),
  amount NUMERIC(5, 1),
  parts STRUCT<n INT64, days ARRAY<DATE>> OPTIONS (description = 'Parts'),
  made_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP() NOT NULL,
  is_raw BOOL DEFAULT FALSE
)
PARTITION BY day
CLUSTER BY amount, day
OPTIONS (require_partition_filter = TRUE, description = 'Readings')
"""


def test_a_table_is_parsed_from_its_ddl_and_its_header() -> None:
    header = Header("readings", {"key": "day, amount", "direction": "pulled", "optional": "yes"})
    table = ddl.parse_table(SqlFile("lab.reading", "schema", "lab.reading.sql", DDL, header))
    assert table.columns == (
        Column("day", "DATE", required=True, description="The reading's day"),
        Column("amount", "NUMERIC(5,1)"),
        Column("parts", "STRUCT<n INT64,days ARRAY<DATE>>", description="Parts"),
        Column("made_at", "TIMESTAMP", required=True, default="CURRENT_TIMESTAMP()"),
        Column("is_raw", "BOOL", default="FALSE"),
    )
    assert (table.full_name, table.partition_column) == ("lab.reading", "day")
    assert (table.key, table.clustering) == (("day", "amount"), ("amount", "day"))
    assert table.requires_filter
    assert table.optional


def unwritten(names: str) -> SqlFile:
    header = Header("readings", {"key": "day", "direction": "pushed", "unwritten": names})
    return SqlFile("lab.reading", "schema", "lab.reading.sql", DDL, header)


def test_unwritten_columns_are_declared_but_not_sent() -> None:
    ddl_text = DDL.replace(" DEFAULT FALSE", "")
    file = replace(unwritten("is_raw"), text=ddl_text)
    table = ddl.parse_table(file)
    assert table.unwritten == (Column("is_raw", "BOOL"),)
    assert table.column_names == ("day", "amount", "parts", "made_at")
    assert [c.name for c in table.all_columns] == [*table.column_names, "is_raw"]
    live = [*table.all_columns, Column("theirs", "STRING")]
    assert "is_raw" not in table.token_columns(live)
    assert table.unsent(live) == ("is_raw", "theirs")
    assert table.undeclared(live) == ("theirs",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("amount", "the unwritten columns are not the last ones, in this order: amount"),
        ("is_raw, made_at", "the unwritten columns are not the last ones"),
        ("is_raw", "is_raw is unwritten, and must be nullable and without a default"),
    ],
)
def test_an_unwritten_column_is_a_last_one_and_nullable(names: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        ddl.parse_table(unwritten(names))


def test_columns_that_are_not_computed_are_unwritten() -> None:
    table = tables.tables()[tables.STORE]
    assert [c.name for c in table.unwritten][:2] == [
        "feature_fallback_reasons_json",
        "feature_sample_sizes_json",
    ]
    assert len(table.unwritten) == 19
    assert tables.column_types()[tables.STORE]["matchup_data_status"] == "STRING"


@pytest.mark.parametrize(
    ("name", "columns", "partition", "direction", "requires_filter", "optional"),
    [
        (tables.SUMMARY, 99, "game_date", "pulled", False, False),
        (tables.INJURIES, 23, "report_date", "pulled", False, True),
        (tables.STORE, 210, "game_date", "pushed", True, False),
        (tables.GAPS, 15, "game_date", "mirrored", False, False),
        (tables.RUNS, 59, "data_date", "mirrored", False, False),
    ],
)
def test_the_five_tables_are_declared(
    name: str,
    columns: int,
    partition: str,
    direction: str,
    requires_filter: bool,
    optional: bool,
) -> None:
    table = tables.tables()[name]
    assert len(table.all_columns) == columns
    assert tables.partitioned()[name] == partition
    assert (table.direction, table.requires_filter, table.optional) == (
        direction,
        requires_filter,
        optional,
    )


@pytest.mark.parametrize("name", list(tables.tables()))
def test_a_declaration_agrees_with_itself(name: str) -> None:
    table = tables.tables()[name]
    names = {column.name for column in table.all_columns}
    assert len(names) == len(table.all_columns)
    assert {table.partition_column, *table.key, *table.clustering} <= names
    assert f"CREATE TABLE IF NOT EXISTS {name} (" in table.ddl
    assert next(c.type for c in table.columns if c.name == table.partition_column) == "DATE"
    for column in table.all_columns:
        assert duckdb_type(column.type)


@pytest.mark.parametrize("name", list(tables.tables()))
def test_every_column_says_what_it_means(name: str) -> None:
    nameless = [c.name for c in tables.tables()[name].all_columns if len(c.description) < 4]
    assert nameless == []


def test_the_wide_columns_are_described_by_the_name_of_their_feature() -> None:
    columns = {c.name: c.description for c in tables.tables()[tables.STORE].columns}
    for suffix in ("value", "quality", "source"):
        described = [columns[f"feature_{n}_{suffix}"] for n in range(37)]
        assert "points_avg_last_5" in described[0]
        assert "breakout_flag" in described[36]
        assert len(set(described)) == 37


def test_the_dialect_gets_a_type_for_each_column() -> None:
    types = tables.column_types()
    assert types[tables.SUMMARY]["minutes_played"] == "NUMERIC(5,1)"
    assert types[tables.STORE]["features"] == "ARRAY<FLOAT64>"
    assert set(types) == set(tables.tables())


@pytest.mark.parametrize("name", ["player_game_summary", "nba_analytics.player_game_summary"])
def test_a_table_is_found_by_its_full_and_by_its_bare_name(name: str) -> None:
    assert tables.table(name).full_name == tables.SUMMARY


def test_an_unknown_table_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"player_games: unknown.*nba_raw\.nbac_injury_report"):
        tables.table("player_games")


def test_headers_name_the_table_of_their_file() -> None:
    for file in sql_files.load("schema"):
        assert file.header.fields["direction"] in {"pulled", "pushed", "mirrored"}
        assert re.fullmatch(r"sql/schema/nba_\w+\.\w+\.sql", file.path)
