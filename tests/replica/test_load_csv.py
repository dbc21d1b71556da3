"""CSV files as people have them: every row and every value, or the line that is wrong."""

from __future__ import annotations

import gzip
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.embedded.load import load_files
from sync.errors import BadInput, Refused

DAY = date(2025, 1, 1)


@pytest.fixture
def load(warehouse, table, tmp_path):
    """``load(bytes) -> the loaded rows as (player, points, note)``."""

    def run(content, name="rows.csv", **options):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        load_files(warehouse, table, [file], **options)
        with warehouse.snapshot() as snapshot:
            return snapshot._con.execute(
                "SELECT player, points, note FROM d.games ORDER BY points"
            ).fetchall()

    return run


HEADER = "player,game_date,points,note\n"


def lines(values, newline="\n"):
    """One line a (player, points, note), all on one date; only what must be is quoted."""

    def quoted(value):
        special = any(mark in str(value) for mark in ',"\r\n')
        return '"' + value.replace('"', '""') + '"' if special else str(value)

    rows = [[player, DAY, points, note] for player, points, note in values]
    written = [HEADER.strip(), *(",".join(map(quoted, row)) for row in rows)]
    return newline.join([*written, ""])


def test_a_number_sign_after_a_comma_is_part_of_the_value(load):
    rows = [(f"p{n}", n, f"knee, #{n}") for n in range(100)]
    assert load(lines(rows)) == rows


def test_a_line_that_begins_with_a_number_sign_is_a_row(load):
    rows = [("#1 pick", 1, "a"), ("bob", 2, "# no comment"), ("#", 3, "#")]
    assert load(lines(rows)) == rows


def test_the_first_quote_far_down_in_a_file_is_a_quote(load):
    rows = [(f"p{n}", n, "plain") for n in range(22_000)]
    rows += [("ann", 22_000, 'out, "sore" knee'), ("bob", 22_001, "two\nlines")]
    assert load(lines(rows)) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,2025-01-01,1,x\r\nb,2025-01-01,2,y\r\n", [("a", 1, "x"), ("b", 2, "y")]),
        ("a,2025-01-01,1,x\r\nb,2025-01-01,2,y\n", [("a", 1, "x"), ("b", 2, "y")]),
        ("a,2025-01-01,1,x\nb,2025-01-01,2,y\r\n", [("a", 1, "x"), ("b", 2, "y")]),
        ("a,2025-01-01,1,x\n\n\n", [("a", 1, "x")]),
        ("a,2025-01-01,1,x\n\nb,2025-01-01,2,y", [("a", 1, "x"), ("b", 2, "y")]),
        ('a,2025-01-01,1,"x\r\ny"\r\n', [("a", 1, "x\r\ny")]),
        ('a,2025-01-01,1,"say ""hi"""\n', [("a", 1, 'say "hi"')]),
        ("a,2025-01-01,1,5'11\" tall\n", [("a", 1, "5'11\" tall")]),
        ("a,2025-01-01,1,C:\\new\n", [("a", 1, "C:\\new")]),
        ("a,2025-01-01,1,  spaced \n", [("a", 1, "  spaced ")]),
        ("a,2025-01-01,1,NULL\nb,2025-01-01,2,NA\n", [("a", 1, "NULL"), ("b", 2, "NA")]),
    ],
)
def test_line_ends_quotes_and_blanks_are_kept_as_they_are(load, text, rows):
    assert load(HEADER + text) == rows


def test_an_empty_value_is_null_and_an_empty_quoted_one_is_an_empty_text(load):
    rows = load(HEADER + 'a,2025-01-01,1,\nb,2025-01-01,2,""\nc,2025-01-01,"",""\n')
    assert rows == [("c", None, ""), ("a", 1, None), ("b", 2, "")]


