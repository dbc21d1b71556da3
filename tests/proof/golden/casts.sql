-- casts: CASTs between the other types.
--
-- rows:
--   [null, null, null, "2024-01-05", null, null, null, "2.5", "b", "2024-01-05T00:00:00+00:00", "2024-01-01", "2024-01-31", "73.53", "0.123456789", null]
--   [7.0, "7", "7", null, "false", 0, 2.2, null, null, null, "2024-01-01", "2024-01-31", "73.53", "0.123456789", null]
--   [8.0, "8", "8", "2024-02-01", "true", 1, 3.3, "4.25", "d", "2024-02-01T00:00:00+00:00", "2024-01-01", "2024-01-31", "73.53", "0.123456789", null]
--   [10.0, "10", "10", "2024-01-01", "true", 1, 1.1, "1.5", "a", "2024-01-01T00:00:00+00:00", "2024-01-01", "2024-01-31", "73.53", "0.123456789", null]

WITH
  game AS (
    SELECT
      1 AS player, 'a' AS label, 10 AS points, 1.5 AS ratio, NUMERIC '1.1' AS line,
      DATE '2024-01-01' AS day, TRUE AS won
    UNION ALL
    SELECT 1, 'b', NULL, 2.5, NULL, DATE '2024-01-05', NULL
    UNION ALL
    SELECT 2, NULL, 7, NULL, NUMERIC '2.2', NULL, FALSE
    UNION ALL
    SELECT NULL, 'd', 8, 4.25, NUMERIC '3.3', DATE '2024-02-01', TRUE
  )
SELECT
  CAST(points AS FLOAT64) AS v0, CAST(points AS STRING) AS v1, CAST(points AS NUMERIC) AS v2,
  CAST(day AS STRING) AS v3, CAST(won AS STRING) AS v4, CAST(won AS INT64) AS v5,
  CAST(line AS FLOAT64) AS v6, CAST(ratio AS NUMERIC) AS v7, CAST(label AS STRING) AS v8,
  CAST(day AS TIMESTAMP) AS v9, CAST(TIMESTAMP '2024-01-01 23:30:00' AS DATE) AS v10,
  CAST('2024-01-31' AS DATE) AS v11, CAST(73.53 AS NUMERIC) AS v12, CAST(0.1234567891 AS NUMERIC) AS v13,
  CAST(NULL AS BOOL) AS v14
FROM game
ORDER BY points
