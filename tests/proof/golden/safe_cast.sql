-- safe_cast: SAFE_CAST to INT64 is NULL for text that is no integer.
--
-- rows:
--   [null, null, null, 15]
--   ["a", null, null, 15]
--   ["b", null, null, 15]
--   ["d", null, null, 15]

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
SELECT label, SAFE_CAST(label AS INT64) AS v0, SAFE_CAST(CONCAT('1', '.5') AS INT64) AS v1, SAFE_CAST(CONCAT('1', '5') AS INT64) AS v2
FROM game
ORDER BY label
