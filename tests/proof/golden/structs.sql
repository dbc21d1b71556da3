-- structs: STRUCTs and their fields.
--
-- rows:
--   [{"a": 1, "b": "x"}, 2, {"a": 1, "b": 2.0}, {"days": []}, [{"a": 1, "b": "x"}]]

SELECT
  STRUCT(1 AS a, 'x' AS b) AS v0,
  STRUCT(1 AS a, STRUCT(2 AS c) AS b).b.c AS v1,
  STRUCT<a INT64, b FLOAT64>(1, 2) AS v2,
  STRUCT(IF(TRUE, ARRAY<DATE>[], [DATE '2024-01-01']) AS days) AS v3,
  ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x')] AS v4
