-- aggregates_of_nothing: Of no row, sums are NULL and counts are 0.
--
-- rows:
--   [null, 0, 0, null, null, null]

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
SELECT SUM(points) AS v0, COUNT(*) AS v1, COUNTIF(won) AS v2, MAX(day) AS v3, AVG(ratio) AS v4, ARRAY_AGG(points) AS v5
FROM game
WHERE FALSE
