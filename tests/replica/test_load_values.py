"""Values of files: what a column keeps exactly is loaded, anything else is named and refused."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from sync.embedded.load import load_files
from sync.embedded.warehouse import EmbeddedWarehouse
from sync.errors import BadInput
from sync.model import Column, Table

DAY = date(2024, 10, 22)
TYPES = {
    "whole": "INT64",
    "number": "NUMERIC(5,1)",
    "ratio": "FLOAT64",
    "flag": "BOOL",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "detail": "JSON",
    "counts": "ARRAY<INT64>",
    "ratios": "ARRAY<FLOAT64>",
    "words": "ARRAY<STRING>",
    "history": "STRUCT<games INT64,done BOOL>",
}
TABLE = Table(
    dataset="d",
    name="kinds",
    columns=(
        Column("game_date", "DATE", required=True),
        *(Column(name, kind) for name, kind in TYPES.items()),
    ),
    partition_column="game_date",
    key=("game_date", "whole"),
    direction="pulled",
    optional=True,
)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    new_warehouse = EmbeddedWarehouse(tmp_path_factory.mktemp("w") / "w.duckdb")
    new_warehouse.create(TABLE)
    return new_warehouse


@pytest.fixture
def load(kinds, tmp_path):
    """``load(kind of file, column, value) -> the loaded value``."""

    def run(kind, column, value, **options):
        file = tmp_path / f"rows.{kind}"
        if kind == "csv":
            text = str(value).replace('"', '""')
            file.write_text(f'game_date,{column}\n2024-10-22,"{text}"\n')
        elif kind == "json":
            # Text is written as it is: JSON numbers have forms that Python's have not.
            file.write_text(f'[{{"game_date": "2024-10-22", "{column}": {value}}}]')
        else:
            array = value if isinstance(value, pa.Array) else pa.array([value])
            table = pa.table({"game_date": [DAY], column: array})
            parquet.write_table(table, file)
        load_files(kinds, TABLE, [file], **options)
        with kinds.snapshot() as snapshot:
            return snapshot._con.execute(f"SELECT {column} FROM d.kinds").fetchall()[0][0]

    return run


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    ("column", "value", "loaded"),
    [
        ("whole", "5", 5),
        ("whole", "5.0", 5),
        ("whole", "5e0", 5),
        ("whole", "1.5e1", 15),
        ("whole", "-0", 0),
        ("whole", "9007199254740993", 9007199254740993),
        ("whole", "-9223372036854775808", -9223372036854775808),
        ("number", "34.7", Decimal("34.7")),
        ("number", "-34.70", Decimal("-34.7")),
        ("number", "3.47e1", Decimal("34.7")),
        ("number", "0e5", Decimal("0.0")),
        ("number", "9999.9", Decimal("9999.9")),
        ("ratio", "0.1", 0.1),
        ("ratio", "1e22", 1e22),
        ("ratio", "9007199254740992", 9007199254740992.0),
        ("flag", "1", True),
        ("flag", "0.0", False),
        ("counts", "[1, 2.0]", [1, 2]),
        ("ratios", "[1, -0.5]", [1.0, -0.5]),
        ("history", '{"games": 3, "done": true}', {"games": 3, "done": True}),
        ("history", '{"games": 3}', {"games": 3, "done": None}),
        ("words", '["a, b", "c\\n\\"d\\\\"]', ["a, b", 'c\n"d\\']),
        ("detail", '{"b":[1,"x"]}', '{"b":[1,"x"]}'),
    ],
)
def test_a_number_that_fits_the_column_is_loaded(load, kind, column, value, loaded):
    assert load(kind, column, value) == loaded


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("number", "34.68333", r"'34.68333' cannot be kept exactly in NUMERIC\(5,1\)"),
        ("number", "3.468333e1", r"cannot be kept exactly in NUMERIC\(5,1\)"),
        ("number", "10000", r"'10000' is not of type NUMERIC\(5,1\)"),
        ("whole", "1.5", "'1.5' cannot be kept exactly in INT64"),
        ("whole", "5e-1", "cannot be kept exactly in INT64"),
        ("whole", "9007199254740993.0", "may already be rounded: from 2\\^53 on"),
        ("whole", "9223372036854775808", "is not of type INT64"),
        ("whole", "1e400", "is not of type INT64"),
        ("whole", '"1_000"' , "is not of type INT64"),
        ("whole", "true", "'true' is not of type INT64"),
        ("flag", "0.5", "'0.5' cannot be kept exactly in BOOL"),
        ("flag", "2", "'2' cannot be kept exactly in BOOL"),
        ("flag", '"maybe"', "is not of type BOOL"),
        ("ratio", "9007199254740993", "'9007199254740993' cannot be kept exactly in FLOAT64"),
        ("ratio", "1e400", "is not finite"),
        ("ratio", '"1_0.5"', "is not of type FLOAT64"),
        ("counts", "[1, 1.5]", "has an element that cannot be kept exactly in INT64"),
        ("ratios", "[1, 1e400]", "has an element that is not finite"),
        ("counts", "5", "is not of type ARRAY<INT64>"),
        ("history", "5", "is not of type STRUCT<games INT64,done BOOL>"),
        ("history", '{"games": 1, "more": 2}', "is not of type STRUCT"),
        ("history", '{"games": 1.5}', "has a field games that cannot be kept exactly"),
        ("history", '{"games": 1, "done": 0.5}', "has a field done that cannot be kept exactly"),
    ],
)  # fmt: skip
def test_a_number_that_would_change_is_refused_by_row_column_and_value(
    load, kind, column, value, message
):
    text = value.strip('"') if kind == "csv" else value
    with pytest.raises(BadInput, match=message) as caught:
        load(kind, column, text)
    assert ("--round" in caught.value.hint) == ("exactly in NUMERIC" in caught.value.message)
    assert caught.value.facts["column"] == column
    assert ("line 2:" if kind == "csv" else "row 1:") in caught.value.message


def test_a_number_too_small_for_a_double_is_refused(load):
    with pytest.raises(BadInput, match="'1e-400' cannot be kept exactly in FLOAT64"):
        load("csv", "ratio", "1e-400")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("number", 34.68333, r"'34.68333' cannot be kept exactly in NUMERIC\(5,1\)"),
        ("number", Decimal("34.68"), r"cannot be kept exactly in NUMERIC\(5,1\)"),
        ("whole", 1.5, "cannot be kept exactly in INT64"),
        ("whole", float(2**53), "may already be rounded"),
        ("flag", 0.5, "cannot be kept exactly in BOOL"),
        ("flag", 2, "cannot be kept exactly in BOOL"),
        ("ratio", 2**53 + 1, "cannot be kept exactly in FLOAT64"),
        ("ratio", float("inf"), "is not finite"),
        ("ratios", [1.0, float("nan")], "has an element that is not finite"),
        ("counts", [1.0, 2.5], "has an element that cannot be kept exactly in INT64"),
        ("day", datetime(2024, 10, 23, 2, 30, tzinfo=UTC), "has a time of day"),
        ("day", datetime(2024, 10, 23, 2, 30), "has a time of day"),  # noqa: DTZ001
        ("day", pa.array([1729650600_000000001], pa.timestamp("ns")), "has a time of day"),
    ],
)
def test_a_parquet_value_that_would_change_is_refused(load, column, value, message):
    with pytest.raises(BadInput, match=message):
        load("parquet", column, value)


@pytest.mark.parametrize(
    ("column", "value", "loaded"),
    [
        ("number", 34.7, Decimal("34.7")),
        ("number", pa.array([34.7], pa.float32()), Decimal("34.7")),
        ("whole", 5.0, 5),
        ("whole", Decimal("5.00"), 5),
        ("whole", pa.array([7], pa.uint8()), 7),
        ("flag", 1.0, True),
        ("ratio", 2**53, float(2**53)),
        ("ratio", Decimal("34.7"), 34.7),
        ("ratios", pa.array([[0.5]], pa.list_(pa.float32())), [0.5]),
        ("day", datetime(2024, 10, 23), date(2024, 10, 23)),  # noqa: DTZ001
        ("day", pa.array([1729641600 * 10**9], pa.timestamp("ns", "UTC")), date(2024, 10, 23)),
    ],
)
def test_a_parquet_value_of_another_type_is_loaded_when_it_stays_the_same(
    load, column, value, loaded
):
    assert load("parquet", column, value) == loaded


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
@pytest.mark.parametrize(
    ("value", "loaded"),
    [
        ("0.25", "0.3"), ("-0.25", "-0.3"), ("0.249999", "0.2"), ("34.68333", "34.7"),
        ("0.05", "0.1"), ("-0.04", "0.0"), ("5", "5.0"),
    ],
)  # fmt: skip
def test_round_rounds_a_numeric_half_away_from_zero(load, kind, value, loaded):
    written = float(value) if kind == "parquet" else value
    assert load(kind, "number", written, rounding=True) == Decimal(loaded)


@pytest.mark.parametrize(
    ("column", "value"), [("flag", "0.5"), ("whole", "1.5"), ("number", "9999.95")]
)
def test_round_is_only_for_the_digits_of_a_numeric(load, column, value):
    for kind in ("csv", "json"):
        with pytest.raises(BadInput):
            load(kind, column, value, rounding=True)


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-99999,
                       max_value=99999)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(decimals, st.sampled_from(["{:f}", "{:e}", "{:E}", "{:+f}"]))
def test_a_number_is_loaded_exactly_or_refused_as_decimal_arithmetic_says(load, number, form):
    text = form.format(number)
    fits = number == round(number, 1) and abs(number) < 10_000
    if fits:
        assert load("csv", "number", text) == number
    else:
        with pytest.raises(BadInput):
            load("csv", "number", text)


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    "text",
    ["2024-10-23T02:30:00Z", "2024-10-23 02:30:00", "2024-10-23T00:00:00.5", "2024-10-23 00:00-05",
     "2024-10-23T00:00:00-05:00", "2024-10-23T24:00:00"],
)  # fmt: skip
def test_a_date_with_a_time_is_refused(load, kind, text):
    with pytest.raises(
        BadInput, match=f"day: '{text}' has a time of day, and the column is a DATE"
    ):
        load(kind, "day", text if kind == "csv" else json.dumps(text))


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    "text",
    ["2024-10-23", "2024-10-23T00:00:00Z", "2024-10-23 00:00:00.000+00:00", "2024-10-23 00:00",
     "2024-10-23 00:00:00 UTC"],
)  # fmt: skip
def test_a_date_at_midnight_utc_is_that_date(load, kind, text):
    assert load(kind, "day", text if kind == "csv" else json.dumps(text)) == date(2024, 10, 23)


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("day", "24-10-22"), ("day", "10/22/2024"), ("day", "2024/10/22"), ("day", "20241022"),
        ("day", "2024-02-30"), ("day", "2024-10-22 (BC)"), ("day", "12024-10-22"),
        ("day", "infinity"),
        ("moment", "24-10-22 01:00:00"), ("moment", "01:00:00"), ("moment", "infinity"),
        ("moment", "2024-10-22 01:00 America/New_York"),
    ],
)  # fmt: skip
def test_a_date_in_another_form_is_refused(load, kind, column, text):
    with pytest.raises(BadInput, match=re.escape(f"'{text}' is not of type")):
        load(kind, column, text if kind == "csv" else json.dumps(text))


def test_a_timestamp_keeps_its_zone_and_its_microseconds(load):
    moment = datetime(2024, 10, 23, 2, 30, 0, 123456, tzinfo=UTC)
    for text in ("2024-10-23T02:30:00.123456Z", "2024-10-22 22:30:00.123456000-04:00",
                 "2024-10-23 02:30:00.123456"):  # fmt: skip
        assert load("csv", "moment", text) == moment
    with pytest.raises(BadInput, match="cannot be kept exactly in TIMESTAMP"):
        load("csv", "moment", "2024-10-23T02:30:00.1234567Z")
