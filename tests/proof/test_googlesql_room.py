"""The product's analyzer and evaluator: places, types, values, and what stops the module."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest

from featurestore.googlesql.analyzer import analyzer
from featurestore.googlesql.errors import GoogleSqlError
from featurestore.googlesql.evaluator import evaluate
from featurestore.googlesql.types import Typed

SCHEMA = {"d.t": {"day": "DATE", "x": "INT64", "s": "STRING"}, "bare": {"y": "FLOAT64"}}


@pytest.mark.parametrize(
    ("sql", "line", "column", "words"),
    [
        ("SELECT CAST(x AS FLOAT64 AS y FROM d.t", 1, 26, 'Expected ")" or keyword FORMAT'),
        ("SELECT\n  'é', nope\nFROM d.t", 2, 8, "Unrecognized name: nope"),
        ("SELECT\n\tx,\tnope\nFROM `p.d.t`", 2, 5, "Unrecognized name: nope"),
        ("SELECT x FROM `p.d.t`, nope", 1, 24, "Table not found: nope"),
        ("SELECT x::STRING FROM d.t", 1, 9, "Expected end of input"),
        ("SELECT TRUE = 1", 1, 8, "No matching signature"),
        ("SELECT COUNT(DISTINCT x, s) FROM d.t", 1, 8, "No matching signature"),
    ],
)
def test_an_error_has_the_place_in_the_text_as_it_was_written(sql, line, column, words) -> None:
    with pytest.raises(GoogleSqlError) as caught:
        analyzer().analyze(sql, SCHEMA)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


@pytest.mark.parametrize("name", ["d.t", "`d.t`", "`d`.t", "p.d.t", "`my-p.d.t`", "my-p.d.t"])
def test_a_table_is_recognised_in_every_form_of_its_path(name) -> None:
    analysis = analyzer().analyze(
        f"SELECT t.x FROM {name} WHERE t.day >= @start", SCHEMA, undeclared=True
    )
    assert analysis.columns == (("x", "INT64"),)
    assert analysis.parameters == {"start": "DATE"}
    assert analysis.scans == {"d.t": {"x", "day"}}


def test_a_statement_that_stops_the_module_is_an_error_and_the_next_one_is_analysed() -> None:
    deep = "SELECT " + "NOT " * 40_000 + "TRUE"
    with pytest.raises(GoogleSqlError, match="too deep"):
        analyzer().analyze(deep, SCHEMA)
    assert analyzer().analyze("SELECT x FROM d.t", SCHEMA).columns == (("x", "INT64"),)


VALUES = {
    "DATE": [date(1, 1, 1), date(1969, 12, 31), date(9999, 12, 31)],
    "TIMESTAMP": [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    "DATETIME": [datetime(1, 1, 1), datetime(2025, 2, 28, 23, 59, 59, 123456)],  # noqa: DTZ001
    "TIME": [time(0), time(23, 59, 59, 999999)],
    "NUMERIC": [Decimal("-99999999999999999999999999999.999999999"), Decimal("0.000000001")],
    "BIGNUMERIC": [Decimal("1.00000000000000000000000000000000000001"), Decimal(-(10**38))],
    "INT64": [-(2**63), 2**63 - 1],
    "FLOAT64": [1e308, -0.0, 5e-324],
    "BOOL": [True, False],
    "STRING": ["", "é\n🏀"],
    "BYTES": [b"", b"\x00\xff"],
    "JSON": ['{"a":[1,null]}'],
    "ARRAY<INT64>": [[], [1, 2]],
    "STRUCT<a INT64, b STRING>": [{"a": 1, "b": None}],
    "ARRAY<STRUCT<day DATE, n NUMERIC>>": [
        [{"day": date(2025, 1, 1), "n": Decimal("1.500000000")}]
    ],
}


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in VALUES.items() for value in values],
    ids=str,
)
def test_the_evaluator_returns_a_value_unchanged(kind, value) -> None:
    columns, rows = evaluate(analyzer(), "SELECT @v AS v, NULL AS n", {"v": Typed(kind, value)})
    assert rows == [{"v": value, "n": None}]
    assert columns[0] == ("v", kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("DATE", "0001-01-01"),
        ("TIMESTAMP", "1969-12-31 23:59:59.999999+00"),
        ("DATETIME", "2025-02-28 23:59:59.123456"),
        ("TIME", "23:59:59.999999"),
        ("NUMERIC", "-12345678901234567890123456789.123456789"),
    ],
)
def test_a_value_means_the_same_to_the_evaluator_as_its_literal(kind, text) -> None:
    value = next(iter(evaluate(analyzer(), f"SELECT CAST('{text}' AS {kind}) AS v")[1]))["v"]
    _, rows = evaluate(
        analyzer(),
        f"SELECT CAST(@v AS STRING) = CAST(CAST('{text}' AS {kind}) AS STRING) AS same",
        {"v": Typed(kind, value)},
    )
    assert rows == [{"same": True}]
    assert str(value)[:19] in text


def test_rows_of_tables_are_read_by_every_form_of_their_name() -> None:
    table = pa.table({"x": [1, 2], "day": [date(2025, 1, 1)] * 2})
    sql = "SELECT SUM(t.x) AS s, COUNT(*) AS n FROM `p.d.t` AS t JOIN d.t AS u ON t.x = u.x"
    assert evaluate(analyzer(), sql, tables={"d.t": table})[1] == [{"s": 3, "n": 2}]
