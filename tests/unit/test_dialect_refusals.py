"""What the dialect refuses: by name and line, with what to write instead."""

import pytest

from featurestore import dialect
from sync.errors import Refused

COLUMNS = {
    "t": {
        "n": "INT64", "f": "FLOAT64", "m": "NUMERIC", "s": "STRING", "d": "DATE",
        "ts": "TIMESTAMP", "j": "JSON", "a": "ARRAY<INT64>", "b": "BOOL",
    }
}  # fmt: skip

REFUSED_ALIKE = {
    ("NUMERIC beside a FLOAT64 literal", "NUMERIC '...'"): [
        "m / 1.5e-10",
        "m * 1.5e-10",
        "COALESCE(m, -1.5e-10)",
        "IF(b, m, 1.5e-10)",
        "CASE WHEN b THEN m ELSE 1.5e-10 END",
    ],
    ("comparison of STRING with number", "CAST"): [
        "s > 4",
        "n IN ('1')",
        "n BETWEEN '1' AND '2'",
        "(n, n) IN ((1, 'a'))",
    ],
    ("tuple", "AND"): [
        "(n, n) IN ((1, 2), (1.5, 2))",
        "(n, n) IN ((1, 2, 3))",
        "(n, n) IN ((1, 2), NULL)",
        "(n, n) IN (SELECT (1, 2))",
        "(n, n) IN UNNEST([(1, 2)])",
        "(n, (n, n)) IN ((1, (2, 3)))",
        "(n, n) = (1, 2)",
    ],
    ("comparison of STRUCT", "each field"): [
        "STRUCT(n, s) = STRUCT(1, 'a')",
        "STRUCT(n, s) != STRUCT(1, 'a')",
        "STRUCT(n, s) IN (STRUCT(1, 'a'))",
        "STRUCT(n) IN UNNEST([STRUCT(1)])",
        "STRUCT(n) IN (SELECT STRUCT(1))",
        "NULLIF(STRUCT(n), STRUCT(1))",
        "CASE STRUCT(n) WHEN STRUCT(1) THEN 1 END",
        "STRUCT(n) IS DISTINCT FROM STRUCT(1 AS other)",
    ],
    ("STRUCTs with different field names", "same field names"): [
        "[STRUCT(n), STRUCT(3)]",
        "[STRUCT(3), STRUCT(4 AS a)]",
        "[STRUCT(n, 1 AS c), STRUCT(2, 3)]",
        "COALESCE(STRUCT(n AS a), STRUCT(2 AS b))",
        "COALESCE(STRUCT(n AS a), STRUCT(n))",
        "IF(b, STRUCT(n AS a), STRUCT(2 AS b))",
        "CASE WHEN b THEN STRUCT(1 AS a, 2 AS c) ELSE STRUCT(1 AS c, 2 AS a) END",
        "[STRUCT(1 AS a, 2 AS c), STRUCT(1 AS c, 2 AS a)]",
        "ARRAY_CONCAT([STRUCT(1 AS a)], [STRUCT(1 AS c)])",
        "CAST(STRUCT(1 AS a, n AS c) AS STRUCT<c INT64, a INT64>)",
        "ARRAY<STRUCT<a INT64>>[STRUCT(1 AS c)]",
        "LAG(STRUCT(n AS a), 1, STRUCT(1 AS c)) OVER (ORDER BY n)",
        "[STRUCT(STRUCT(1 AS a) AS x), STRUCT(STRUCT(1 AS b))]",
    ],
}

