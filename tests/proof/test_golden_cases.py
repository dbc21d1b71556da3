"""Every proven construct: one GoogleSQL text, and the same rows from both engines."""

from __future__ import annotations

import json
import math
import re
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import cache
from pathlib import Path

import duckdb
import pytest

from featurestore import dialect
from featurestore.dialect import rules
from featurestore.dialect.reserved import RESERVED
from sync.duck import connections
from sync.duck.types import duckdb_type
from sync.errors import Failure, Refused

GOLDEN = {path.stem: path for path in sorted((Path(__file__).parent / "golden").glob("*.sql"))}
cases = pytest.mark.parametrize("case", GOLDEN)
EXACT = Context(prec=60)


class Golden:
    """A golden file: a header with parameters and rows as JSON, and a statement."""

    def __init__(self, case):
        self.text = GOLDEN[case].read_text(encoding="utf-8")
        header, self.sql = self.text.split("\n\n", 1)
        params = re.search(r"^-- params: (.*)$", header, re.MULTILINE)
        given = json.loads(params[1]) if params else {}
        self.types = {name: kind for name, (kind, _) in given.items()}
        self.values = {
            name: date.fromisoformat(value) if kind == "DATE" else value
            for name, (kind, value) in given.items()
        }
        self.rows = [json.loads(row) for row in re.findall(r"^--   (\[.*)$", header, re.MULTILINE)]


def plain(value):
    """A value as JSON has it: text for NUMERIC, dates and moments."""
    if isinstance(value, Decimal):
        return format(EXACT.add(value.normalize(EXACT), 0), "f")
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    return value


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return type(a) is type(b) and a == b


def run_duckdb(case):
    """Rows and column types that DuckDB returns."""
    golden = Golden(case)
    translated = dialect.translate(golden.sql, columns={}, parameters=golden.types, origin="golden")
    return answer(case, translated.sql)


@cache
def answer(case, sql):
    with closing(connections.connect(None)) as con:
        cursor = con.execute(sql, Golden(case).values)
        types = [str(column[1]).replace('"', "") for column in cursor.description]
        return [plain(list(row)) for row in cursor.fetchall()], types


@cases
def test_the_reference_evaluator_returns_the_expected_rows(evaluator, case):
    golden = Golden(case)
    params = {name: evaluator.Typed(golden.types[name], v) for name, v in golden.values.items()}
    rows = [plain(list(row.values())) for row in evaluator.rows(golden.sql, params)]
    assert same(rows, golden.rows), rows


@cases
def test_duckdb_returns_the_expected_rows(case):
    rows, _ = run_duckdb(case)
    assert same(rows, Golden(case).rows), rows


@cases
def test_both_engines_and_the_translation_agree_on_the_types(evaluator, case):
    golden = Golden(case)
    judged = [kind for _, kind in evaluator.columns(golden.sql, params=golden.types)]
    inferred = dialect.translate(golden.sql, columns={}, parameters=golden.types).columns
    assert [kind.replace(", ", ",") for kind in inferred.values()] == [
        kind.replace(", ", ",") for kind in judged
    ]
    _, types = run_duckdb(case)
    for kind, translated in zip(judged, types, strict=True):
        wanted = duckdb_type(kind).replace('"', "")
        assert translated == wanted or (kind == "NUMERIC" and translated.startswith("DECIMAL"))


def test_each_proven_construct_is_in_the_case_that_proves_it():
    for construct, case in dialect.PROVEN.items():
        assert construct in dialect.constructs(Golden(case).sql), (construct, case)


@cases
def test_each_case_has_only_proven_constructs_and_a_description(case):
    golden = Golden(case)
    assert dialect.check(golden.sql) == []
    assert golden.text.startswith(f"-- {case}: ")


