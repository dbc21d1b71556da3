import re

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


@pytest.mark.parametrize(
    ("name", "columns", "partition", "direction", "requires_filter", "optional"),
    [
        (tables.SUMMARY, 99, "game_date", "pulled", False, False),
        (tables.INJURIES, 23, "report_date", "pulled", False, True),
        # Columns that are not computed here are not declared: a push leaves their cells alone.
        (tables.STORE, 191, "game_date", "pushed", True, False),
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
    assert len(table.columns) == columns
    assert tables.partitioned()[name] == partition
    assert (table.direction, table.requires_filter, table.optional) == (
        direction,
        requires_filter,
        optional,
    )


@pytest.mark.parametrize("name", list(tables.tables()))
def test_a_declaration_agrees_with_itself(name: str) -> None:
    table = tables.tables()[name]
    names = set(table.column_names)
    assert len(names) == len(table.columns)
    assert {table.partition_column, *table.key, *table.clustering} <= names
    assert f"CREATE TABLE IF NOT EXISTS {name} (" in table.ddl
    assert next(c.type for c in table.columns if c.name == table.partition_column) == "DATE"
    for column in table.columns:
        assert duckdb_type(column.type)


@pytest.mark.parametrize("name", list(tables.tables()))
def test_every_column_says_what_it_means(name: str) -> None:
    nameless = [c.name for c in tables.tables()[name].columns if len(c.description) < 4]
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
