-- unnest_join: UNNEST beside a table: offsets count from 0.
--
-- rows:
--   [1, null, 0]
--   [1, 5, 1]
--   [2, 7, 0]
--   [2, 5, 1]
--   [null, 8, 0]
--   [null, 5, 1]
--   [1, 10, 0]
--   [1, 5, 1]

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
SELECT player, x, o
FROM game
CROSS JOIN UNNEST([points, 5]) AS x WITH OFFSET AS o
ORDER BY points, o