# A case whose rows or types are others without the rule. None: SHA256 is the same, by way of bytes
# and back; the other rules make errors, which the lists below hold.
SHOWN_BY = {
    "integer_literal": "literals",
    "float_literal": "literals",
    "lone_null": "nested_with",
    "numeric_type": "casts",
    "numeric_product": "numeric_arithmetic",
    "integer_cast": "cast_to_int64",
    "integer_sum": "aggregates",
    "count_if": "aggregates",
    "any_value": None,
    "bit_count": "bits",
    "rounded_integer": "rounding",
    "round_to_digits": "rounding",
    "shift_right": "bits",
    # Only shorter than what sqlglot writes.
    "extremum": None,
    "date_arithmetic": "date_arithmetic",
    "date_plus_integer": "date_arithmetic_columns",
    "timestamp_difference": "timestamps",
    "unix_time": "unix_time",
    "part_of_timestamp": "timestamp_parts",
    "iso_part": "timestamp_parts",
    "year_of_four_digits": None,
    "day_of_week": "date_parts",
    "parsed_date": None,
    "text_read_as": "safe_cast",
    "numeric_text": "numeric_text_corners",
    "sha256_hex": None,
    "substring": "substr",
    "safe_offset": "safe_offset",
    "array_slice": "array_slice",
    "white_space": "white_space",
    "reverse_code_points": "letters",
    "other_case": None,
    "no_negative_length": None,
    "finite_arithmetic": None,
    "finite_aggregate": None,
    "finite_power": None,
    "finite_quotient": "safe_divide_corners",
    "correlation": "correlation",
    "numeric_quotient": "numeric_quotients",
    "numeric_average": "numeric_averages",
    "element_in_range": None,
    "first_of_aggregate": "first_of_aggregate",
    "joined_elements": "array_to_string_corners",
    "concatenation": "array_concat_corners",
    "step_of_series": None,
}


def test_each_rule_is_listed():
    assert [rule.__name__ for rule in rules.RULES] == list(SHOWN_BY)


@pytest.mark.parametrize(
    ("name", "case"), [pair for pair in SHOWN_BY.items() if pair[1]], ids=lambda text: text
)
def test_without_a_rule_its_case_fails(monkeypatch, name, case):
    rows, types = run_duckdb(case)
    kept = tuple(rule for rule in rules.RULES if rule.__name__ != name)
    monkeypatch.setattr(rules, "RULES", kept)
    try:
        other_rows, other_types = run_duckdb(case)
    except (duckdb.Error, Failure):
        return
    assert not same(other_rows, rows) or other_types != types


