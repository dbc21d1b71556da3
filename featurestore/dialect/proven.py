"""The constructs that a golden case has proven to return the same rows in both engines.

A case is a file of ``tests/proof/golden``: GoogleSQL and the rows that both the reference evaluator
and DuckDB must return. A construct is listed under the first case that uses it.
"""

from __future__ import annotations

_CASES: dict[str, tuple[str, ...]] = {
    "literals": (
        "BOOL literal", "FLOAT64 literal", "INT64 literal", "STRING literal", "raw string",
        "unary -",
    ),
    "integer_arithmetic": ("*", "+", "-", "/", "DIV", "MOD"),
    "numeric_arithmetic": (
        "ABS/1", "CAST AS DATE", "CAST AS NUMERIC", "CEIL/1", "FLOOR/1", "NULL", "ORDER BY",
        "ROUND/1", "UNION ALL", "WITH", "type DATE", "type NUMERIC",
    ),
    "rounding": ("ROUND/2",),
    "magnitude": ("EXP/1", "LN/1", "POW/2", "POWER/2", "SIGN/1", "SQRT/1"),
    "bits": ("!=", "BIT_COUNT/1", "&", "<<", ">>", "^", "|", "~"),
    "safe_divide": ("CAST AS INT64", "SAFE_DIVIDE/2", "type INT64"),
    "comparison": ("<", "<=", "=", ">", ">=", "BETWEEN", "NOT"),
    "logic": ("AND", "CAST AS BOOL", "OR", "type BOOL"),
    "is": ("IS DISTINCT FROM", "IS FALSE", "IS NOT DISTINCT FROM", "IS NULL", "IS TRUE"),
    "in": ("ARRAY", "IN", "IN UNNEST", "UNNEST"),
    "tuples_in": ("tuple in IN",),
    "conditionals": (
        "CASE", "CAST AS STRING", "COALESCE", "IF", "IFNULL", "NULLIF/2", "type STRING",
    ),
    "greatest_least": ("GREATEST", "LEAST"),
    "safe_cast": ("CONCAT", "SAFE_CAST AS INT64"),
    "text_to_date": ("SAFE_CAST AS DATE", "SUBSTR/2"),
    "text_to_float64": ("CAST AS FLOAT64", "type FLOAT64"),
    "casts": ("CAST AS TIMESTAMP", "type TIMESTAMP"),
    "text": (
        "CHAR_LENGTH/1", "ENDS_WITH/2", "LEFT/2", "LENGTH/1", "LOWER/1", "LPAD/3", "LTRIM/1",
        "REPEAT/2", "REPLACE/3", "REVERSE/1", "RIGHT/2", "RPAD/3", "RTRIM/1", "STARTS_WITH/2",
        "STRPOS/2", "TRIM/1", "TRIM/2",
    ),
    "substr": ("SUBSTRING/2",),
    "white_space": ("LTRIM/2", "RTRIM/2"),
    "letters": ("UPPER/1",),
    "concat": ("||",),
    "regexp": ("REGEXP_CONTAINS/2", "REGEXP_EXTRACT/2", "REGEXP_REPLACE/3"),
    "like": ("LIKE",),
    "split": ("SPLIT/2", "[SAFE_OFFSET]", "[SAFE_ORDINAL]"),
    "sha256": ("SHA256/1", "TO_HEX/1"),
    "date_arithmetic": (
        "DATE_ADD/DAY", "DATE_ADD/MONTH", "DATE_ADD/WEEK", "DATE_ADD/YEAR", "DATE_SUB/DAY",
        "DATE_SUB/MONTH", "DATE_SUB/WEEK", "DATE_SUB/YEAR", "DATE_TRUNC/MONTH",
    ),
    "date_diff": ("DATE_DIFF/DAY", "DATE_DIFF/MONTH", "DATE_DIFF/YEAR"),
    "date_diff_weeks": (
        "DATE_DIFF/ISOWEEK", "DATE_DIFF/QUARTER", "DATE_DIFF/WEEK", "DATE_DIFF/WEEK(MONDAY)",
    ),
    "parse_date": ("PARSE_DATE/2",),
    "unix_date": ("DATE_FROM_UNIX_DATE/1", "UNIX_DATE/1"),
    "unix_time": ("UNIX_MICROS/1", "UNIX_MILLIS/1", "UNIX_SECONDS/1"),
    "date_parts": (
        "DATE_TRUNC/ISOWEEK", "DATE_TRUNC/QUARTER", "DATE_TRUNC/WEEK", "DATE_TRUNC/WEEK(MONDAY)",
        "DATE_TRUNC/YEAR", "EXTRACT/DAY", "EXTRACT/DAYOFWEEK", "EXTRACT/DAYOFYEAR", "EXTRACT/MONTH",
        "EXTRACT/QUARTER", "EXTRACT/YEAR", "LAST_DAY/1",
    ),
    "date_text": ("DATE/1", "DATE/3", "FORMAT_DATE/2"),
    "timestamps": (
        "TIMESTAMP/1", "TIMESTAMP_ADD/HOUR", "TIMESTAMP_ADD/SECOND", "TIMESTAMP_DIFF/DAY",
        "TIMESTAMP_DIFF/HOUR", "TIMESTAMP_DIFF/MICROSECOND", "TIMESTAMP_DIFF/MILLISECOND",
        "TIMESTAMP_DIFF/MINUTE", "TIMESTAMP_DIFF/SECOND", "TIMESTAMP_SUB/DAY",
        "TIMESTAMP_SUB/MINUTE",
    ),
    "timestamp_arithmetic": (
        "TIMESTAMP_ADD/DAY", "TIMESTAMP_ADD/MICROSECOND", "TIMESTAMP_ADD/MILLISECOND",
        "TIMESTAMP_ADD/MINUTE", "TIMESTAMP_SUB/HOUR", "TIMESTAMP_SUB/MICROSECOND",
        "TIMESTAMP_SUB/MILLISECOND", "TIMESTAMP_SUB/SECOND",
    ),
    "timestamp_parts": (
        "AT TIME ZONE", "EXTRACT/DATE", "EXTRACT/HOUR", "EXTRACT/ISOWEEK", "EXTRACT/ISOYEAR",
        "EXTRACT/MINUTE", "EXTRACT/SECOND", "TIMESTAMP_TRUNC/DAY", "TIMESTAMP_TRUNC/HOUR",
        "TIMESTAMP_TRUNC/MINUTE", "TIMESTAMP_TRUNC/MONTH", "TIMESTAMP_TRUNC/WEEK",
        "TIMESTAMP_TRUNC/WEEK(MONDAY)", "TIMESTAMP_TRUNC/YEAR",
    ),
    "time_zones": ("DATE/2", "DATETIME/2", "TIMESTAMP/2"),
    "datetimes": (
        "CAST AS DATETIME", "DATETIME/1", "DATETIME/6", "DATETIME_ADD/DAY", "DATETIME_ADD/HOUR",
        "DATETIME_ADD/MONTH", "DATETIME_DIFF/DAY", "DATETIME_DIFF/HOUR", "DATETIME_DIFF/MINUTE",
        "DATETIME_DIFF/SECOND", "DATETIME_SUB/DAY", "DATETIME_SUB/HOUR", "DATETIME_SUB/MINUTE",
        "DATETIME_TRUNC/DAY", "DATETIME_TRUNC/HOUR", "DATETIME_TRUNC/MONTH", "type DATETIME",
    ),
    "formats": ("FORMAT_TIMESTAMP/2",),
    "array_positions": ("[OFFSET]", "[ORDINAL]"),
    "first_of_aggregate": ("LIMIT in an aggregate",),
    "any_value": ("ANY_VALUE/1",),
    "percentiles": ("PERCENTILE_CONT/2",),
    "now": ("CURRENT_DATE/0", "CURRENT_DATE/1", "CURRENT_TIMESTAMP/0"),
    "arrays": (
        "ARRAY_CONCAT", "ARRAY_LENGTH/1", "ARRAY_REVERSE/1", "GENERATE_ARRAY/2", "GENERATE_ARRAY/3",
        "type ARRAY", "typed ARRAY",
    ),
    "array_slice": ("ARRAY_SLICE/3",),
    "array_to_string": ("ARRAY_TO_STRING/2", "ARRAY_TO_STRING/3"),
    "array_subquery": ("DESC", "EXISTS", "MAX", "SUM/1", "UNNEST WITH OFFSET", "WHERE"),
    "date_array": ("GENERATE_DATE_ARRAY/DAY",),
    "structs": ("STRUCT", "field access", "type STRUCT", "typed STRUCT"),
    "unnest_join": ("CROSS JOIN UNNEST",),
    "unnest_left_join": ("LEFT JOIN UNNEST",),
    "json_value": ("JSON literal", "JSON_VALUE/2"),
    "aggregates": (
        "AVG/1", "COUNT", "COUNTIF/1", "GROUP BY", "LOGICAL_AND/1", "LOGICAL_OR/1", "MIN",
    ),
    "aggregates_of_nothing": ("ARRAY_AGG/1",),
    "deviation": (
        "STDDEV/1", "STDDEV_POP/1", "STDDEV_SAMP/1", "VARIANCE/1", "VAR_POP/1",
        "VAR_SAMP/1",
    ),
    "correlation": ("CORR/2", "COVAR_POP/2", "COVAR_SAMP/2"),
    "distinct": ("DISTINCT",),
    "array_agg": ("IGNORE NULLS", "STRING_AGG"),
    "group_by": ("HAVING",),
    "group_by_all": ("GROUP BY ALL",),
    "rows_frames": ("ROWS BETWEEN",),
    "range_frames": ("RANGE BETWEEN",),
    "default_frames": ("OVER",),
    "named_windows": ("LAG/1", "named window"),
    "neighbours": (
        "FIRST_VALUE/1", "LAG/2", "LAG/3", "LAST_VALUE/1", "LEAD/1", "LEAD/2", "LEAD/3",
        "NTH_VALUE/2",
    ),
    "ranks": ("CUME_DIST/0", "DENSE_RANK/0", "NTILE/1", "PERCENT_RANK/0", "RANK/0", "ROW_NUMBER/0"),
    "qualify": ("QUALIFY",),
    "order_by": ("NULLS FIRST", "NULLS LAST"),
    "order_by_nulls_last": ("LIMIT", "OFFSET"),
    "joins": ("CROSS JOIN", "FULL JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN"),
    "joins_using": ("INNER JOIN USING",),
    "left_join_using": ("LEFT JOIN USING",),
    "subqueries": ("IN subquery",),
    "star": ("SELECT * EXCEPT REPLACE",),
    "star_of_table": ("SELECT *",),
    "star_replace": ("SELECT * REPLACE",),
    "star_except": ("SELECT * EXCEPT",),
    "union_distinct": ("UNION DISTINCT",),
    "except_distinct": ("EXCEPT DISTINCT",),
    "intersect_distinct": ("INTERSECT DISTINCT",),
    "parameters": ("@parameter",),
}  # fmt: skip

# Construct to the golden case that proves it.
PROVEN: dict[str, str] = {
    construct: case for case, constructs in _CASES.items() for construct in constructs
}