def test_a_byte_order_mark_is_not_part_of_the_first_name(load):
    assert load(b"\xef\xbb\xbf" + HEADER.encode() + b"a,2025-01-01,1,x\n") == [("a", 1, "x")]
    quoted = b'\xef\xbb\xbf"player",game_date,points,note\nb,2025-01-01,1,x\n'
    assert load(quoted) == [("b", 1, "x")]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_the_header_decides_the_delimiter(load, mark):
    text = HEADER.replace(",", mark) + mark.join(["a", "2025-01-01", "1", "x, y"]) + "\n"
    assert load(text) == [("a", 1, "x, y")]
    decided = load('player,game_date,points,note\n"b",2025-01-01,1,x;y\n')
    assert decided == [("b", 1, "x;y")]


values = st.text(st.sampled_from("a,;#\"'\\\n\r\t é🏀"), max_size=6)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(values, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_every_value_is_read_back_as_written(load, notes, newline):
    rows = [(f"p{n}", n, note) for n, note in enumerate(notes)]
    expected = [(player, n, note or None) for player, n, note in rows]
    assert load(lines(rows, newline)) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"rows\.csv: the file is empty"),
        (HEADER.encode(), r"rows\.csv: has column names, but no rows"),
        (HEADER.strip().encode(), r"rows\.csv: has column names, but no rows"),
        (b"\n" + HEADER.encode(), r"rows\.csv line 1 is empty, but must name the columns"),
        (HEADER.encode() + b'a,2025-01-01,1,"x\ny"\nb,2025-01-01\n',
         r"rows\.csv line 4: 2 values, but the header names 4 columns"),
        (HEADER.encode() + b"a,2025-01-01,1,x,y\n", r"line 2: 5 values, but .* 4 columns"),
        (HEADER.encode() + b"a,2025-01-01,1,x,\n", r"line 2: 5 values, but .* 4 columns"),
        (HEADER.encode() + b"a,2025-01-01,1,x\nb,2025-01-01,2,Jos\xe9\n",
         r"line 3: byte 0xE9 is not UTF-8"),
        (b"jou\xe9ur,game_date\na,2025-01-01\n", r"line 1: byte 0xE9 is not UTF-8"),
        (HEADER.encode() + b'a,2025-01-01,1,x\nb,2025-01-01,2,"open\n',
         r"line 3: a quoted value is not closed"),
        (HEADER.encode() + b'a,2025-01-01,1,"x"y\n', r"line 2: a closing quote is followed by"),
        (b"player,points\nann,1\n", r"lacks the required column game_date"),
        (b"PAR1....", r"rows\.csv: is a Parquet file, not what its name says"),
        (gzip.compress(HEADER.encode(), mtime=0), r"rows\.csv: is compressed with gzip"),
        ("\ufeffplayer".encode("utf-16-le"), r"rows\.csv: is text in UTF-16"),
    ],
)  # fmt: skip
def test_an_error_says_what_is_wrong_on_which_line_and_changes_nothing(
    load, warehouse, filled, rows_of, content, message
):
    before = rows_of(warehouse)
    with pytest.raises(BadInput, match=message) as caught:
        load(content)
    assert caught.value.hint
    assert rows_of(warehouse) == before


def test_a_bad_value_is_named_by_the_line_on_which_its_row_begins(load):
    text = HEADER + 'a,2025-01-01,1,"x\ny\nz"\n\nb,2025-01-01,two,w\n'
    with pytest.raises(BadInput, match=r"line 6: points: 'two' is not of type INT64") as caught:
        load(text)
    assert (caught.value.facts["row"], caught.value.facts["line"]) == (2, 6)


def test_names_match_without_regard_to_case(load):
    assert load("Player,GAME_DATE,POINTS, Note\na,2025-01-01,1,x\n") == [("a", 1, "x")]


def test_two_columns_that_differ_by_case_are_refused_by_name(load):
    with pytest.raises(Refused, match=r"the columns points and POINTS are both d\.games\.points"):
        load("player,game_date,points,POINTS\na,2025-01-01,1,2\n")


def test_ignoring_unknown_columns_leaves_out_only_those(load):
    text = "player,game_date,POINTS,zeta,zeta,\na,2025-01-01,1,2,3,4\n"
    assert load(text, ignore_unknown=True) == [("a", 1, None)]
    with pytest.raises(Refused, match=r"no column \(without a name\), zeta"):
        load(text)