@pytest.mark.parametrize(
    "expression",
    [
        "1 / 0",
        "DIV(1, 0)",
        "MOD(1, 0)",
        "CAST(CONCAT('1', '.5') AS INT64)",
        "CAST(CONCAT('2024', '0203') AS DATE)",
        "CAST(CONCAT('2024-02', '-30') AS DATE)",
        "CAST(CONCAT('x', '1') AS FLOAT64)",
        "9223372036854775807 + 1",
        "SQRT(-1)",
        "LN(0)",
        "EXP(1000)",
        "POW(10, 400)",
        "POW(-8, 0.5)",
        "POW(0, -1)",
        "1e308 * 10",
        "1e308 * 10 > 1",
        "1 / (1e308 * 10)",
        "-1e308 - 1e308 < 0",
        "1e308 / 0.1 IS NULL",
        "1e308 + 1e308 = 3",
        "COALESCE(1.0 + -(1e308 * 10) * CAST(NULL AS FLOAT64), 1)",
        "SAFE_DIVIDE(1, 1e308 * 10)",
        "CAST(NUMERIC '5' AS FLOAT64) * 1e308 IN (1)",
        "ROUND(1e308 * 10, 2) > 1",
        "(SELECT MIN(x * 10) FROM UNNEST([1e308, 1]) AS x)",
        "(SELECT COUNT(x * 10) FROM UNNEST([1e308]) AS x)",
        "(SELECT COUNT(*) FROM UNNEST([1e308, 1]) AS x WHERE x * 10 > 1)",
        "(SELECT SUM(x) > 1 FROM UNNEST([1e308, 1e308]) AS x)",
        "(SELECT y FROM (SELECT x * 10 AS y FROM UNNEST([1e308, 1]) AS x) ORDER BY y LIMIT 1)",
        "(SELECT MIN(y) FROM (SELECT SUM(x) OVER () AS y FROM UNNEST([1e308, 1.1e308]) AS x))",
        "LEFT('abc', 1 - 2)",
        "LEFT('abc', -1)",
        "RIGHT('abc', -1)",
        "REPEAT('a', -1)",
        "LPAD('abc', -1, 'x')",
        "RPAD('abc', -1, 'x')",
        "SUBSTR('abc', 1, -1)",
        "1 >> -1",
        "ABS(-9223372036854775807 - 1)",
        "CAST(1e19 AS INT64)",
        "CAST(CONCAT('0000', '-01-05') AS DATE)",
        "NUMERIC '99999999999999999999999999999' * 10",
        "NUMERIC '1' / 0",
        "ROUND(NUMERIC '99999999999999999999999999999.5')",
        "PARSE_DATE('%Y%m%d', '20240230')",
        "PARSE_DATE('%Y-%m-%d', '2024-02-30')",
        "PARSE_DATE('%Y%m%d', 'today')",
        "LPAD('abc', 1 - 2, 'x')",
        "GENERATE_ARRAY(1, 5, 0)",
        "GENERATE_ARRAY(1, 5, 1 - 1)",
        "[1, 2, 3][OFFSET(3)]",
        "[1, 2, 3][OFFSET(1 - 2)]",
        "[1, 2, 3][ORDINAL(0)]",
        "[1, 2, 3][ORDINAL(4)]",
        "ARRAY<INT64>[][OFFSET(0)]",
        "(SELECT SUM(x) FROM UNNEST([9223372036854775807, 1]) AS x)",
        "(SELECT x FROM UNNEST([1, 2]) AS x)",
    ],
)
def test_what_is_an_error_in_bigquery_is_one_in_duckdb(evaluator, expression):
    sql = f"SELECT {expression} AS v"
    with pytest.raises(evaluator.Error):
        evaluator.rows(sql)
    with closing(connections.connect(None)) as con, pytest.raises(duckdb.Error):
        con.execute(dialect.to_duckdb_sql(sql)).fetchall()


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("SAFE_CAST(CONCAT('0x', '10') AS INT64)", "hexadecimal text as INT64"),
        ("UPPER('stra\u00dfe')", "UPPER: of a letter whose other case differs"),
        ("LOWER('\u0391\u03a3')", "LOWER: of a letter whose other case differs"),
        (
            "(SELECT CORR(x, 1.5) FROM UNNEST([1.0, 2.0]) AS x)",
            "CORR: a column is constant, the result is not a number",
        ),
        ("FORMAT_DATE('%Y', DATE '0999-12-31')", "FORMAT: the year is before 1000"),
        (
            "(SELECT ANY_VALUE(x) FROM UNNEST([1, 2]) AS x)",
            "ANY_VALUE: the group has several values",
        ),
        ("(SELECT ANY_VALUE(x) FROM UNNEST([1, NULL]) AS x)", "ANY_VALUE: the group has several"),
        *(
            (
                f"(SELECT {call}(x) < 1 FROM UNNEST([1e308, 1.1e308]) AS x)",
                f"{call}: the result is not",
            )
            for call in ("AVG", "STDDEV", "STDDEV_POP", "VAR_SAMP", "VARIANCE", "VAR_POP")
        ),
        (
            "(SELECT COVAR_POP(x, x) < 1 FROM UNNEST([1e308, 2]) AS x)",
            "COVAR_POP: the result is not",
        ),
        ("PARSE_DATE('%Y-%m-%d', '2024-1-5')", "cannot read 2024-1-5"),
        ("CAST('1e400' AS FLOAT64) - 1 > 1", "-: the result is not a finite FLOAT64"),
        ("NUMERIC '99999999999999999999' / 3", "Overflow in multiplication of INT128"),
    ],
)
def test_what_duckdb_cannot_return_ends_in_an_error_that_names_it(expression, said):
    with closing(connections.connect(None)) as con, pytest.raises(duckdb.Error, match=said):
        con.execute(dialect.to_duckdb_sql(f"SELECT {expression} AS v")).fetchall()


