"""Which query of a file a column's formula is in, written as people write SQL."""

from __future__ import annotations

import pytest
from sqlglot.dialects.bigquery import BigQuery

from featurestore.catalog.query_paths import query_paths

CASES = [
    ("SELECT 1 AS here", ""),
    ("SELECT (1 + 2) * (3) AS here", ""),
    ("WITH played AS (SELECT 1 AS here) SELECT * FROM played", "played"),
    ("WITH played AS (SELECT 1 AS x) SELECT x + (2) AS here FROM played", ""),
    ("SELECT 1 AS here UNION ALL SELECT 2 AS x", "1"),
    ("SELECT 1 AS x UNION ALL SELECT 2 AS here UNION ALL SELECT 3 AS x", "2"),
    ("WITH a AS (SELECT 1 AS x UNION ALL SELECT f(2) AS here) SELECT x FROM a", "a.2"),
    ("WITH a AS (SELECT 1 AS here) SELECT x FROM a UNION ALL SELECT x FROM a", "a"),
    ("SELECT x FROM (SELECT 1 AS here) AS inside", "inside"),
    ("SELECT x FROM (SELECT 1 AS here) inside", "inside"),
    ("SELECT 1 AS x UNION ALL SELECT x FROM (SELECT 1 AS here) AS inside", "2.inside"),
    ("WITH a AS (WITH b AS (SELECT 1 AS here) SELECT * FROM b) SELECT * FROM a", "a.b"),
    ("SELECT x FROM a UNION ALL (SELECT y AS here FROM b)", "2"),
    ("WITH a AS (SELECT SUM(n) OVER (ORDER BY d) AS here FROM t) SELECT * FROM a", "a"),
]


@pytest.mark.parametrize(("text", "path"), CASES)
def test_a_column_is_in_the_query_around_it(text, path):
    tokens = BigQuery().tokenize(text)
    (place,) = [number for number, token in enumerate(tokens) if token.text == "here"]
    assert query_paths(tokens)[place] == path
