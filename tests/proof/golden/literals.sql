-- literals: Literals have BigQuery's types: 1.5 is FLOAT64, 1 is INT64, r'' keeps backslashes.
--
-- rows:
--   [1, -1, 1.5, 0.5, 1000.0, "text", "text", "it's", "a\\b", true, false, 9223372036854775807]

SELECT
  1 AS v0,
  -1 AS v1,
  1.5 AS v2,
  .5 AS v3,
  1e3 AS v4,
  'text' AS v5,
  "text" AS v6,
  'it\'s' AS v7,
  r'a\b' AS v8,
  TRUE AS v9,
  FALSE AS v10,
  9223372036854775807 AS v11