@pytest.mark.parametrize("name", ["LOWER", "UPPER", "TRIM"])
def test_the_letters_of_all_scripts_are_mapped_as_in_bigquery_or_refused(evaluator, name):
    # Characters above have no case, and are not white space.
    points = [*range(1, 0xD800), *range(0xE000, 0x1E960)]
    with closing(connections.connect(None)) as con:
        con.execute("CREATE TABLE t (i BIGINT, c VARCHAR)")
        numbered = "SELECT unnest(?)::INTEGER AS i"
        con.execute(f"INSERT INTO t SELECT i, chr(i) FROM ({numbered})", [points])
        sql = dialect.to_duckdb_sql(
            f"SELECT i, {name}(c) AS v FROM t", columns={"t": {"i": "INT64", "c": "STRING"}}
        )
        failed = rf"CAST\(CAST\(CAST\('{name}: [^']*' AS BIGINT\) AS TEXT\) AS TEXT\)"
        sql = re.sub(failed, "'refused'", sql)
        ours = dict(con.execute(sql).fetchall())
    refused = 0
    for first in range(0, len(points), 8_000):
        listed = points[first : first + 8_000]
        judged = evaluator.rows(
            f"SELECT i, {name}(CODE_POINTS_TO_STRING([i])) AS v FROM UNNEST(@points) AS i",
            {"points": evaluator.Typed("ARRAY<INT64>", listed)},
        )
        refused += sum(ours[row["i"]] == "refused" for row in judged)
        wrong = [row for row in judged if ours[row["i"]] not in {row["v"], "refused"}]
        assert wrong == []
    assert refused == {"LOWER": 29, "UPPER": 129, "TRIM": 0}[name]


def test_rounding_agrees_near_every_tie(evaluator):
    ties = [number / 1000 for number in range(-2005, 4000, 10)]
    nearby = [math.nextafter(tie, math.inf) for tie in ties]
    listed = ", ".join(repr(value) for value in [*ties, *nearby])
    sql = f"""SELECT ROUND(x, 1) AS one, ROUND(x, 2) AS two, ROUND(x / 7, 6) AS six
        FROM UNNEST([{listed}]) AS x WITH OFFSET AS i ORDER BY i"""
    judged = [tuple(row.values()) for row in evaluator.rows(sql)]
    with closing(connections.connect(None)) as con:
        assert con.execute(dialect.to_duckdb_sql(sql)).fetchall() == judged


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_as_a_name_is_refused_as_the_analyzer_refuses_it(evaluator, word):
    sql = f"SELECT 1 AS {word}"
    with pytest.raises(evaluator.Error):
        evaluator.columns(sql)
    with pytest.raises(Failure):
        dialect.to_duckdb_sql(sql)


@pytest.mark.parametrize("word", ["date", "day", "first", "value", "row", "key", "offset", "team"])
def test_other_keywords_are_names(evaluator, word):
    sql = f"SELECT 1 AS {word}"
    assert evaluator.columns(sql) == [(word, "INT64")]
    assert dialect.check(sql) == []


@pytest.mark.parametrize("word", ["of", "at", "to", "set", "hash", "rows", "window", "groups"])
def test_the_refusal_of_a_reserved_word_names_it(word):
    with pytest.raises(Refused) as caught:
        dialect.to_duckdb_sql(f"SELECT\n  1 AS {word}", origin="a.sql")
    assert caught.value.message.startswith(f"a.sql:2: reserved word {word.upper()} as a name")
    assert word in caught.value.hint


def test_the_documentation_names_the_corner_cases():
    text = (Path(__file__).parents[2] / "docs" / "same-sql.md").read_text(encoding="utf-8")
    section = text.partition("## Constructs and their corner cases")[2].partition("\n## ")[0]
    last = [line.rstrip(" |").rpartition("|")[2] for line in section.splitlines() if "|" in line]
    named = set(re.findall(r"`(\w+)`", " ".join(last)))
    assert named - set(GOLDEN) == set()
    assert {case for case in GOLDEN if case.endswith("_corners")} - named == set()
