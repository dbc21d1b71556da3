"""Folders, hive columns, gzip, JSON layouts, repeated rows; and each declared table."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from featurestore.definitions import tables
from sync.duck.quoting import quote_table
from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput, Refused

DAYS = [date(2025, 1, day) for day in (1, 2)]


@pytest.fixture
def put(tmp_path):
    """``put("folder/name", text or bytes) -> Path``."""

    def write(name, content):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


@pytest.fixture
def loaded(warehouse):
    """(player, game_date, points) of all rows."""

    def read():
        with warehouse.snapshot() as snapshot:
            return snapshot._con.execute(
                "SELECT player, game_date, points FROM d.games ORDER BY ALL"
            ).fetchall()

    return read


CSV = "player,game_date,points\nann,2025-01-01,1\n"
JSON = '{"player": "ann", "game_date": "2025-01-01", "points": 1}\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv.gz", CSV), ("A.CSV.GZ", CSV), ("a.json.gz", f"[{JSON}]"), ("a.ndjson.gz", JSON)],
)
def test_gzip_is_read(warehouse, table, put, loaded, name, text):
    load_files(warehouse, table, [put(name, gzip.compress(text.encode(), mtime=0))])
    assert loaded() == [("ann", DAYS[0], 1)]


@pytest.mark.parametrize(
    ("name", "packed", "message"),
    [
        (
            "a.csv.gz",
            gzip.compress(CSV.encode() * 50, mtime=0)[:-9],
            r"a\.csv\.gz: the gzip file is cut off",
        ),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0)[:-8] + bytes(8), "cut off or damaged"),
        ("a.csv.gz", CSV.encode(), "cut off or damaged: Not a gzipped file"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "the file is empty"),
        ("a.ndjson.gz", b"", "the file is empty"),
    ],
    ids=["cut off", "wrong checksum", "not compressed", "empty CSV", "empty NDJSON"],
)
def test_a_broken_gzip_file_is_refused(
    warehouse, table, filled, put, rows_of, name, packed, message
):
    before = rows_of(warehouse)
    with pytest.raises(BadInput, match=message):
        load_files(warehouse, table, [put(name, packed)])
    assert rows_of(warehouse) == before


def test_a_hive_folder_adds_its_column(warehouse, table, parquet_file, put, loaded):
    for day, player in zip(DAYS, ("ann", "bob"), strict=True):
        file = parquet_file({"player": [player], "points": [day.day]})
        put(f"games/GAME_DATE={day}/part-0.parquet", file.read_bytes())
    folder = put("games/_SUCCESS", "").parent
    put("games/.part.crc", "x")
    report = load_files(warehouse, table, [folder])
    assert loaded() == [("ann", DAYS[0], 1), ("bob", DAYS[1], 2)]
    assert (report.rows, report.dates) == (2, tuple(DAYS))
    one = put(f"games/note=a%20b%3D/game_date={DAYS[0]}/x.csv", "player\ncid\n")
    load_files(warehouse, table, [one])
    assert loaded() == [("bob", DAYS[1], 2), ("cid", DAYS[0], None)]


def test_a_folder_s_value_must_agree_with_the_column_in_the_file(warehouse, table, put, loaded):
    same = put("game_date=2025-01-01/a.csv", CSV)
    load_files(warehouse, table, [same])
    assert loaded() == [("ann", DAYS[0], 1)]
    other = put("game_date=2025-01-02/a.csv", CSV)
    with pytest.raises(
        BadInput, match="line 2: game_date: '2025-01-01' differs from the folder's name"
    ):
        load_files(warehouse, table, [other])
    null = put("points=__HIVE_DEFAULT_PARTITION__/a.csv", "player,game_date\ncid,2025-01-02\n")
    load_files(warehouse, table, [null])
    assert loaded() == [("ann", DAYS[0], 1), ("cid", DAYS[1], None)]


def test_a_folder_s_value_is_checked_like_any_other(warehouse, table, put):
    with pytest.raises(BadInput, match="game_date"):
        load_files(warehouse, table, [put("game_date=25-01-02/a.csv", "player\nann\n")])
    with pytest.raises(Refused, match="no column season"):
        load_files(warehouse, table, [put("season=2024/a.csv", CSV)])
    assert load_files(
        warehouse, table, [put("season=2024/a.csv", CSV)], ignore_unknown=True
    ).ignored == ("season",)


def test_a_folder_is_loaded_completely_or_not_at_all(warehouse, table, put, loaded, tmp_path):
    put("all/a.csv", CSV)
    put("all/b/b.ndjson", JSON.replace("ann", "bob"))
    folder = put("all/empty.csv", "player,game_date\n").parent
    load_files(warehouse, table, [folder])
    assert loaded() == [("ann", DAYS[0], 1), ("bob", DAYS[0], 1)]
    notes = put("all/notes.txt", "x")
    with pytest.raises(BadInput, match=r"notes\.txt: the name ends with none of \.csv, \.csv\.gz"):
        load_files(warehouse, table, [folder])
    notes.unlink()
    (tmp_path / "none").mkdir()
    with pytest.raises(BadInput, match="none: the folder has no files"):
        load_files(warehouse, table, [tmp_path / "none"])
    only_headers = put("headers/a.csv", "player,game_date\n").parent
    with pytest.raises(BadInput, match="headers: no file has any rows"):
        load_files(warehouse, table, [only_headers])


def test_a_file_named_twice_is_read_once_and_reported(warehouse, table, put, loaded, tmp_path):
    file = put("a.csv", CSV)
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    hard = tmp_path / "hard.csv"
    os.link(file, hard)
    report = load_files(warehouse, table, [file, file, link, hard])
    assert (report.rows, report.identical_rows) == (1, 0)
    assert report.repeated_files == (str(file), str(link), str(hard))
    assert loaded() == [("ann", DAYS[0], 1)]


def test_equal_rows_of_two_files_are_loaded_once_and_counted(warehouse, table, put, loaded):
    copy = put("copy.csv", CSV + "bob,2025-01-01,2\n")
    report = load_files(warehouse, table, [put("a.csv", CSV + CSV.splitlines()[1]), copy])
    assert (report.rows, report.identical_rows, report.repeated_keys) == (2, 2, 0)
    assert loaded() == [("ann", DAYS[0], 1), ("bob", DAYS[0], 2)]


def test_rows_that_share_a_key_but_differ_are_all_loaded_and_counted(warehouse, table, put, loaded):
    other = put("b.csv", CSV.replace(",1\n", ",9\n"))
    report = load_files(warehouse, table, [put("a.csv", CSV), other])
    assert (report.rows, report.identical_rows, report.repeated_keys) == (2, 0, 1)
    assert report.first_repeated_key == "player ann, game_date 2025-01-01"
    assert loaded() == [("ann", DAYS[0], 1), ("ann", DAYS[0], 9)]


@pytest.mark.parametrize(
    "text", [f"[\n{JSON},\n{JSON.replace('ann', 'bob')}]", JSON + JSON.replace("ann", "bob")]
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
def test_json_is_recognised_by_its_first_character(warehouse, table, put, loaded, name, text):
    load_files(warehouse, table, [put(name, b"\xef\xbb\xbf" + text.encode())])
    assert [row[0] for row in loaded()] == ["ann", "bob"]


def test_a_key_that_first_occurs_far_down_is_not_lost(warehouse, table, put, loaded):
    rows = [{"player": f"p{n}", "game_date": "2025-01-01"} for n in range(25_000)]
    rows.append({"PLAYER": "zoe", "game_date": "2025-01-01", "points": 7})
    text = "\n".join(map(json.dumps, rows))
    with pytest.raises(Refused, match="the columns PLAYER and player are both"):
        load_files(warehouse, table, [put("a.ndjson", text)])
    load_files(warehouse, table, [put("a.ndjson", text.replace("PLAYER", "player"))])
    assert loaded()[-1] == ("zoe", DAYS[0], 7)
    with pytest.raises(Refused, match="no column late"):
        load_files(warehouse, table, [put("b.ndjson", text.replace("points", "late").lower())])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[{JSON},", "the JSON array has no end"),
        (f"[{JSON}", "the JSON array has no end"),
        (JSON + '{"player": "bob", "ga', "line 2: not JSON"),
        (JSON + "5\n", "row 2 is a JSON ubigint, not an object"),
        (f"[{JSON}, [1]]", "row 2 is a JSON array, not an object"),
        ("[]", "has column names, but no rows|lacks the required column"),
        (" \n", "lacks the required column"),
        ('{"player": "ann", "player": "bob", "game_date": "2025-01-01"}', "player"),
        (b'{"player": "Jos\xe9", "game_date": "2025-01-01"}', "line 1: byte 0xE9 is not UTF-8"),
    ],
)
def test_json_that_is_cut_off_or_of_another_shape_is_refused(
    warehouse, table, filled, put, rows_of, text, message
):
    before = rows_of(warehouse)
    with pytest.raises((BadInput, Refused), match=message):
        load_files(warehouse, table, [put("a.json", text)])
    assert rows_of(warehouse) == before


def test_parquet_columns_that_differ_by_case_are_refused(warehouse, table, parquet_file):
    file = parquet_file({"player": ["a"], "game_date": [DAYS[0]], "points": [1], "Points": [2]})
    with pytest.raises(Refused, match="the columns points and Points are both"):
        load_files(warehouse, table, [file])


def test_a_cut_off_parquet_file_is_refused(warehouse, table, parquet_file):
    file = parquet_file({"player": ["a"], "game_date": [DAYS[0]]})
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(BadInput, match="not a complete Parquet file"):
        load_files(warehouse, table, [file])


SAMPLES = {
    "STRING": 'a, #"b"\n',
    "INT64": 7,
    "FLOAT64": 0.1,
    "BOOL": True,
    "DATE": date(2025, 1, 1),
    "TIMESTAMP": datetime(2025, 1, 1, 19, 30, 0, 123456, tzinfo=UTC),
    "JSON": '{"a":[1,"x"]}',
}


def sample(kind):
    if kind.startswith("NUMERIC"):
        return Decimal("0.5")
    if kind.startswith("ARRAY<"):
        return [sample(kind[6:-1])]
    if kind.startswith("STRUCT<"):
        return {
            name: sample(inner)
            for name, _, inner in (part.partition(" ") for part in kind[7:-1].split(","))
        }
    return SAMPLES[kind]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
@pytest.mark.parametrize("name", sorted(tables.tables()))
def test_each_table_is_read_back_from_a_file_as_written(tmp_path, name, ending):
    declared = tables.tables()[name]
    warehouse = EmbeddedWarehouse(tmp_path / "w.duckdb")
    warehouse.create(declared)
    row = {column.name: sample(column.type) for column in declared.all_columns}
    with warehouse.writer() as con:
        holes = ", ".join("?" for _ in row)
        con.execute(f"INSERT INTO {quote_table(declared)} VALUES ({holes})", list(row.values()))
        written = con.execute(f"FROM {quote_table(declared)}").fetchall()
        con.execute(f"COPY {quote_table(declared)} TO '{tmp_path}/rows.{ending}'")
        con.execute(f"DELETE FROM {quote_table(declared)}")
    report = load_files(warehouse, declared, [tmp_path / f"rows.{ending}"])
    assert report.rows == 1
    with warehouse.snapshot() as snapshot:
        assert snapshot._con.execute(f"FROM {quote_table(declared)}").fetchall() == written
