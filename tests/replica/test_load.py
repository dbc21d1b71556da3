"""Files into the embedded warehouse: whole partitions, by name, or nothing and a row number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import duckdb
import pytest

from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Refused, WarehouseFailed
from sync.model import Column

ANN = ("ann", date(2025, 1, 1), 5, 0.5, None, None)


@pytest.fixture
def write_file(tmp_path):
    def write(name, text):
        file = tmp_path / name
        file.write_text(text)
        return file

    return write


@pytest.fixture
def good(write_file):
    return write_file("good.csv", "points,player,game_date,share\n5,ann,2025-01-01,0.5\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "share,points,game_date,player\n0.5,5,2025-01-01,ann\n"),
        ("a.CSV", "player;game_date;points;share;note\nann;2025-01-01;5;0.5;\n"),
        ("a.json", '[{"player": "ann", "game_date": "2025-01-01", "points": 5, "share": 0.5}]'),
        ("b.json", '{"player": "ann", "game_date": "2025-01-01", "points": 5, "share": 0.5}\n'),
        ("a.jsonl", '{"player": "ann", "game_date": "2025-01-01", "points": 5, "share": 0.5}\n'),
        ("a.ndjson", '{"share": 0.5, "points": "5", "game_date": "2025-01-01", "player": "ann"}'),
    ],
)
def test_columns_are_matched_by_name_and_missing_ones_are_null(
    warehouse, table, write_file, rows_of, name, text
):
    report = load_files(warehouse, table, [write_file(name, text)])
    assert rows_of(warehouse) == [ANN]
    assert (report.rows, report.dates, report.ignored) == (1, (date(2025, 1, 1),), ())


def test_parquet_is_cast_to_the_table_s_types(warehouse, table, parquet_file, rows_of):
    file = parquet_file(
        {
            "player": ["ann"],
            "game_date": [datetime(2025, 1, 1)],  # noqa: DTZ001 - as pandas writes a date.
            "points": [5.0],
            "share": [0.5],
        }
    )
    load_files(warehouse, table, [file])
    assert rows_of(warehouse) == [ANN]


def test_loading_again_replaces_whole_partitions_and_leaves_others(
    warehouse, table, filled, write_file, rows_of
):
    untouched = [row for row in rows_of(warehouse) if row[1] != date(2025, 1, 2)]
    file = write_file("a.csv", "player,game_date,points\ncid,2025-01-02,1\n")
    for _ in range(2):
        load_files(warehouse, table, [file])
        expected = [*untouched, ("cid", date(2025, 1, 2), 1, None, None, None)]
        assert rows_of(warehouse) == sorted(expected, key=repr)


def test_a_date_in_two_files_keeps_the_rows_of_both(warehouse, table, good, write_file, rows_of):
    other = write_file("other.jsonl", '{"player": "bob", "game_date": "2025-01-01"}\n')
    assert load_files(warehouse, table, [good, other]).rows == 2
    assert [row[0] for row in rows_of(warehouse)] == ["ann", "bob"]


def test_a_bad_second_file_leaves_nothing_of_the_first(
    warehouse, table, filled, good, write_file, rows_of
):
    before = rows_of(warehouse)
    bad = write_file("bad.csv", "player,game_date,points\nann,2025-01-01,many\n")
    with pytest.raises(BadInput, match=r"bad.csv line 2: points: 'many' is not of type INT64"):
        load_files(warehouse, table, [good, bad])
    assert rows_of(warehouse) == before


@pytest.mark.parametrize(
    ("text", "row", "column", "message"),
    [
        ("player,game_date\nann,2025-01-01\n,2025-01-01\n", 2, "player", "player is missing"),
        ("player,game_date\nann,2025-01-01\nbob,\n", 2, "game_date", "game_date is missing"),
        ("player,game_date\nann,yesterday\n", 1, "game_date", "'yesterday' is not of type DATE"),
        ("player,game_date,points\na,2025-01-01,1\nb,2025-01-01,1.5\n", 2, "points", "'1.5' "),
        ("player,game_date,points\na,2025-01-01,1e99\n", 1, "points", "'1e99' is not of type"),
        ("player,game_date,minutes\na,2025-01-01,99999\n", 1, "minutes", "'99999' is not of type"),
        ("player,game_date,share\na,2025-01-01,nan\n", 1, "share", "'nan' is not finite"),
        ("player,game_date,share\na,2025-01-01,1\nb,2025-01-01,-inf\n", 2, "share", "'-inf' is"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_named_by_file_row_and_column(
    warehouse, table, write_file, rows_of, text, row, column, message
):
    with pytest.raises(BadInput, match=message) as caught:
        load_files(warehouse, table, [write_file("bad.csv", text)])
    facts = caught.value.facts
    assert (facts["row"], facts["column"], facts["rows"]) == (row, column, 1)
    assert facts["file"].endswith("bad.csv")
    assert rows_of(warehouse) == []


def test_row_numbers_hold_far_down_in_a_file(warehouse, table, tmp_path):
    file = tmp_path / "long.parquet"
    duckdb.sql(
        """SELECT CASE WHEN n <> 250000 THEN 'p' || n END AS player, DATE '2025-01-01' AS game_date
        FROM range(1, 400001) AS r(n)"""
    ).write_parquet(str(file))
    with pytest.raises(BadInput, match="row 250000: player is missing"):
        load_files(warehouse, table, [file])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"points": [1.5]}, "'1.5' cannot be kept exactly in INT64"),
        ({"points": ["many"]}, "'many' is not of type INT64"),
        ({"share": [float("nan")]}, "'nan' is not finite"),
        ({"game_date": [datetime(2025, 1, 1, 19, 30, tzinfo=UTC)]}, "has a time of day"),
    ],
)
def test_a_parquet_value_that_would_lose_digits_is_refused(
    warehouse, table, parquet_file, columns, message
):
    file = parquet_file({"player": ["ann"], "game_date": [date(2025, 1, 1)]} | columns)
    with pytest.raises(BadInput, match=message):
        load_files(warehouse, table, [file])


def test_unknown_columns_are_refused_by_name_or_left_out(warehouse, table, write_file, rows_of):
    file = write_file("a.csv", "player,game_date,points,share,zeta,eta\nann,2025-01-01,5,0.5,1,2\n")
    with pytest.raises(Refused, match=r"no column eta, zeta") as caught:
        load_files(warehouse, table, [file])
    assert caught.value.hint.endswith("--ignore-unknown")
    assert load_files(warehouse, table, [file], ignore_unknown=True).ignored == ("eta", "zeta")
    assert rows_of(warehouse) == [ANN]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", "this is no Parquet"),
        ("b.parquet", ""),
        ("a.json", "{not json"),
        ("a.csv", ""),
        ("a.xlsx", "player,game_date\n"),
        ("a.csv", "player,game_date\nann,2025-01-01,5,6,7\n"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_nothing_changes(
    warehouse, table, filled, write_file, rows_of, name, content
):
    before = rows_of(warehouse)
    with pytest.raises((BadInput, Refused), match=name.replace(".", r"\.")):
        load_files(warehouse, table, [write_file(name, content)])
    assert rows_of(warehouse) == before


def test_a_missing_file_is_named(warehouse, table, tmp_path):
    with pytest.raises(BadInput, match=r"gone\.csv: no such file"):
        load_files(warehouse, table, [tmp_path / "gone.csv"])


def test_a_dry_run_checks_everything_and_leaves_the_file_untouched(
    warehouse, table, good, write_file
):
    before = warehouse.path.read_bytes()
    assert load_files(warehouse, table, [good], dry_run=True).rows == 1
    with pytest.raises(BadInput):
        bad = write_file("bad.csv", "player,game_date\nann,never\n")
        load_files(warehouse, table, [bad], dry_run=True)
    assert warehouse.path.read_bytes() == before


def test_no_file_appears_where_there_is_no_warehouse(tmp_path, table, good):
    warehouse = EmbeddedWarehouse(tmp_path / "none.duckdb")
    with pytest.raises(BadInput, match="no such file") as caught:
        load_files(warehouse, table, [good])
    assert caught.value.hint == "featurestore init"
    assert not warehouse.path.exists()


def test_a_table_that_the_warehouse_lacks_is_named(warehouse, table, good):
    with pytest.raises(WarehouseFailed, match=r"d.nothing: no such table"):
        load_files(warehouse, replace(table, name="nothing"), [good])


def test_a_required_column_takes_its_default_only_when_the_file_lacks_it(
    warehouse, table, write_file, rows_of
):
    other = replace(
        table,
        name="versions",
        columns=(*table.columns[:2], Column("version", "INT64", required=True, default="1"),
                 Column("revision", "INT64", default="7")),
    )  # fmt: skip
    warehouse.create(other)
    load_files(warehouse, other, [write_file("a.csv", "player,game_date\nann,2025-01-01\n")])
    assert rows_of(warehouse, "d.versions") == [("ann", date(2025, 1, 1), 1, None)]
    bad = write_file("b.csv", "player,game_date,version\nann,2025-01-01,\n")
    with pytest.raises(BadInput, match="line 2: version is missing"):
        load_files(warehouse, other, [bad])


def test_json_text_and_nested_values_keep_their_form(warehouse, table, write_file, rows_of):
    other = replace(
        table,
        name="nested",
        columns=(*table.columns[:2], Column("clock", "STRING"), Column("detail", "JSON"),
                 Column("lines", "ARRAY<FLOAT64>")),
    )  # fmt: skip
    warehouse.create(other)
    text = (
        '{"player": "007", "game_date": "2025-01-01", "clock": "12:30",'
        ' "detail": {"b": [1, "x"]}, "lines": [1, -0.5]}'
    )
    load_files(warehouse, other, [write_file("a.json", text)])
    assert rows_of(warehouse, "d.nested") == [
        ("007", date(2025, 1, 1), "12:30", '{"b":[1,"x"]}', [1.0, -0.5])
    ]


def test_rows_of_an_optional_table_may_have_null_keys(warehouse, table, write_file):
    columns = (Column("player", "STRING"), *table.columns[1:])
    optional = replace(table, name="reports", columns=columns, optional=True)
    warehouse.create(optional)
    file = write_file("a.csv", "player,game_date\n,2025-01-01\n")
    assert load_files(warehouse, optional, [file]).rows == 1


def test_an_emoji_and_a_quoted_line_break_survive(warehouse, table, write_file, rows_of):
    text = 'player,game_date,note\nann,2025-01-01,"🏀, and\nmore"\n'
    load_files(warehouse, table, [write_file("a.csv", text)])
    assert rows_of(warehouse)[0][-1] == "🏀, and\nmore"
