import pytest
import sqlglot
from sqlglot import exp

from benchmarks import cost
from benchmarks.contract import COLUMNS
from featurestore.definitions import sql_files, tables
from sync.model import Column

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("INT64", 8),
        ("BOOL", 1),
        ("NUMERIC(5,1)", 16),
        ("STRING", 16),
        ("ARRAY<FLOAT64>", 37 * 8),
        ("STRUCT<games_found INT64,is_complete BOOL>", 9),
        ("STRUCT<games INT64,dates ARRAY<DATE>>", 8 + 37 * 8),
    ],
)
def test_a_value_has_the_logical_bytes_that_bigquery_counts(kind: str, wanted: float) -> None:
    assert cost.column_bytes(kind) == wanted


def test_a_row_has_the_bytes_of_the_columns_that_are_read() -> None:
    columns = [Column("points", "INT64"), Column("player", "STRING"), Column("is_dnp", "BOOL")]
    assert cost.row_bytes(columns) == 25
    assert cost.row_bytes(columns, ("points", "is_dnp")) == 9


def test_a_small_query_is_billed_ten_megabytes_for_each_table() -> None:
    assert cost.Job("small", 3, (1.0, 0.0)).billed == 3 * 2 * 10 * MIB
    assert cost.Job("large", 2, (50.0 * MIB, 1.0)).billed == 2 * 60 * MIB


def test_reading_costs_less_than_scanning_the_same_bytes() -> None:
    tib = 1024.0**4
    assert cost.Job("scan", 1, (tib,)).dollars == 6.25
    assert cost.Job("read", 1, (), tib).dollars == pytest.approx(1.10)


def test_a_season_at_once_costs_a_tenth_of_date_by_date_and_few_jobs() -> None:
    worst = sum(job.dollars for job in cost.by_date())
    for way in (cost.by_bigquery, cost.by_replica):
        assert sum(job.dollars for job in way()) < worst / 10
        assert sum(job.count for job in way()) < 30


def test_the_columns_that_are_counted_are_those_that_the_features_read() -> None:
    (file,) = (one for one in sql_files.load("features") if one.name == "summary")
    tree = sqlglot.parse_one(file.text, read="bigquery")
    (bounded,) = (cte for cte in tree.find_all(exp.CTE) if cte.alias == "bounded")
    known = {column.name for column in tables.tables()[tables.SUMMARY].columns}
    read = {column.name for column in bounded.find_all(exp.Column)} & known
    assert read - {"universal_player_id"} == set(COLUMNS)


def test_the_page_shows_what_the_script_prints() -> None:
    page = sql_files.sql_root().parent / "docs" / "performance.md"
    shown = page.read_text(encoding="utf-8")
    assert cost.table() in shown, "print it anew: .venv/bin/python -m benchmarks.cost"
