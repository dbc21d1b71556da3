-- text_to_float64: A FLOAT64 from text.
--
-- rows:
--   [1.5, -1000.0, null]
--   [1.5, -1000.0, 0.25]
--   [1.5, -1000.0, null]
--   [1.5, -1000.0, null]

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
SELECT CAST(CONCAT('1', '.5') AS FLOAT64) AS v0, CAST(CONCAT(' -1', 'e3 ') AS FLOAT64) AS v1, CAST(IF(points = 7, '.25', NULL) AS FLOAT64) AS v2
FROM game
ORDER BY points