EXPRESSIONS = [
    ("CAST(m AS BIGNUMERIC)", "CAST AS BIGNUMERIC", "NUMERIC or FLOAT64"),
    ("DIV(m, 2)", "DIV or MOD of NUMERIC", "AS FLOAT64"),
    ("PERCENTILE_CONT(m, 0.5) OVER ()", "PERCENTILE_CONT of NUMERIC", "AS FLOAT64"),
    ("FORMAT_DATE('%Q', d)", "FORMAT_DATE('%Q')", "%Y"),
    ("FORMAT_DATE('%H', d)", "FORMAT_DATE('%H')", "%Y"),
    ("FORMAT_DATE(s, d)", "FORMAT_DATE(t.s)", "literal format"),
    ("FORMAT_TIMESTAMP('%E3S', ts)", "FORMAT_TIMESTAMP('%E3S')", "%H"),
    ("FORMAT_TIMESTAMP('%F', ts, 'UTC')", "FORMAT_TIMESTAMP/3", "two arguments"),
    ("DATE(ts, '-05:00')", "a time zone that is not a literal name", "America/New_York"),
    ("DATETIME(ts, s)", "a time zone that is not a literal name", "America/New_York"),
    ("EXTRACT(HOUR FROM ts AT TIME ZONE '+1')", "a time zone that is not a literal name", "name"),
    ("TIMESTAMP_TRUNC(ts, QUARTER)", "TIMESTAMP_TRUNC/QUARTER", "MONTH"),
    ("EXTRACT(MILLISECOND FROM ts)", "EXTRACT/MILLISECOND", ""),
    ("ANY_VALUE(n HAVING MAX f)", "HAVING MAX", ""),
    ("RAND()", "RAND/0", "hash"),
    (
        "(SELECT AVG(x) FROM UNNEST(ARRAY(SELECT m)) AS x)",
        "AVG of x, whose type is unknown",
        "subquery",
    ),
    (
        "(SELECT 1 + MAX(x) FROM UNNEST(ARRAY(SELECT m)) AS x)",
        "+ of x, whose type is unknown",
        "subquery",
    ),
    ("ts = DATETIME(ts)", "comparison of DATETIME with TIMESTAMP", "CAST"),
    ("SAFE_CAST(s AS FLOAT64)", "SAFE_CAST AS FLOAT64", "CASE"),
    ("CAST(f AS STRING)", "FLOAT64 or TIMESTAMP as STRING", "INT64"),
    ("UNIX_SECONDS('2024-01-01')", "UNIX_SECONDS of a value that is not a TIMESTAMP", "TIMESTAMP("),
    ("UNIX_MILLIS(d)", "UNIX_MILLIS of a value that is not a TIMESTAMP", "TIMESTAMP("),
    ("CAST(ts AS STRING)", "FLOAT64 or TIMESTAMP as STRING", "DATE(...)"),
    ("CONCAT(s, f)", "FLOAT64 or TIMESTAMP as STRING", "INT64"),
    ("CAST(s AS TIMESTAMP)", "STRING as TIMESTAMP", "column of that type"),
    ("CAST(s AS BOOL)", "STRING as BOOL", "column of that type"),
    ("EXTRACT(WEEK FROM d)", "EXTRACT/WEEK", "YEAR"),
    ("DATE_DIFF(d, d, WEEK(TUESDAY))", "DATE_DIFF/WEEK(TUESDAY)", "MONDAY"),
    ("d - d", "DATE - DATE, an INTERVAL", "DATE_DIFF"),
    ("d + INTERVAL 1 DAY", "INTERVAL", "DATE_ADD"),
    ("1 + d", "INT64 + DATE", "the DATE first"),
    ("CURRENT_DATE(s)", "a time zone that is not a literal name", "America/New_York"),
    ("PARSE_DATE('%d.%m.%Y', s)", "PARSE_DATE('%d.%m.%Y')", "%Y%m%d"),
    ("PARSE_DATE(s, s)", "PARSE_DATE(t.s)", "%Y%m%d"),
    ("FORMAT('%d', n)", "FORMAT/2", "CONCAT"),
    ("APPROX_COUNT_DISTINCT(n)", "APPROX_COUNT_DISTINCT/1", "COUNT(DISTINCT"),
    ("APPROX_QUANTILES(n, 4)", "APPROX_QUANTILES/2", "PERCENTILE_CONT"),
    ("a[0]", "[]", "SAFE_OFFSET"),
    ("CAST(a AS ARRAY<FLOAT64>)", "CAST AS ARRAY", "UNNEST"),
    ("JSON_VALUE(s, '$.a')", "JSON_VALUE of a STRING", "JSON column"),
    ("JSON_QUERY(j, '$.a')", "JSON_QUERY/2", "JSON_VALUE"),
    ("TO_JSON_STRING(j)", "TO_JSON_STRING/1", ""),
    (r"s LIKE r'a\_b'", "LIKE with an escape or a computed pattern", "REGEXP_CONTAINS"),
    ("s LIKE s", "LIKE with an escape or a computed pattern", "REGEXP_CONTAINS"),
    ("REGEXP_EXTRACT(s, s)", "REGEXP_EXTRACT with a computed pattern", "literal"),
    ("REGEXP_EXTRACT(s, '(a)(b)')", "REGEXP_EXTRACT with several groups", "(?:"),
    ("REGEXP_EXTRACT(s, r'(?P<x>a)[(]?(b)')", "REGEXP_EXTRACT with several groups", "(?:"),
    ("GENERATE_ARRAY(0.0, 1.0, 0.5)", "GENERATE_ARRAY of FLOAT64 or NUMERIC", "INT64"),
    ("REGEXP_EXTRACT(s, 'a', 2)", "REGEXP_EXTRACT/3", ""),
    ("ROUND(f, 9)", "ROUND to so many digits", "0 to 7"),
    ("ROUND(f, n)", "ROUND to so many digits", "0 to 7"),
    ("b = 1", "comparison of BOOL with number", "CAST"),
    ("d = s", "comparison of DATE with STRING", "CAST"),
    ("COUNT(DISTINCT n, f)", "COUNT(DISTINCT) of several columns", "SELECT DISTINCT"),
    ("s::INT64", "::", "CAST"),
    ("@@error.message", "@@system variable", "parameter"),
    ("@`a b`", "@parameter with a quoted name", "letters"),
    ("1 | n & 4", "bit operators without parentheses", "parentheses"),
    (
        "CAST(12345678901234567.5 AS NUMERIC)",
        "NUMERIC from a literal of 18 digits",
        "NUMERIC '...'",
    ),
    ("m > 12345678901234567.5", "NUMERIC from a literal of 18 digits", "NUMERIC '...'"),
    ("NUMERIC '0.1234567891'", "NUMERIC text of more than nine decimals", "ROUND"),
    ("LAG(n, -1) OVER (ORDER BY d)", "LAG with an offset below 0", "other"),
    ("NTH_VALUE(n, 0) OVER (ORDER BY d)", "NTHVALUE with an offset below 1", "other"),
    ("SAFE.SUBSTR(s, 1)", "SAFE.", "CASE"),
    ("IEEE_DIVIDE(n, 0)", "IEEE_DIVIDE/2", "SAFE_DIVIDE"),
    ("b'x'", "BYTES literal", "STRING"),
    ("(n, n) IN ((1, m))", "tuple", "tuples of literals"),
    ("[n] = [1]", "comparison of ARRAY", "element"),
    (
        "EXISTS(SELECT 1 FROM UNNEST(ARRAY(SELECT STRUCT(n))) AS x WHERE x = x)",
        "comparison of values whose types are unknown",
        "subquery",
    ),
    ("my_function(n, 1)", "MY_FUNCTION/2", ""),
    ("STRUCT(1 AS to)", "reserved word TO as a name", "`to`"),
    *((one, *refusal) for refusal, alike in REFUSED_ALIKE.items() for one in alike),
]

STATEMENTS = [
    ("SELECT 1 AS of", "reserved word OF as a name", "`of`"),
    ("SELECT rows FROM t", "reserved word ROWS as a name", "`rows`"),
    ("SELECT hash.n FROM t AS hash", "reserved word HASH as a name", "`hash`"),
    ("WITH at AS (SELECT 1 AS x) SELECT x FROM `at`", "reserved word AT as a name", "`at`"),
    (
        "SELECT STRUCT(n AS a) AS v FROM t UNION ALL SELECT STRUCT(n AS c) FROM t",
        "STRUCTs with different field names",
        "same field names",
    ),
    ("SELECT AS STRUCT n FROM t", "SELECT AS STRUCT", "STRUCT(...)"),
    ("SELECT n FROM t TABLESAMPLE SYSTEM (10 PERCENT)", "TABLESAMPLE", ""),
    ("SELECT n FROM t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "FOR SYSTEM_TIME AS OF", ""),
    ("SELECT 1 AS n FROM t GROUP BY ALL", "GROUP BY ALL of constants", "columns"),
    ("SELECT * FROM t GROUP BY ALL", "GROUP BY ALL beside * or a subquery", "columns"),
    (
        "SELECT (SELECT 1) AS n, COUNT(*) AS c FROM t GROUP BY ALL",
        "GROUP BY ALL beside * or a subquery",
        "columns",
    ),
    ("SELECT n, COUNT(*) AS c FROM t GROUP BY ROLLUP (n)", "ROLLUP", "UNION ALL"),
    ("SELECT * FROM t PIVOT(SUM(n) FOR s IN ('a'))", "PIVOT", ""),
    ("SELECT * FROM t NATURAL JOIN t AS u", "NATURAL JOIN", "ON"),
    ("SELECT n FROM t FULL JOIN t AS u USING (n)", "FULL JOIN USING", "COALESCE"),
    ("SELECT n FROM t UNION ALL BY NAME SELECT n FROM t", "UNION ALL BY_NAME", "order"),
    ("SELECT 1 AS a UNION ALL SELECT 2.5", "column a with several types in UNION", "CAST"),
    ("SELECT NULL AS a UNION ALL SELECT n FROM t", "column a with several types in UNION", "CAST"),
    ("FROM t |> WHERE n > 1", "pipe syntax |>", "SELECT"),
    (
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT i FROM r",
        "WITH RECURSIVE",
        "GENERATE_ARRAY",
    ),
]


def refused(sql):
    with pytest.raises(Refused) as caught:
        dialect.translate(sql, columns=COLUMNS, origin="a.sql")
    return caught.value


@pytest.mark.parametrize(("expression", "construct", "instead"), EXPRESSIONS)
def test_an_unproven_expression_is_refused_by_name(expression, construct, instead):
    error = refused(f"SELECT {expression} AS v FROM t")
    assert error.exit_code == 3
    assert error.facts["construct"] == construct
    assert construct in error.message
    assert instead in error.hint


@pytest.mark.parametrize(("sql", "construct", "instead"), STATEMENTS)
def test_an_unproven_statement_is_refused_by_name(sql, construct, instead):
    error = refused(sql)
    assert error.facts["construct"] == construct
    assert instead in error.hint


def test_the_message_has_the_file_and_the_line():
    error = refused("SELECT\n  n,\n  APPROX_COUNT_DISTINCT(n) AS v\nFROM t")
    assert error.message.startswith("a.sql:3: APPROX_COUNT_DISTINCT/1 ")
    assert error.facts["line"] == 3


def test_what_depends_on_types_has_a_line_too():
    assert refused("SELECT\n  n,\n  m / 1.5e-10 AS v\nFROM t").facts["line"] == 3


def test_check_lists_every_finding_in_reading_order():
    findings = dialect.check("SELECT NORMALIZE(s) AS a,\n  RAND() AS b,\n  a[0] AS of\nFROM t")
    assert [(refusal.construct, refusal.line) for refusal in findings] == [
        ("NORMALIZE/1", 1),
        ("RAND/0", 2),
        ("[]", 3),
        ("reserved word OF as a name", 3),
    ]


@pytest.mark.parametrize(
    "sql",
    ["SELECT t.`of` FROM t", "SELECT 1 AS `window`", "SELECT x.rows FROM x", "SELECT 1 AS day"],
)
def test_a_quoted_or_qualified_keyword_is_a_name(sql):
    assert dialect.check(sql) == []
